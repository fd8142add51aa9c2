import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import pinned from "../firmware/images.json" with { type: "json" };
import { readKeyFile } from "../firmware/seedfile/key-file.js";
import { writePskc } from "../firmware/seedfile/pskc-write.js";
import { readSeedFile } from "../firmware/seedfile/read.js";
import { runCli } from "./support/cli.js";
import { SEED, withDirectory } from "./support/server.js";

const MASTER = { WARIFU_MASTER_KEY: "07".repeat(32) };
const KEY = { kind: "preshared", key: Buffer.alloc(16, 1) } as const;

let directory: ReturnType<typeof withDirectory>;
const at = (name: string): string => join(directory.path, name);
beforeEach(() => {
  directory = withDirectory();
  writeFileSync(at("key"), "01".repeat(16));
  writeFileSync(
    at("seeds"),
    [...writePskc([{ ...SEED, start: undefined, expiry: undefined }], KEY)].join(""),
  );
});
afterEach(() => {
  directory.remove();
});

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

  it.each([
    [["fly"], "unknown command"],
    [["simulate"], "--seeds"],
    [
      ["simulate", "--seeds", "/nowhere", "--serial", "12345678"],
      "seed file: /nowhere cannot be read",
    ],
    [["serve", "--port", "http"], "--port"],
    [["serve", "--port", "70000"], "--port"],
    [["serve", "--log-level", "loud"], "--log-level"],
    [["serve"], "WARIFU_MASTER_KEY: is not set"],
    [["import", "/nowhere"], "WARIFU_MASTER_KEY: is not set"],
    [["apikey", "create", "--scope", "all"], "--scope"],
    [["apikey", "list", "--db", "mysql://user:secret@host/db"], "--db: must be sqlite:PATH"],
    [["apikey", "list", "--db", "sqlite:/nowhere/at/all.db"], "--db"],
    [["build", "--board", "toaster", "--out", "/nowhere"], "--board: must be one of pixljs"],
    [["demo", "--port", "x"], "--port"],
    [["apikey", "list", "--db", "sqlite::memory:"], "--db: must be sqlite:PATH"],
  ])("%j exits with 2 and names what is wrong", async (args, text) => {
    const result = await runCli(args);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(text);
    expect(result.stderr).not.toMatch(/secret|node_modules|at .*\.ts/);
    expect(result.stdout).toBe("");
  });
});

describe("warifu provision", () => {
  const provision = (changes: Record<string, string> = {}) => {
    const options: Record<string, string> = {
      "--count": "3",
      "--first-serial": "00000009",
      "--expires": "2031-03-31",
      "--out": at("new"),
      "--key-file": at("key"),
      ...changes,
    };
    return runCli(["provision", ...Object.entries(options).flat(), "--json"]);
  };

  it("writes an encrypted file that its owner alone can read", async () => {
    const result = await provision();
    expect(JSON.parse(result.stdout)).toEqual({
      file: at("new"),
      count: 3,
      first: "00000009",
      last: "00000011",
    });
    expect(statSync(at("new")).mode & 0o777).toBe(0o600);
    expect(readFileSync(at("new"), "utf8")).toContain(
      "<ExpiryDate>2031-03-30T23:00:00Z</ExpiryDate>",
    );
    const token = await runCli([
      "simulate",
      "--seeds",
      at("new"),
      "--serial",
      "00000011",
      "--key-file",
      at("key"),
    ]);
    expect(token).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^[0-9]{6}\n$/) as string,
    });
  });

  it("gives every token its own seed", async () => {
    await provision();
    const { seeds } = await readSeedFile(at("new"), readKeyFile(at("key")));
    expect(new Set(seeds.map(({ secret }) => Buffer.from(secret).toString("hex"))).size).toBe(3);
  });

  it.each([
    [{ "--count": "0" }, "--count"],
    [{ "--count": "many" }, "--count"],
    [{ "--count": "2000000" }, "--count"],
    [{ "--first-serial": "1234567" }, "--first-serial"],
    [{ "--first-serial": "99999999" }, "--count: serials of 8 digits"],
    [{ "--expires": "31/03/2031" }, "--expires"],
    [{ "--expires": "2020-01-01" }, "--expires: must be in the future"],
    [{ "--algorithm": "SHA256" }, "--algorithm: pixljs has no native SHA256"],
    [{ "--algorithm": "MD5" }, "--algorithm"],
    [{ "--board": "toaster" }, "--board"],
    [{ "--key-file": "/nowhere" }, "key file"],
    [{ "--out": "/nowhere/seeds" }, "--out"],
  ])("%j is refused by name, with nothing written", async (changes, text) => {
    const result = await provision(changes);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(text);
    expect(() => statSync(at("new"))).toThrow();
  });

  it("overwrites nothing", async () => {
    writeFileSync(at("new"), "precious");
    const result = await provision();
    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("exists already") as string,
    });
    expect(readFileSync(at("new"), "utf8")).toBe("precious");
  });
});

describe("warifu import and apikey", () => {
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
      [...writePskc([{ ...SEED, secret: Buffer.alloc(20) }], KEY)].join(""),
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

describe("warifu export", () => {
  const exportTo = (...args: string[]) =>
    runCli([
      "export",
      "--seeds",
      at("seeds"),
      "--key-file",
      at("key"),
      "--out",
      at("out"),
      ...args,
    ]);

  it("writes Entra's CSV and PSKC under another key", async () => {
    expect(await exportTo("--format", "entra")).toMatchObject({
      code: 0,
      stdout: `${at("out")}: 1 tokens\n`,
    });
    expect(statSync(at("out")).mode & 0o777).toBe(0o600);
    const code = async (seeds: string, ...key: string[]) =>
      (
        await runCli([
          "simulate",
          "--seeds",
          seeds,
          "--serial",
          SEED.serial,
          "--at",
          "60",
          "--start",
          "0",
          ...key,
        ])
      ).stdout;
    expect(await code(at("out"))).toBe("287082\n");
    writeFileSync(at("new-key"), "passphrase: another one");
    const again = [
      "export",
      "--seeds",
      at("out"),
      "--format",
      "pskc",
      "--out",
      at("again"),
      "--out-key-file",
      at("new-key"),
      "--json",
    ];
    expect(JSON.parse((await runCli(again)).stdout)).toEqual({ file: at("again"), count: 1 });
    expect(await code(at("again"), "--key-file", at("new-key"))).toBe("287082\n");
  });

  it.each([
    [["--format", "pskc"], "--out-key-file"],
    [["--format", "xls"], "--format"],
  ])("%j is refused by name, with nothing written", async (args, text) => {
    expect(await exportTo(...args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(text) as string,
    });
    expect(() => statSync(at("out"))).toThrow();
  });

  it("leaves nothing behind where a seed does not fit the format", async () => {
    const sha256 = { ...SEED, algorithm: "SHA256", secret: Buffer.alloc(32) } as const;
    writeFileSync(at("seeds"), [...writePskc([sha256], KEY)].join(""));
    expect(await exportTo("--format", "entra")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("SHA-1 only") as string,
    });
    expect(() => statSync(at("out"))).toThrow();
  });
});

describe("warifu build and flash", () => {
  it("build makes the pinned image", async () => {
    mkdirSync(at("out"));
    const result = await runCli(["build", "--out", at("out"), "--json"]);
    expect(JSON.parse(result.stdout)).toMatchObject({
      board: "pixljs",
      sha256: pinned.pixljs.sha256,
    });
  });

  const flash = (...args: string[]) =>
    runCli(["flash", "--seeds", at("seeds"), "--key-file", at("key"), ...args]);

  const nowhere = "tcp://127.0.0.1:9";

  it("flash says at which step it failed, logs it, and exits with 1", async () => {
    const args = [
      "--serial",
      SEED.serial,
      "--port",
      nowhere,
      "--log",
      at("log"),
      "--measure",
      "10",
    ];
    const result = await flash(...args);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toBe(
      "10 s tell a clock's error to about 10000 ppm\nwarifu: 12345678: connect: nothing answers at this port\n",
    );
    expect(JSON.parse(readFileSync(at("log"), "utf8"))).toMatchObject({
      serial: SEED.serial,
      port: nowhere,
      result: "failed",
      problem: "connect: nothing answers at this port",
    });
  });

  const done = `${JSON.stringify({ serial: SEED.serial, result: "done" })}\n`;
  it.each([
    [["--serial", "99999999", "--port", nowhere], "--serial: 99999999"],
    [["--serial", SEED.serial, "--port", "127.0.0.1:9"], "--port"],
    [["--serial", SEED.serial, "--port", nowhere, nowhere], "--serial: must name as many"],
    [
      ["--serial", SEED.serial, SEED.serial, "--port", nowhere, nowhere],
      "--serial: must name as many",
    ],
    [["--port", nowhere], "--serial: is needed"],
    [["--serial", SEED.serial, "--next", "--port", nowhere], "--serial: is needed"],
    [["--next", "--port", nowhere], "--log: is needed"],
    [["--next", "--port", nowhere, "--log", "done"], "--next: the log has all tokens"],
    [["--serial", SEED.serial, "--port", nowhere, "--log", "done"], "is done, says the log"],
    [["--serial", SEED.serial, "--port", nowhere, "--log", "letter"], "--log: line 1 is no"],
    [["--serial", SEED.serial, "--port", nowhere, "--measure", "5"], "--measure"],
    [["--serial", SEED.serial, "--port", nowhere, "--board", "toaster"], "--board"],
  ])("flash %j is refused by name", async (args, text) => {
    writeFileSync(at("done"), done);
    writeFileSync(at("letter"), "dear bench\n");
    const result = await flash(...args.map((arg) => (/^(done|letter)$/.test(arg) ? at(arg) : arg)));
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(text) as string });
  });

  it("flash does again what it is told to do again", async () => {
    writeFileSync(at("done"), done);
    const result = await flash(
      "--serial",
      SEED.serial,
      "--port",
      nowhere,
      "--log",
      at("done"),
      "--again",
    );
    expect(result.code).toBe(1);
  });

  it("flash needs a log it can write", async () => {
    const result = await flash("--serial", SEED.serial, "--port", nowhere, "--log", "/nowhere/log");
    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("cannot be written") as string,
    });
  });
});
