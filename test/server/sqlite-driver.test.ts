import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { DRIVER, openConnection } from "../../server/store/sqlite-driver.js";
import { CLI } from "../support/cli.js";
import { testDirectory } from "../support/directory.js";

it("SQLite's driver is the one that runs on this Node.js", () => {
  const major = Number(process.versions.node.split(".")[0]);
  expect(DRIVER).toBe(major < 22 ? "better-sqlite3" : "better-sqlite3-13");
  const db = openConnection(":memory:");
  expect(db.prepare("SELECT 1 + 1").pluck().get()).toBe(2);
  db.close();
});

/** The built package, installed beside everything but its driver, and what it says of a database. */
function withoutDriver(): {
  place: string;
  database: string;
  run: (...args: string[]) => object;
} {
  const path = testDirectory();
  const root = join(dirname(CLI), "..");
  for (const name of ["dist", "package.json"]) {
    cpSync(join(root, name), join(path, name), { recursive: true });
  }
  mkdirSync(join(path, "node_modules"));
  for (const name of readdirSync(join(root, "node_modules"))) {
    const place = join("node_modules", name);
    if (name !== DRIVER) symlinkSync(join(root, place), join(path, place));
  }
  const run = (...args: string[]): object => {
    const command = [join(path, "dist", "cli.js"), ...args];
    return spawnSync(process.execPath, command, { encoding: "utf8", cwd: path });
  };
  const place = join(path, "node_modules", DRIVER);
  return { place, database: join(path, "a.db"), run };
}

const refusal = (problem: string): object => ({
  status: 2,
  stdout: "",
  stderr: `warifu: --db: a.db cannot be used: ${DRIVER} is not ${problem}\n`,
});

it("where it was not installed, what needs it says so, and all else works", () => {
  const { database, run } = withoutDriver();
  expect(run("boards")).toMatchObject({ status: 0, stderr: "" });
  const takes = DRIVER === "better-sqlite3" ? "a C++ compiler" : "--ignore-scripts";
  const problem = refusal(`installed: install again, with this Node.js and ${takes}`);
  expect(run("apikey", "create", "--scope", "verify", "--db", "sqlite:a.db")).toMatchObject(
    problem,
  );
  expect(existsSync(database)).toBe(false);
});

it("where it was installed without its binary, what needs it says so", () => {
  const { place, database, run } = withoutDriver();
  const package_ = join(dirname(CLI), "..", "node_modules", DRIVER);
  const filter = (path: string): boolean => !/[\\/](?:build|prebuilds|deps)$/.test(path);
  cpSync(package_, place, { recursive: true, filter });
  const problem = refusal(`compiled for ${process.platform}-${process.arch}`);
  expect(run("apikey", "create", "--scope", "verify", "--db", "sqlite:a.db")).toMatchObject(
    problem,
  );
  expect(existsSync(database)).toBe(false);
});
