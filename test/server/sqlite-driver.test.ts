import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { DRIVER, openConnection } from "../../server/store/sqlite-driver.js";
import { CLI } from "../support/cli.js";
import { withDirectory } from "../support/server.js";

it("SQLite's driver is the one that runs on this Node.js", () => {
  const major = Number(process.versions.node.split(".")[0]);
  expect(DRIVER).toBe(major < 22 ? "better-sqlite3" : "better-sqlite3-13");
  const db = openConnection(":memory:");
  expect(db.prepare("SELECT 1 + 1").pluck().get()).toBe(2);
  db.close();
});

it("where it was not installed, what needs it says so, and all else works", () => {
  const { path, remove } = withDirectory();
  const root = join(dirname(CLI), "..");
  for (const name of ["dist", "package.json"]) {
    cpSync(join(root, name), join(path, name), { recursive: true });
  }
  mkdirSync(join(path, "node_modules"));
  for (const name of readdirSync(join(root, "node_modules"))) {
    const place = join("node_modules", name);
    if (name !== DRIVER) symlinkSync(join(root, place), join(path, place));
  }
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(path, "dist", "cli.js"), ...args], { encoding: "utf8" });
  expect(run("boards")).toMatchObject({ status: 0, stderr: "" });
  const problem = `${DRIVER} is not installed: run npm ci again, with this Node.js`;
  expect(run("apikey", "list", "--db", `sqlite:${path}/a.db`)).toMatchObject({
    status: 2,
    stdout: "",
    stderr: `warifu: --db: ${path}/a.db cannot be used: ${problem}\n`,
  });
  remove();
});
