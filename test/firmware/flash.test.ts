import { BOARDS } from "../../firmware/factory/image-options.js";
import { beforeAll, describe, expect, it } from "vitest";
import pinned from "../../firmware/images.json" with { type: "json" };
import type { BenchConsole } from "../../firmware/factory/espruino-tools.js";
import { flash, type FlashJob, TRIAL, UnsureError } from "../../firmware/factory/flash.js";
import { decodeRecord } from "../../firmware/otp/record.js";
import { nodeHash } from "../../server/hashes.js";
import { loadImage } from "../../simulator/image.js";
import { Bench } from "../support/bench.js";
import { codeOf, NOW, SEED } from "../support/server.js";

const TIME = NOW / 1000;
const PASSWORD = "AAAABBBBCCCCDDDDEEEE";

const job = (changes: Partial<FlashJob> = {}): FlashJob => ({
  seed: SEED,
  board: "pixljs",
  image: loadImage("pixljs"),
  password: PASSWORD,
  now: () => TIME,
  ...changes,
});

const stored = (bench: Bench) =>
  decodeRecord(bench.board.storage.bytes("warifu.token")!, nodeHash(1).digest);

describe("flashing a board", () => {
  it.each(BOARDS)("%s: writes image and record, reads the codes back, locks", async (board) => {
    const bench = new Bench(TIME, board);
    const image = loadImage(board);
    expect(await flash(job({ board, image }), bench)).toEqual({
      serial: SEED.serial,
      imageSha256: pinned[board].sha256,
      clockError: 0,
      trim: 0,
      locked: true,
    });
    expect(bench.board.storage.bytes(".boot0")).toEqual(new Uint8Array(image));
    expect(stored(bench)).toMatchObject({ serial: SEED.serial, start: TIME, expiry: SEED.expiry });
    expect(bench.read()).toMatchObject({ kind: "code", code: codeOf(SEED, NOW) });
    expect(bench.board.machine.locked).toBe(true);
  });

  it("stores the image's check value: one that is damaged later does not start", async () => {
    const bench = new Bench(TIME);
    await flash(job({}), bench);
    const { storage } = bench.board;
    storage.flipBit(".boot0", 8 * 3000);
    bench.board.restart();
    expect(bench.read().kind).toBe("blank");
    storage.flipBit(".boot0", 8 * 3000);
    bench.board.restart();
    expect(bench.read()).toMatchObject({ kind: "code" });
  });

  it("leaves the console open where it is told to", async () => {
    const bench = new Bench(TIME);
    expect(await flash(job({ open: true }), bench)).toMatchObject({ locked: false });
    expect(bench.board.machine.locked).toBe(false);
    expect(bench.board.storage.bytes("warifu.lock")).toBeUndefined();
  });

  it("reads a display of several bits a pixel", async () => {
    const bench = new Bench(TIME, "banglejs2");
    const deep: BenchConsole = {
      logIn: bench.logIn,
      run: async (script, options) => {
        const report = await bench.run(script, options);
        if (!script.includes("asImage")) return report;
        const looks = report.value as { frame: string }[];
        const value = looks.map((look) => ({ ...look, bpp: 3, frame: threefold(look.frame) }));
        return { ...report, value };
      },
    };
    const bangle = job({ board: "banglejs2", image: loadImage("banglejs2") });
    expect(await flash(bangle, deep)).toMatchObject({ serial: SEED.serial });
  });

  it("can be repeated with the same token, whose lock it opens", async () => {
    const bench = new Bench(TIME);
    await flash(job(), bench);
    expect(await flash(job(), bench)).toMatchObject({ locked: true });
    expect(bench.read()).toMatchObject({ code: codeOf(SEED, NOW) });
  });

  it("leaves a token alone that is locked with another password", async () => {
    const bench = new Bench(TIME);
    await flash(job(), bench);
    const other = { ...SEED, serial: "87654321", secret: Buffer.alloc(20, 3) };
    await expect(flash(job({ seed: other, password: "another" }), bench)).rejects.toThrow(
      "check: the console is locked, and not with this token's password",
    );
    expect(bench.read()).toMatchObject({ code: codeOf(SEED, NOW) });
  });

  it("over a slow line: the pictures' way does not count for the clock", async () => {
    const bench = new Bench(TIME);
    bench.bytesPerSecond = 960; // 9600 baud
    const { clockError } = await flash(job(), bench);
    expect(Math.abs(clockError)).toBeLessThan(0.2);
    bench.board.evaluate("print(getTime())");
    expect(Math.abs(Number(bench.board.evaluate("print(getTime())")) - TIME)).toBeLessThan(0.2);
  });

  it("in the last moment of a minute", async () => {
    const last = Math.floor(TIME / 60) * 60 + 59.9;
    const bench = new Bench(last);
    expect(await flash(job({ now: () => last }), bench)).toMatchObject({ locked: true });
  });

  it("takes the bench's lateness out of the clock", async () => {
    const bench = new Bench(TIME);
    const late: BenchConsole = {
      logIn: bench.logIn,
      // The tools take their time's reading a quarter of a second before the board gets it.
      run: async (script, options = { setTime: true }) => {
        if (options.setTime) bench.board.evaluate(`setTime(${String(bench.time - 0.25)})`);
        return bench.run(script, { setTime: false });
      },
    };
    expect(await flash(job({ now: () => TIME - 1 }), late)).toMatchObject({ clockError: 0 });
  });
});

/** A picture's bits three times over: what a display of three bits a pixel reports. */
function threefold(frame: string): string {
  const bits = [...Buffer.from(frame, "base64")].flatMap((byte) =>
    Array.from({ length: 24 }, (_, bit) => (byte >> (7 - Math.floor(bit / 3))) & 1),
  );
  const bytes = Buffer.alloc(bits.length / 8);
  bits.forEach((bit, index) => (bytes[index >> 3]! |= bit << (7 - (index & 7))));
  return bytes.toString("base64");
}

describe("a board that is not as it should be", () => {
  /** Flashes a board that must fail: afterwards it shows no code. */
  const failing = async (bench: Bench, changes: Partial<FlashJob> = {}, board?: BenchConsole) => {
    const problem = await flash(job(changes), board ?? bench).then(
      () => "none",
      (error: unknown) => (error as Error).message,
    );
    expect(bench.read().kind).not.toBe("code");
    return problem;
  };

  /** A bench whose board reports something else of what it shows. */
  const reporting = (bench: Bench, change: (look: object) => object): BenchConsole => ({
    logIn: bench.logIn,
    run: async (script, options) => {
      const report = await bench.run(script, options);
      if (!script.includes("asImage")) return report;
      return { ...report, value: (report.value as object[]).map(change) };
    },
  });

  it.each([
    [".boot0", "write: the image did not arrive whole"],
    ["warifu.token", "write: the record did not arrive whole"],
  ])("a %s that did not arrive whole", async (file, problem) => {
    const bench = new Bench(TIME);
    bench.cable = (statement) =>
      statement.startsWith(`bench.write("${file}"`)
        ? statement.replace(/atob\("..../, 'atob("////')
        : statement;
    expect(await failing(bench)).toBe(problem);
  });

  it("a last record that did not arrive whole", async () => {
    const bench = new Bench(TIME);
    let records = 0;
    bench.cable = (statement) =>
      statement.startsWith('bench.write("warifu.token"') && ++records === 2
        ? statement.replace(/atob\("..../, 'atob("////')
        : statement;
    expect(await failing(bench)).toBe("finish: the record did not arrive whole");
  });

  it("a word in place of a code", async () => {
    const seed = { ...SEED, expiry: TIME - 1, start: 0 };
    expect(await failing(new Bench(TIME), { seed })).toBe("read back: the display shows EXPIRED");
  });

  it("another code", async () => {
    const bench = new Bench(TIME);
    const later = reporting(bench, (look) => ({ ...look, before: TIME + 600, after: TIME + 600 }));
    expect(await failing(bench, {}, later)).toBe(
      "read back: the display does not show the seed's code",
    );
  });

  it("a display that makes no sense", async () => {
    const bench = new Bench(TIME);
    const frame = Buffer.alloc(1024, 1).toString("base64");
    const striped = reporting(bench, (look) => ({ ...look, frame }));
    expect(await failing(bench, {}, striped)).toBe("read back: the display shows unreadable");
  });

  it("a clock that cannot be set", async () => {
    const bench = new Bench(TIME);
    bench.board.evaluate(`setTime(${String(TIME)})`);
    bench.cable = (statement) => statement.replace(/setTime\(getTime\(\)[^)]*\);/, "") || undefined;
    expect(await failing(bench)).toBe("read back: the clock cannot be set");
  });

  it("a clock that stands elsewhere", async () => {
    const bench = new Bench(TIME);
    bench.cable = (statement) =>
      statement.startsWith("setTime(1") ? `setTime(${String(TIME + 3)})` : statement;
    expect(await failing(bench)).toBe("read back: the clock is 3.000 s off");
  });

  it("a console that stays open", async () => {
    const bench = new Bench(TIME);
    bench.cable = (statement) => (statement.includes("E.lockConsole();") ? undefined : statement);
    expect(await failing(bench)).toBe("lock: the console stays open");
  });

  it.each([
    ["lost", () => undefined],
    ["garbled", (statement: string) => statement.replace("AAAA", "AAAB")],
  ])("a stored password that was %s", async (_name, change) => {
    const bench = new Bench(TIME);
    bench.cable = (statement) =>
      statement.startsWith('bench.write("warifu.lock"') ? change(statement) : statement;
    expect(await failing(bench)).toBe("lock: the password did not arrive whole");
  });

  it("a console that is open after the restart", async () => {
    const bench = new Bench(TIME);
    bench.cable = (statement) =>
      // Whatever else takes the stored password away before the image looks for it.
      statement.startsWith('bench.write("warifu.token"') && statement.includes("setTime")
        ? `bench.erase("warifu.lock");${statement}`
        : statement;
    expect(await failing(bench)).toBe("lock: the console is open after the restart");
  });

  it("a password that does not open the console", async () => {
    const bench = new Bench(TIME);
    bench.cable = (statement) =>
      statement.startsWith("E.setPassword") ? 'E.setPassword("else");' : statement;
    const problem = await flash(job(), bench).catch((error: unknown) => (error as Error).message);
    expect(problem).toBe("lock: the console refuses the password");
    // Locked out of it, the bench cannot take its record away: it expires by itself.
    bench.time += TRIAL + 1;
    expect(bench.read()).toMatchObject({ kind: "text" });
  });

  it("a finished token on a board that is not the right one is locked again", async () => {
    const bench = new Bench(TIME);
    bench.ppm = 40;
    const seed = { ...SEED, expiry: undefined };
    const wait = (seconds: number) => Promise.resolve(void (bench.time += seconds));
    await flash(job({ seed, measure: 36_000, wait, now: () => bench.time }), bench);
    bench.time += 100 * 86_400;
    const strange: BenchConsole = {
      logIn: bench.logIn,
      run: async (script, options) => {
        const report = await bench.run(script, options);
        return script.includes("process.env") ? { ...report, value: {} } : report;
      },
    };
    await expect(flash(job(), strange)).rejects.toThrow("check: the board is unknown");
    expect(bench.board.machine.locked).toBe(true);
    // Its clock is as wrong as its record's trim takes it to be.
    expect(bench.read()).toMatchObject({ code: codeOf(seed, bench.time * 1000) });
  });

  it("says where the board may be the finished token all the same", async () => {
    const bench = new Bench(TIME);
    let cut = false;
    bench.cable = (statement) => {
      if (cut) return undefined;
      cut = statement.includes("var crc=");
      // It arrives, and its report does not.
      return cut ? statement.replace(/print\(.*\);load/, "load") : statement;
    };
    await expect(flash(job(), bench)).rejects.toThrow(UnsureError);
    expect(bench.board.machine.locked).toBe(true);
    expect(bench.read()).toMatchObject({ code: codeOf(SEED, NOW) });
  });

  it("another board or version, unless told to take any", async () => {
    const as = (bench: Bench, BOARD: string, VERSION: string): BenchConsole => ({
      logIn: bench.logIn,
      run: async (script, options) => {
        const report = await bench.run(script, options);
        return script.includes("process.env") ? { ...report, value: { BOARD, VERSION } } : report;
      },
    });
    const bench = new Bench(TIME);
    expect(await failing(bench, {}, as(bench, "LINUX", "2v29"))).toBe(
      "check: the board is LINUX, not PIXLJS",
    );
    expect(await failing(bench, {}, as(bench, "PIXLJS", "1v99"))).toBe(
      "check: Espruino is 1v99; supported is 2v29",
    );
    const any = await flash(job({ anyBoard: true }), as(bench, "LINUX", "1v99"));
    expect(any).toMatchObject({ trim: 0 });
  });
});

describe("measuring the clock", () => {
  it.each([
    ["fast", 40, -39_998],
    ["slow", -40, 40_002],
    ["exact to what can be told", 1, 0],
  ])("that is %s puts its error into the record", async (_name, ppm, trim) => {
    const bench = new Bench(TIME);
    bench.ppm = ppm;
    const wait = (seconds: number) => Promise.resolve(void (bench.time += seconds));
    const seed = { ...SEED, expiry: undefined };
    const measured = job({ seed, measure: 36_000, wait, now: () => bench.time });
    expect(await flash(measured, bench)).toMatchObject({ trim, locked: true });
    expect(stored(bench)).toMatchObject({ serial: SEED.serial, trim });
    bench.time += 86_400;
    expect(bench.read()).toMatchObject({ code: codeOf(SEED, bench.time * 1000) });
  });

  it("finds one that is a thousandth off", async () => {
    const bench = new Bench(TIME);
    bench.ppm = 100_000;
    const wait = () => Promise.resolve(void (bench.time += 100));
    await expect(flash(job({ measure: 100, wait, now: () => bench.time }), bench)).rejects.toThrow(
      "measure: the clock's error",
    );
    expect(bench.read().kind).not.toBe("code");
  });
});

describe("a cable cut off after any statement", () => {
  const before = { ...SEED, secret: Buffer.alloc(20, 1) };
  const shown = new Map<string, number>();

  /** Flashes over an older token; the cable carries so many statements. @returns whether all arrived */
  async function cutAfter(statements: number): Promise<boolean> {
    const bench = new Bench(TIME);
    await flash(job({ seed: before, open: true }), bench);
    let carried = 0;
    const seen = { erased: false, records: 0 };
    bench.cable = (statement) => {
      if (carried++ >= statements) return undefined;
      seen.erased ||= statement.startsWith('bench.erase("warifu.token")');
      if (statement.startsWith('bench.write("warifu.token"')) seen.records++;
      return statement;
    };
    const done = await flash(job(), bench).then(
      () => true,
      () => false,
    );
    bench.time += TRIAL + 1;
    const reading = bench.read();
    shown.set(reading.kind, (shown.get(reading.kind) ?? 0) + 1);
    // The old token until it is erased, the new one once its last record is whole; else no code.
    const expected = seen.records === 2 ? SEED : seen.erased ? undefined : before;
    expect(reading.kind === "code" ? reading.code : undefined).toBe(
      expected && codeOf(expected, bench.time * 1000),
    );
    if (seen.records === 2) expect(bench.board.machine.locked).toBe(true);
    return done;
  }

  beforeAll(async () => {
    for (let statements = 0; !(await cutAfter(statements)); statements++);
  });

  it("leaves the old token, the new one locked, or no code", () => {
    expect([...shown.keys()].sort()).toEqual(["blank", "code", "text"]);
  });
});
