import type * as FileSystem from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { streamInto, wholeFile } from "../../firmware/seedfile/whole-file.js";
import { testDirectory } from "../support/directory.js";

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

let directory: string;
let path: string;
beforeEach(() => {
  directory = testDirectory();
  path = join(directory, "bank.db");
});
afterEach(() => {
  Object.assign(disk, { after: () => undefined, links: true });
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
  expect(readdirSync(directory)).toEqual(["bank.db"]);
});

it.each([true, false])("another's place is not taken, hard links or not: %s", async (links) => {
  disk.links = links;
  const late = wholeFile(path, "--out", async (partial) => {
    await wholeFile(path, "--out", fill);
    writeFileSync(partial, "another");
  });
  await expect(late).rejects.toThrow("exists already");
  expect(readFileSync(path, "utf8")).toBe("whole");
  expect(readdirSync(directory)).toEqual(["bank.db"]);
});

it("leaves nothing where its stream fails before it has written anything", async () => {
  const broken = async (partial: string): Promise<void> => {
    const source = new Readable({ read: () => undefined });
    source.destroy(new Error("broken"));
    await pipeline(source, streamInto(partial));
  };
  for (let times = 0; times < 20; times++) {
    await expect(wholeFile(path, "--out", broken)).rejects.toThrow("broken");
  }
  // What a stream opens by itself, it opens later.
  await wait(50);
  expect(readdirSync(directory)).toEqual([]);
});
