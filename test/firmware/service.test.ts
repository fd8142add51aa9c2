import { beforeEach, describe, expect, it } from "vitest";
import { flash } from "../../firmware/factory/flash.js";
import { service, type ServiceAct, wipe } from "../../firmware/factory/service.js";
import { servicePasswords } from "../../firmware/factory/service-password.js";
import { decodeRecord } from "../../firmware/otp/record.js";
import { nodeHash } from "../../server/hashes.js";
import { loadImage } from "../../simulator/image.js";
import { Bench } from "../support/bench.js";
import { codeOf, NOW, SEED } from "../support/server.js";

const TIME = NOW / 1000;
const DAY = 86_400;
const KEY = { kind: "preshared", key: Buffer.alloc(16, 7) } as const;
const seed = { ...SEED, expiry: undefined };
const password = servicePasswords(KEY)(seed.serial);

let bench: Bench;
beforeEach(async () => {
  bench = new Bench(TIME);
  const now = () => TIME;
  await flash({ seed, board: "pixljs", image: loadImage("pixljs"), password, now }, bench);
});

const serve = (act: ServiceAct, changes: object = {}) =>
  service({ serial: seed.serial, password, act, now: () => bench.time, ...changes }, bench);
const record = () => decodeRecord(bench.board.storage.bytes("warifu.token")!, nodeHash(1).digest)!;
const shownCode = () => {
  const reading = bench.read();
  return reading.kind === "code" ? reading.code : reading.kind;
};

describe("a token at the service bench", () => {
  it("says how it is, and is locked again", async () => {
    bench.ppm = 20;
    bench.read();
    bench.time += 10 * DAY;
    const before = bench.board.storage.bytes("warifu.token");
    expect(await serve({ kind: "read" })).toEqual({
      serial: seed.serial,
      locked: true,
      start: TIME,
      expiry: 0,
      trim: 0,
      newTrim: 0,
      clockError: 17.28, // 20 ppm of ten days
      imageSha1: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
      battery: 100,
      presses: 1,
      codes: 1,
    });
    expect(bench.board.machine.locked).toBe(true);
    expect(bench.board.storage.bytes("warifu.token")).toEqual(before);
  });

  it.each(["set clock", "renew"] as const)("%s: right again, its rate learned", async (kind) => {
    bench.ppm = 20;
    bench.time += 100 * DAY;
    const other = { ...seed, secret: Buffer.alloc(20, 9) };
    const act = kind === "renew" ? { kind, seed: other } : { kind };
    expect(await serve(act)).toMatchObject({ trim: 0, newTrim: -20_000, clockError: 172.8 });
    expect(record()).toMatchObject({ start: bench.time, trim: -20_000 });
    expect(bench.board.machine.locked).toBe(true);
    bench.time += 100 * DAY;
    expect(Math.abs((await serve({ kind: "read" })).clockError)).toBeLessThan(0.01);
    expect(shownCode()).toBe(codeOf(kind === "renew" ? other : seed, bench.time * 1000));
  });

  it("keeps the trim of a clock that was lost, or ran for too short a time", async () => {
    bench.ppm = 20;
    bench.time += 100 * DAY;
    await serve({ kind: "set clock" });
    bench.board.evaluate("setTime(1000)");
    expect(shownCode()).toBe("text");
    bench.time += 5;
    expect(await serve({ kind: "set clock" })).toMatchObject({ newTrim: -20_000 });
    expect(record().trim).toBe(-20_000);
    expect(shownCode()).toBe(codeOf(seed, bench.time * 1000));
  });

  it("wiped, is no token any more", async () => {
    await wipe({ serial: seed.serial, password }, bench);
    expect(bench.read()).toMatchObject({ kind: "text" });
    expect(bench.board.machine.locked).toBe(false);
    await expect(serve({ kind: "read" })).rejects.toThrow("read: the board holds no token");
  });

  it("is not wiped for another, nor said to be when it is not", async () => {
    await expect(wipe({ serial: "87654321", password }, bench)).rejects.toThrow(
      `read: the board is token ${seed.serial}`,
    );
    expect(bench.board.machine.locked).toBe(true);
    bench.cable = (statement) => (statement.startsWith("bench.erase") ? "1;" : statement);
    await expect(wipe({ serial: seed.serial, password }, bench)).rejects.toThrow(
      "wipe: the record is still there",
    );
  });

  it("is locked again where it could not be wiped", async () => {
    bench.cable = (statement) => (statement.includes("header:") ? undefined : statement);
    await expect(wipe({ serial: seed.serial, password }, bench)).rejects.toThrow(
      /^run: the board did not answer$/,
    );
    expect(bench.board.machine.locked).toBe(true);
  });

  it.each([
    ["read", () => serve({ kind: "read" }), /^lock: [^;]+; its console may be open now/],
    [
      "wiped for another",
      () => wipe({ serial: "87654321", password }, bench),
      /^read: the board is token 12345678; its console may be open now/,
    ],
  ])("%s, says where it may be open still", async (_name, act, problem) => {
    bench.cable = (statement) => statement.replace("load();", "") || "1;";
    await expect(act()).rejects.toThrow(problem);
  });

  it("cut off anywhere while its clock is set shows its right code, or none", async () => {
    bench.ppm = 90;
    bench.time += 180 * DAY;
    await serve({ kind: "set clock" });
    bench.time += 180 * DAY;
    for (let statements = 0, done = false; !done; statements++) {
      const again = new Bench(bench.time);
      again.board.storage.write(".boot0", bench.board.storage.bytes(".boot0")!);
      again.board.storage.write("warifu.lock", bench.board.storage.bytes("warifu.lock")!);
      again.board.storage.write("warifu.token", bench.board.storage.bytes("warifu.token")!);
      // Its clock as that of the first one stands: 90 ppm ahead for half a year.
      again.board.evaluate(`setTime(${String(bench.time + 180 * DAY * 90e-6)})`);
      again.board.restart();
      let carried = 0;
      again.cable = (statement) => (carried++ < statements ? statement : undefined);
      const job = { serial: seed.serial, password, act: { kind: "set clock" } as const };
      done = await service({ ...job, now: () => again.time }, again).then(
        () => true,
        () => false,
      );
      const reading = again.read();
      const code = reading.kind === "code" ? reading.code : "none";
      const near = [-1, 0, 1].map((step) => codeOf(seed, again.time * 1000, step));
      expect([...near, "none"]).toContain(code);
    }
  });

  it("is not opened by another token's password", async () => {
    const wrong = { password: servicePasswords(KEY)("87654321") };
    await expect(serve({ kind: "read" }, wrong)).rejects.toThrow(
      "open: the console refuses the password",
    );
    expect(shownCode()).toBe(codeOf(seed, NOW));
  });

  it("is left alone, and locked, where it is another token", async () => {
    await expect(serve({ kind: "set clock" }, { serial: "87654321" })).rejects.toThrow(
      `read: the board is token ${seed.serial}`,
    );
    expect(bench.board.machine.locked).toBe(true);
  });

  it.each([
    ["set clock", { kind: "set clock" }],
    ["renew", { kind: "renew", seed }],
  ] as const)("%s: a record that did not arrive whole is found", async (step, act) => {
    bench.cable = (statement) =>
      statement.replace(
        /bench.write\("warifu.token",[^;]*;/,
        'bench.write("warifu.token","half");',
      );
    await expect(serve(act)).rejects.toThrow(`${step}: the record did not arrive whole`);
    expect(bench.board.machine.locked).toBe(true);
    expect(shownCode()).toBe("text");
  });
});

describe("service passwords", () => {
  it("are 20 characters, one a token, and the same tomorrow", () => {
    const passwords = servicePasswords(KEY);
    expect(passwords("12345678")).toMatch(/^[A-Z2-7]{20}$/);
    expect(passwords("12345678")).toBe(servicePasswords(KEY)("12345678"));
    const serials = Array.from({ length: 100 }, (_, index) => String(10_000_000 + index));
    expect(new Set(serials.map(passwords)).size).toBe(100);
  });

  it("come from a passphrase, too", () => {
    const ofPassphrase = (passphrase: string) =>
      servicePasswords({ kind: "passphrase", passphrase });
    expect(ofPassphrase("one")("12345678")).toMatch(/^[A-Z2-7]{20}$/);
    expect(ofPassphrase("one")("12345678")).not.toBe(ofPassphrase("two")("12345678"));
  });
});
