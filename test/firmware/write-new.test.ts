import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, it } from "vitest";
import { writeNew } from "../../firmware/factory/write-new.js";
import { testDirectory } from "../support/directory.js";

const WRITE_FOREVER = fileURLToPath(new URL("../support/write-forever.ts", import.meta.url));

let directory: string;
beforeEach(() => {
  directory = testDirectory();
});
const at = (name: string): string => join(directory, name);
const files = (): string[] => readdirSync(directory);

it("a file has its name only once it is whole, and is its owner's alone before", async () => {
  const one = "one\n".repeat(1 << 16);
  function* pieces(): Generator<string> {
    // More than is held back: it is on its way to the disk before the next piece is asked for.
    yield one;
    const [partial, ...more] = files();
    expect(partial).toMatch(/^seeds\.[0-9a-f]{12}\.partial$/);
    expect(more).toEqual([]);
    expect(statSync(at(partial!)).mode & 0o777).toBe(0o600);
    yield "two\n";
  }
  await writeNew(at("seeds"), pieces());
  expect(files()).toEqual(["seeds"]);
  expect(readFileSync(at("seeds"), "utf8")).toBe(`${one}two\n`);
});

it("what comes to have the name meanwhile is left as it is", async () => {
  function* pieces(): Generator<string> {
    writeFileSync(at("seeds"), "precious");
    yield "one\n";
  }
  await expect(writeNew(at("seeds"), pieces())).rejects.toThrow("exists already");
  expect(files()).toEqual(["seeds"]);
  expect(readFileSync(at("seeds"), "utf8")).toBe("precious");
});

it.each(["SIGINT", "SIGTERM"] as const)("interrupted by %s, nothing is left", async (signal) => {
  const writing = spawn(process.execPath, ["--import", "tsx", WRITE_FOREVER, at("seeds")], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = new Promise((resolve) => writing.once("close", resolve));
  while (files().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  writing.kill(signal);
  expect(await ended).toBe(130);
  expect(files()).toEqual([]);
});
