import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writePskc } from "../firmware/seedfile/pskc-write.js";
import { CLI, runCli } from "./support/cli.js";
import { FILE_KEY, seedDirectory } from "./support/seed-directory.js";
import { MASTER, SEED } from "./support/server.js";

const at = seedDirectory();

describe("warifu", () => {
  it.each([
    [["--help"], 0, "Usage: warifu"],
    [["provision", "--help"], 0, "--first-serial"],
    [["simulate", "--help"], 0, "--allow-production-seeds"],
  ])("%j tells how it is used", async (args, code, text) => {
    const result = await runCli(args);
    expect(result.code).toBe(code);
    expect(result.stdout).toContain(text);
  });

  it("tells its version", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(await runCli(["--version"])).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
  });

  it.each([
    [["fly"], "unknown command"],
    [["simulate"], "--seeds"],
    [
      ["simulate", "--seeds", "/nowhere", "--serial", "12345678"],
      "seed file: /nowhere cannot be read",
    ],
    [["serve", "--port", "http"], "--port"],
    [["serve", "--port", "70000"], "--port"],
    [["serve", "--host", ""], "--host: must be an address"],
    [["serve", "--mail-from", "bogus"], "--mail-from: must be a mail address"],
    [["serve", "--log-level", "loud"], "--log-level"],
    [["serve", "--workers", "0"], "--workers: must be a number from 1 to 64"],
    [["serve", "--drain", "soon"], "--drain: must be a number from 0 to 600"],
    [["serve", "--trust-proxy", "nonsense"], "--trust-proxy: must be addresses or networks"],
    [["serve", "--trust-proxy", ""], "--trust-proxy: must be addresses or networks"],
    [["serve", "--trust-proxy", "127.0.0.1, 10.0.0.0/33"], "--trust-proxy: must be addresses"],
    // Two that are good, apart by a blank too, are no reason to stop.
    [["serve", "--trust-proxy", "127.0.0.1, 10.0.0.0/8"], "WARIFU_MASTER_KEY: is not set"],
    [["serve", "--policy", "none.json"], "--policy: none.json cannot be read"],
    [["serve"], "WARIFU_MASTER_KEY: is not set"],
    [["import", "/nowhere"], "WARIFU_MASTER_KEY: is not set"],
    [["apikey", "create", "--scope", "all"], "--scope"],
    [
      ["apikey", "list", "--db", "mysql://user:secret@host/db"],
      "--db: must be sqlite:PATH or postgres://HOST/NAME",
    ],
    [["apikey", "list", "--db", "sqlite:/nowhere/at/all.db"], "--db"],
    [["build", "--board", "toaster", "--out", "/nowhere"], "--board: must be one of pixljs"],
    [["demo", "--port", "x"], "--port"],
    [
      ["apikey", "list", "--db", "sqlite::memory:"],
      "--db: must be sqlite:PATH or postgres://HOST/NAME",
    ],
  ])("%j exits with 2 and names what is wrong", async (args, text) => {
    const result = await runCli(args);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(text);
    expect(result.stderr).not.toMatch(/secret|node_modules|at .*\.ts/);
    expect(result.stdout).toBe("");
  });
});

describe("the built warifu, where its output cannot go", () => {
  /** Runs it with its output closed, or going to a file. @returns its exit code and its messages */
  const run = async (args: readonly string[], output: "pipe" | number) => {
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", output, "pipe"] });
    let stderr = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdout?.destroy();
    const code = await new Promise((resolve) => child.once("close", resolve));
    return { code, stderr };
  };

  it.each([["boards"], ["--help"]])("ends %s quietly when its reader is gone", async (...args) => {
    expect(await run(args, "pipe")).toEqual({ code: 0, stderr: "" });
  });

  it.runIf(existsSync("/dev/full"))("says in a line that the disk is full", async () => {
    const full = openSync("/dev/full", "w");
    const result = await run(["boards"], full);
    closeSync(full);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/^warifu: standard output: ENOSPC: .*\n$/);
  });

  it("goes on where its messages cannot be told", async () => {
    const args = ["build", "--board", "toaster", "--out", at("out")];
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.destroy();
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(2);
  });
});

describe("a variable of the environment", () => {
  it.each([
    ["WARIFU_DB", "mysql://h/d", "must be sqlite:PATH or postgres://HOST/NAME"],
    ["WARIFU_DB", "sqlite:/nowhere/at/all.db", "/nowhere/at/all.db cannot be used"],
    ["WARIFU_POLICY", "none.json", "none.json cannot be read"],
    ["WARIFU_POLICY", "README.md", "README.md is not JSON"],
    ["WARIFU_AUDIT_KEY_FILE", "none.pem", "none.pem holds no Ed25519 private key"],
  ])("%s=%s is told by its name, not as an option that nobody gave", async (name, value, text) => {
    const { code, stderr } = await runCli(["serve"], { ...MASTER, [name]: value });
    expect(code).toBe(2);
    expect(stderr).toContain(`warifu: ${name}: ${text}`);
  });
});

describe("warifu import, apikey and serve", () => {
  const db = () => ["--db", `sqlite:${at("store.db")}`];

  it("import a seed file, and again change nothing", async () => {
    const args = ["import", at("seeds"), "--key-file", at("key"), ...db()];
    expect(await runCli(args, MASTER)).toMatchObject({
      code: 0,
      stdout: "tokens imported: 1, unchanged: 0\n",
    });
    const again = await runCli([...args, "--json"], MASTER);
    expect(JSON.parse(again.stdout)).toEqual({
      imported: 0,
      unchanged: 1,
      dryRun: false,
      signature: "none",
    });
  });

  it("print what would be new, and store nothing", async () => {
    await runCli(["apikey", "create", "--scope", "verify", ...db()]);
    const args = ["import", at("seeds"), "--key-file", at("key"), "--dry-run", ...db()];
    for (let time = 0; time < 2; time++) {
      expect(await runCli(args, MASTER)).toEqual({
        code: 0,
        stdout: "+ 12345678 SHA1\ntokens to import: 1, unchanged: 0\n",
        stderr: "",
      });
    }
  });

  it("report a signature they do not verify", async () => {
    const signature = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></KeyContainer>';
    const signed = readFileSync(at("seeds"), "utf8").replace("</KeyContainer>", signature);
    writeFileSync(at("signed"), signed);
    const args = ["import", at("signed"), "--key-file", at("key"), "--json", ...db()];
    const result = await runCli(args, MASTER);
    expect(JSON.parse(result.stdout)).toMatchObject({ imported: 1, signature: "unverified" });
    expect(result.stderr).toBe("the seed file is signed; the signature was not verified\n");
  });

  it("import clocks as good as the bench says, a number from 0 to 1000 ppm", async () => {
    const args = ["import", at("seeds"), "--key-file", at("key"), ...db()];
    for (const ppm of ["0", "1001", "-5", "twenty"]) {
      const result = await runCli([...args, `--clock-ppm=${ppm}`], MASTER);
      expect(result).toMatchObject({ code: 2, stdout: "" });
      expect(result.stderr).toContain("--clock-ppm: must be a number above 0, 1000 at most");
    }
    expect(await runCli([...args, "--clock-ppm", "12.5"], MASTER)).toMatchObject({
      code: 0,
      stdout: "tokens imported: 1, unchanged: 0\n",
    });
  });

  it("import 1,200 seeds of a CSV, or none where the last is one too many", async () => {
    const lines = Array.from(
      { length: 1200 },
      (_, i) => `${String(30000000 + i)},${"ab".repeat(20)},TOTP`,
    );
    writeFileSync(at("twice.csv"), [...lines, lines[7]].join("\n"));
    const twice = await runCli(["import", at("twice.csv"), ...db()], MASTER);
    expect(twice).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("serial 30000007") as string,
    });
    writeFileSync(at("all.csv"), lines.join("\n"));
    const all = await runCli(["import", at("all.csv"), ...db()], MASTER);
    expect(all).toMatchObject({ code: 0, stdout: "tokens imported: 1200, unchanged: 0\n" });
  });

  it("refuse another master key, another token of the same serial, a wrong key", async () => {
    const args = ["import", at("seeds"), "--key-file", at("key"), ...db()];
    await runCli(args, MASTER);
    const otherKey = await runCli(args, { WARIFU_MASTER_KEY: "08".repeat(32) });
    expect(otherKey).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is not the key this database") as string,
    });
    writeFileSync(
      at("other"),
      [...writePskc([{ ...SEED, secret: Buffer.alloc(20) }], FILE_KEY)].join(""),
    );
    const conflict = await runCli(
      ["import", at("other"), "--key-file", at("key"), ...db()],
      MASTER,
    );
    expect(conflict).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("serial 12345678") as string,
    });
    writeFileSync(at("wrong"), "02".repeat(16));
    const wrong = await runCli(["import", at("seeds"), "--key-file", at("wrong"), ...db()], MASTER);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).not.toContain("0202");
  });

  it("serve no SQLite with several workers", async () => {
    const result = await runCli(["serve", "--workers", "2", ...db()], MASTER);
    expect(result).toMatchObject({
      code: 2,
      stderr: "warifu: --workers: more than one need PostgreSQL: SQLite has one writer\n",
    });
  });

  it("serve nowhere, where they cannot listen, and name both options that say where", async () => {
    // An address for documentation (RFC 5737), which no machine has.
    const where = ["--host", "192.0.2.1", "--port", "0", "--log-level", "silent"];
    const result = await runCli(["serve", ...where, ...db()], MASTER);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/^warifu: --host or --port: cannot listen: .+\n$/);
  });

  it.each([
    [{ WARIFU_MASTER_KEY: "07" }, "WARIFU_MASTER_KEY: must hold 64 hex digits"],
    [
      { WARIFU_MASTER_KEY_FILE: "/nowhere" },
      "WARIFU_MASTER_KEY_FILE: names a file that cannot be read",
    ],
  ] as [Record<string, string>, string][])("refuse %j", async (env, text) => {
    const result = await runCli(["import", at("seeds"), ...db()], env);
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(text) as string });
  });

  it("take the master key from a file, and the database from the environment", async () => {
    writeFileSync(at("master"), `${"07".repeat(32)}\n`);
    const env = { WARIFU_MASTER_KEY_FILE: at("master"), WARIFU_DB: `sqlite:${at("env.db")}` };
    const result = await runCli(["import", at("seeds"), "--key-file", at("key")], env);
    expect(result.code).toBe(0);
    expect(statSync(at("env.db")).isFile()).toBe(true);
  });

  it("make, list and revoke keys, whose secrets are shown once", async () => {
    const created = await runCli(["apikey", "create", "--scope", "verify", "--json", ...db()]);
    const { id, key, scope } = JSON.parse(created.stdout) as Record<string, string>;
    expect(scope).toBe("verify");
    expect(key).toMatch(new RegExp(`^warifu_${id!}_`));
    const plain = await runCli(["apikey", "create", "--scope", "audit", ...db()]);
    expect(plain.stdout).toMatch(/^warifu_[0-9a-f]{12}_[A-Za-z0-9_-]{43}\n$/);
    expect(await runCli(["apikey", "revoke", id!, ...db()])).toMatchObject({ code: 0 });
    expect(await runCli(["apikey", "revoke", id!, ...db()])).toMatchObject({ code: 2 });
    const list = await runCli(["apikey", "list", ...db()]);
    expect(list.stdout).toContain(`${id!} verify`);
    expect(list.stdout).toContain("revoked");
    expect(list.stdout).not.toContain(key!.slice(-43));
  });
});
