import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { readKeyFile } from "../firmware/seedfile/key-file.js";
import { writePskc } from "../firmware/seedfile/pskc-write.js";
import { readSeedFile } from "../firmware/seedfile/read.js";
import { runCli } from "./support/cli.js";
import { FILE_KEY, seedDirectory } from "./support/seed-directory.js";
import { SEED } from "./support/server.js";

const at = seedDirectory();

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
    writeFileSync(at("seeds"), [...writePskc([sha256], FILE_KEY)].join(""));
    expect(await exportTo("--format", "entra")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("SHA-1 only") as string,
    });
    expect(() => statSync(at("out"))).toThrow();
  });
});

describe("warifu label", () => {
  const label = (...args: string[]) =>
    runCli(["label", "--seeds", at("seeds"), "--key-file", at("key"), "--out", at("out"), ...args]);

  it.each(["pdf", "svg"])("writes a sheet as %s", async (format) => {
    const stdout = `${at("out")}: labels: 1, sheets: 1\n`;
    expect(await label("--format", format)).toEqual({ code: 0, stdout, stderr: "" });
    const text = readFileSync(at("out"), "latin1");
    for (const form of ["latin1", "hex", "base64"] as const) {
      expect(text).not.toContain(Buffer.from(SEED.secret).toString(form));
    }
  });

  it("refuses another format, and more than one sheet of SVG", async () => {
    expect(await label("--format", "gif")).toMatchObject({ code: 2, stdout: "" });
    const lines = Array.from(
      { length: 28 },
      (_, i) => `${String(30000000 + i)},${"ab".repeat(20)},TOTP`,
    );
    writeFileSync(at("many.csv"), lines.join("\n"));
    const many = ["label", "--seeds", at("many.csv"), "--out", at("out"), "--format", "svg"];
    expect(await runCli(many)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("one sheet") as string,
    });
    expect(() => statSync(at("out"))).toThrow();
  });
});

describe("warifu guide", () => {
  const guide = (...args: string[]) =>
    runCli(["guide", "--seeds", at("seeds"), "--key-file", at("key"), "--out", at("pdf"), ...args]);

  it.each([
    ["both", 2],
    ["ja", 1],
  ])("in %s: %i page(s) a token", async (language, pages) => {
    const result = await guide("--language", language);
    expect(result.stdout).toBe(`${at("pdf")}: guides: 1, pages: ${String(pages)}\n`);
    const pdf = readFileSync(at("pdf"), "latin1");
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(pages);
    expect(pdf).not.toContain(Buffer.from(SEED.secret).toString("hex"));
  });

  it.each([
    [["--language", "fr"], "--language: must be ja, en or both"],
    [["--language", "constructor"], "--language: must be ja, en or both"],
    [["--serial", "99999999"], "--serial: 99999999 names no token"],
    [["--board", "toaster"], "--board"],
  ])("%j is refused by name", async (args, text) => {
    const result = await guide(...args);
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(text) as string });
  });
});

describe("warifu flash and service", () => {
  const flash = (...args: string[]) =>
    runCli(["flash", "--seeds", at("seeds"), "--key-file", at("key"), ...args]);

  const [nowhere, beside] = ["tcp://127.0.0.1:9", "tcp://127.0.0.1:10"] as const;

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
    [["--serial", SEED.serial, "--port", "tcp://127.0.0.1:65536"], "--port: must be tcp://HOST"],
    [["--serial", SEED.serial, "--port", "tcp://127.0.0.1:0"], "--port: must be tcp://HOST"],
    [["--serial", SEED.serial, "--port", nowhere, beside], "--serial: must name as many"],
    [
      ["--serial", SEED.serial, SEED.serial, "--port", nowhere, beside],
      "--serial: must name as many",
    ],
    [
      ["--serial", SEED.serial, "99999999", "--port", nowhere, nowhere],
      "--port: names one port twice",
    ],
    [["--next", "--port", nowhere, nowhere, "--log", "fresh"], "--port: names one port twice"],
    [["--port", nowhere], "--serial: is needed"],
    [["--serial", SEED.serial, "--next", "--port", nowhere], "--serial: is needed"],
    [["--next", "--port", nowhere], "--log: is needed"],
    [["--next", "--port", nowhere, "--log", "done"], "--next: the log has all tokens"],
    [
      ["--serial", SEED.serial, "--port", nowhere, "--log", "done"],
      "is done or may be, says the log",
    ],
    [["--serial", SEED.serial, "--port", nowhere, "--log", "letter"], "--log: line 1 is no"],
    [["--serial", SEED.serial, "--port", nowhere, "--log", "/"], "--log: / cannot be read"],
    [["--serial", SEED.serial, "--port", nowhere, "--measure", "5"], "--measure"],
    [["--serial", SEED.serial, "--port", nowhere, "--baud", "fast"], "--baud"],
    [["--serial", SEED.serial, "--port", nowhere, "--board", "toaster"], "--board"],
    [["--serial", SEED.serial, "--port", nowhere, "--board", "./pixljs"], "--board: there is no"],
    [
      ["--serial", SEED.serial, "--port", nowhere, "--board", "banglejs2"],
      "--accept-readable-seed: is needed for banglejs2: the button held at start skips the lock",
    ],
  ])("flash %j is refused by name", async (args, text) => {
    writeFileSync(at("done"), done);
    writeFileSync(at("letter"), "dear bench\n");
    const files = /^(done|letter|fresh)$/;
    const result = await flash(...args.map((arg) => (files.test(arg) ? at(arg) : arg)));
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

  /** A port on which nothing is told but that somebody has come. */
  const doorbell = async (onCall: () => void) => {
    const server = createServer((socket) => {
      onCall();
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const name = `tcp://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    return { name, close: () => server.close() };
  };

  it("flash needs a log it can write, and touches no board without", async () => {
    let calls = 0;
    const port = await doorbell(() => calls++);
    const args = ["--serial", SEED.serial, "--port", port.name, "--log", "/nowhere/log"];
    expect(await flash(...args)).toEqual({
      code: 2,
      stdout: "",
      stderr: "warifu: --log: /nowhere/log cannot be written\n",
    });
    expect(calls).toBe(0);
    port.close();
  });

  it("flash tells what became of each board also where the log cannot be written any more", async () => {
    const serials = ["30000001", "30000002"];
    writeFileSync(at("two"), serials.map((each) => `${each},${"31".repeat(20)},TOTP\n`).join(""));
    const port = await doorbell(() => {
      rmSync(at("log"), { recursive: true });
      mkdirSync(at("log"));
    });
    const args = ["--serial", ...serials, "--port", port.name, nowhere, "--log", at("log")];
    const { code, stderr } = await runCli(["flash", "--seeds", at("two"), "--no-lock", ...args]);
    port.close();
    expect(code).toBe(2);
    for (const serial of serials) expect(stderr).toContain(`warifu: ${serial}: `);
    expect(stderr).toMatch(/--log: could not be written, and lacks (3000000[12], )?30000001/);
  });

  it("flash begins a line of its own in a log whose last one is open", async () => {
    const args = ["--serial", SEED.serial, "--port", nowhere, "--log", at("done"), "--again"];
    writeFileSync(at("done"), done.trim());
    await flash(...args);
    const [first, second, ...rest] = readFileSync(at("done"), "utf8").split("\n");
    expect(`${first!}\n`).toBe(done);
    expect(JSON.parse(second!)).toMatchObject({ serial: SEED.serial, result: "failed" });
    expect(rest).toEqual([""]);
  });

  it("flash takes a board whose seed can be read where that is accepted", async () => {
    const args = ["--serial", SEED.serial, "--port", nowhere, "--board", "banglejs2"];
    expect((await flash(...args, "--accept-readable-seed")).code).toBe(1);
  });

  it("flash locks, and needs a key file for that", async () => {
    const open = ["flash", "--seeds", at("plain"), "--serial", SEED.serial, "--port", nowhere];
    writeFileSync(at("plain"), `${SEED.serial},${"31".repeat(20)},TOTP,6,60,sha1\n`);
    const refused = await runCli(open);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("--key-file: is needed");
    expect((await runCli([...open, "--no-lock"])).code).toBe(1);
  });

  const service = (...args: string[]) =>
    runCli(["service", "--serial", SEED.serial, "--key-file", at("key"), ...args]);

  it.each([
    [["--port", "here"], "--port"],
    [["--port", nowhere, "--serial", "1234567"], "--serial: must be 8 to 12 digits"],
    [["--port", nowhere, "--set-clock", "--wipe"], "exclude one another"],
    [["--port", nowhere, "--serial", "99999999", "--renew", "seeds"], "--serial: 99999999 names"],
  ])("service %j is refused by name", async (args, text) => {
    const result = await service(...args.map((arg) => (arg === "seeds" ? at(arg) : arg)));
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(text) as string });
  });

  it.each([[[]], [["--set-clock"]], [["--wipe"]], [["--renew", "seeds"]]])(
    "service %j says that nothing answers",
    async (args) => {
      const acts = args.map((arg) => (arg === "seeds" ? at(arg) : arg));
      expect(await service("--port", nowhere, ...acts)).toEqual({
        code: 1,
        stdout: "",
        stderr: "warifu: 12345678: connect: nothing answers at this port\n",
      });
    },
  );
});
