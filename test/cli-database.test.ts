import { readdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCli } from "./support/cli.js";
import { seedDirectory } from "./support/seed-directory.js";
import { MASTER, SEED } from "./support/server.js";

const PAPER = ["--form", "A-0001", "--staff", "s12"];
const at = seedDirectory();
const warifu = (...args: string[]) => runCli([...args, "--db", `sqlite:${at("bank.db")}`], MASTER);
const files = (): string[] => readdirSync(at("."));

describe("a database that is not there", () => {
  it.each([
    ["apikey list"],
    ["apikey revoke 0123456789ab"],
    ["keys list"],
    ["keys rotate"],
    ["branch expiring"],
    [`branch lend ichiro ${SEED.serial}`, PAPER],
    ["branch staff s1 --end"],
    ["audit export --out @audit"],
    ["backup --out @backup"],
    ["restored"],
  ])("is told of by %s, and not made", async (command, more: readonly string[] = []) => {
    const args = command
      .split(" ")
      .map((word) => (word.startsWith("@") ? at(word.slice(1)) : word));
    const result = await warifu(...args, ...more);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(`warifu: --db: ${at("bank.db")} is `);
    expect(files()).toEqual(["key", "seeds"]);
  });

  it("is not made for a dry run, which tells what would be imported", async () => {
    const result = await warifu("import", at("seeds"), "--key-file", at("key"), "--dry-run");
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toContain("tokens to import: 1, unchanged: 0");
    expect(files()).toEqual(["key", "seeds"]);
  });

  it("is not made of an empty file, nor where its name cannot be looked at", async () => {
    writeFileSync(at("bank.db"), "");
    expect((await warifu("apikey", "list")).stderr).toContain("bank.db is no database yet: import");
    const name = "x".repeat(300);
    const result = await runCli(["apikey", "list", "--db", `sqlite:${at(name)}`]);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(`${name} cannot be used: `);
  });

  it.each(["none", "."])("is not made for the seed file %s", async (name) => {
    const result = await warifu("import", at(name), "--key-file", at("key"));
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(`seed file: ${at(name)} cannot be read`);
    expect(files()).toEqual(["key", "seeds"]);
  });

  it("is not made without the key that is to wrap its seeds", async () => {
    const staff = ["branch", "staff", "s1", "--name", "受付", "--db", `sqlite:${at("bank.db")}`];
    expect((await runCli(staff)).stderr).toContain("WARIFU_MASTER_KEY: is not set");
    expect(files()).toEqual(["key", "seeds"]);
  });

  it.each([
    ["import", () => [at("seeds"), "--key-file", at("key")]],
    ["apikey", () => ["create", "--scope", "verify"]],
    ["branch", () => ["staff", "s1", "--name", "受付"]],
    [
      "branch",
      () => [
        ...["contract", "C1", "--name", "割符商事", "--form-date", "2026-03-01", "--no-otp"],
        ...["--daily-limit", "1", ...PAPER],
      ],
    ],
  ])("is made by %s, which begins a bank's life", async (command, rest) => {
    expect(await warifu(command, ...rest())).toMatchObject({ code: 0, stderr: "" });
    expect(files()).toEqual(["bank.db", "key", "seeds"]);
  });
});
