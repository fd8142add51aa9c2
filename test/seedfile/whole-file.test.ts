import type * as FileSystem from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { wholeFile } from "../../firmware/seedfile/whole-file.js";
import { withDirectory } from "../support/server.js";

const disk = vi.hoisted(() => ({ after: (): void => undefined, links: true }));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof FileSystem>();
  const followed =
    <Args extends unknown[], Result>(act: (...args: Args) => Result) =>
    (...args: Args): Result => {
      const result = act(...args);
      disk.after();
      return result;
    };
  const linkSync = followed((from: string, to: string) => {
    if (!disk.links) throw Object.assign(new Error("no links"), { code: "EPERM" });
    real.linkSync(from, to);
  });
  const [openSync, renameSync] = [followed(real.openSync), followed(real.renameSync)];
  return { ...real, linkSync, openSync, renameSync };
});
const { existsSync, readdirSync, readFileSync, writeFileSync } =
  await vi.importActual<typeof FileSystem>("node:fs");

let directory: ReturnType<typeof withDirectory>;
let path: string;
beforeEach(() => {
  directory = withDirectory();
  path = join(directory.path, "bank.db");
});
afterEach(() => {
  Object.assign(disk, { after: () => undefined, links: true });
  directory.remove();
});

const fill = (partial: string): Promise<void> => {
  writeFileSync(partial, "whole");
  return Promise.resolve();
};

it("a file has its name once it is whole: a crash at any moment leaves none that is not", async () => {
  const seen = new Set<string>();
  disk.after = () => seen.add(existsSync(path) ? readFileSync(path, "utf8") : "none");
  await wholeFile(path, "--out", fill);
  expect([...seen]).toEqual(["none", "whole"]);
  expect(readdirSync(directory.path)).toEqual(["bank.db"]);
});

it.each([true, false])("another's place is not taken, hard links or not: %s", async (links) => {
  disk.links = links;
  const late = wholeFile(path, "--out", async (partial) => {
    await wholeFile(path, "--out", fill);
    writeFileSync(partial, "another");
  });
  await expect(late).rejects.toThrow("exists already");
  expect(readFileSync(path, "utf8")).toBe("whole");
  expect(readdirSync(directory.path)).toEqual(["bank.db"]);
});
