import { test as base, afterEach, describe, expect, it } from "vitest";
import { Fleet, fleetFixture, harm, NoCode } from "../../simulator/index.js";
import { codeOf, NOW, SEED } from "../support/server.js";

const SEEDS = [SEED, { ...SEED, serial: "87654321", secret: Buffer.alloc(20, 9) }];
const AT = NOW / 1000; // the middle of a minute
const fleetOf = (options = {}): Fleet => {
  const fleet = new Fleet({ at: AT, ...options });
  for (const seed of SEEDS) fleet.add(seed);
  return fleet;
};

describe("a token of a fleet", () => {
  it.each(["context", "scope"] as const)("gives its code, each its own (%s)", async (isolation) => {
    const fleet = fleetOf({ isolation });
    for (const seed of SEEDS) {
      expect(await fleet.token(seed.serial).code()).toBe(codeOf(seed, fleet.time.now * 1000));
    }
  });

  it("gives it again from an information page", async () => {
    const token = fleetOf().token(SEED.serial);
    await token.press("BTN1", 2);
    expect(token.display().display).toMatch(/^SERIAL/);
    expect(await token.code()).toBe(codeOf(SEED, token.time.now * 1000));
  });

  it("gives one that is shown for long enough", async () => {
    const token = fleetOf().token(SEED.serial);
    expect(await token.codeWithAtLeast(20)).toBe(codeOf(SEED, NOW));
    expect(await token.codeWithAtLeast(40)).toBe(codeOf(SEED, NOW, 1));
    expect(token.display().secondsLeft).toBeGreaterThan(50);
    await expect(token.codeWithAtLeast(59)).rejects.toThrow(RangeError);
  });

  it("gives each code once, one after the other", async () => {
    const token = fleetOf({ at: AT - 30 }).token(SEED.serial);
    const codes = [];
    for (let count = 0; count < 5; count++) codes.push(await token.nextUnusedCode());
    expect(codes).toEqual([0, 1, 2, 3, 4].map((step) => codeOf(SEED, NOW, step)));
  });

  it("takes no code for unused that it has given in another way", async () => {
    const token = fleetOf().token(SEED.serial);
    const codes = [
      await token.code(),
      await token.codeWithAtLeast(1),
      await token.nextUnusedCode(),
    ];
    expect(codes[0]).toBe(codes[1]);
    expect(codes[2]).not.toBe(codes[0]);
    await token.nextUnusedCode(50);
    expect(token.display().secondsLeft).toBeGreaterThan(50);
  });

  it.each([-20_000, 20_000])("keeps its promise with a crystal that is %i ppm off", async (ppm) => {
    const fleet = new Fleet({ at: AT });
    const token = fleet.add({ ...SEED, expiry: undefined }, { ppm });
    for (let count = 0; count < 20; count++) {
      await token.codeWithAtLeast(50);
      expect(token.display().secondsLeft).toBeGreaterThan(50);
      fleet.time.advance(37.7);
    }
  });

  it("lets who share it wait for each other", async () => {
    const token = fleetOf().token(SEED.serial);
    const order: string[] = [];
    const job = (name: string, fails = false) =>
      token.withUnusedCode(async (code) => {
        order.push(`${name} ${code}`);
        await Promise.resolve();
        if (fails) throw new Error("job failed");
        return order.push(`${name} done`);
      });
    const results = await Promise.allSettled([job("a"), job("b", true), job("c")]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(order).toEqual([
      ...[`a ${codeOf(SEED, NOW)}`, "a done", `b ${codeOf(SEED, NOW, 1)}`],
      ...[`c ${codeOf(SEED, NOW, 2)}`, "c done"],
    ]);
  });

  it("gives a code that is wrong for every step a server may look at", () => {
    for (const seed of SEEDS) {
      const wrong = fleetOf().token(seed.serial).wrongCode();
      expect(wrong).toMatch(/^\d{6}$/);
      for (let step = -30; step <= 30; step++) expect(codeOf(seed, NOW, step)).not.toBe(wrong);
    }
  });

  it("says what it shows where there is no code", async () => {
    const fleet = new Fleet({ at: AT });
    const expired = fleet.add({ ...SEED, expiry: AT - 1 });
    await expect(expired.code()).rejects.toThrow(new NoCode(SEED.serial, "EXPIRED").message);
    expired.device.deadColumns.add(8);
    await expect(expired.nextUnusedCode()).rejects.toThrow("nothing readable");
  });

  it("tells of each change of its display, with text, picture and a hash that stays", async () => {
    const token = fleetOf().token(SEED.serial);
    const seen: (string | null)[] = [];
    const stop = token.onDisplay(({ display }) => seen.push(display));
    await token.press();
    const shown = codeOf(SEED, NOW).replace(/^(...)/, "$1 ");
    expect(seen.at(-1)).toBe(shown);
    expect(token.frameHash()).toMatch(/^[0-9a-f]{64}$/);
    expect(fleetOf().token(SEED.serial).frameHash()).not.toBe(token.frameHash());
    const again = fleetOf().token(SEED.serial);
    await again.press();
    expect(again.frameHash()).toBe(token.frameHash());
    expect(Buffer.from(token.png()).subarray(1, 4).toString()).toBe("PNG");
    expect(token.frame().bytes.some((byte) => byte !== 0)).toBe(true);
    token.time.advance(60);
    expect(seen.at(-1)).toBe("");
    const count = seen.length;
    stop();
    await token.press();
    expect(seen).toHaveLength(count);
  });

  it("keeps what it stores, and takes up what another stored", async () => {
    const fleet = fleetOf();
    const [one, other] = [fleet.token(SEED.serial), fleet.token("87654321")];
    other.load(one.save());
    expect(await other.code()).toBe(codeOf(SEED, fleet.time.now * 1000));
  });
});

describe("a fleet", () => {
  it("knows its tokens by their serials", () => {
    const fleet = fleetOf();
    expect(fleet.tokens.map(({ serial }) => serial)).toEqual([SEED.serial, "87654321"]);
    expect(() => fleet.token("99999999")).toThrow("there is no token 99999999");
    expect(() => fleet.add(SEED)).toThrow("there is a token 12345678 already");
  });

  it.each([
    ["2026-11-23T12:00:30+09:00", NOW / 1000],
    [new Date(NOW), NOW / 1000],
    [12.5, 12.5],
  ])("begins at %s", (at, seconds) => {
    expect(new Fleet({ at }).time.now).toBe(seconds);
    expect(() => new Fleet({ at: "yesterday" })).toThrow(RangeError);
  });

  const test = base.extend<{ fleet: Fleet }>({ fleet: fleetFixture(SEEDS, { at: AT }) });
  test("comes to a test as a fixture", async ({ fleet }) => {
    expect(await fleet.token(SEED.serial).code()).toBe(codeOf(SEED, NOW));
  });
});

describe("time", () => {
  let fleet: Fleet;
  afterEach(() => {
    fleet.time.pause();
  });

  it("is set, advanced, stands, and never goes back", () => {
    fleet = fleetOf();
    fleet.time.advance(30);
    fleet.time.set(AT + 100);
    expect(fleet.time.now).toBe(AT + 100);
    expect(() => {
      fleet.time.set(AT);
    }).toThrow("time does not go back");
    expect(() => {
      fleet.time.advance(NaN);
    }).toThrow(RangeError);
  });

  it("runs at any rate", () => {
    let wall = 5000;
    fleet = fleetOf({ wall: () => wall });
    expect(() => {
      fleet.time.run(0);
    }).toThrow(RangeError);
    fleet.time.run(100);
    wall += 0.5;
    expect(fleet.time.now).toBe(AT + 50);
    fleet.time.advance(10);
    fleet.time.pause();
    wall += 10;
    expect(fleet.time.now).toBe(AT + 60);
    expect(fleet.time.rate).toBe(0);
  });

  it.each([1, 100, 10_000, 1_000_000])("running at %i, codes come all the same", async (rate) => {
    const start = performance.now();
    fleet = fleetOf({ wall: () => 1000 + (performance.now() - start) / 1000 });
    const token = fleet.add({ ...SEED, serial: "10000009", expiry: undefined });
    fleet.time.run(rate);
    for (let count = 0; count < 3; count++) expect(await token.code()).toMatch(/^\d{6}$/);
  });

  it("goes on running after something that took time at once", async () => {
    let wall = 5000;
    fleet = fleetOf({ wall: () => wall });
    fleet.time.run();
    const { device } = fleet.token(SEED.serial);
    fleet.time.act(() => {
      harm(device, { kind: "bounce", times: 20, seconds: 1 });
    });
    const now = fleet.time.now;
    wall += 1;
    expect(fleet.time.now).toBeCloseTo(now + 1, 6);
    await Promise.resolve();
  });

  it("waits for what passes, also where it stands meanwhile", async () => {
    let wall = 5000;
    fleet = fleetOf({ wall: () => wall });
    fleet.time.run(10);
    const passing = fleet.time.pass(1);
    fleet.time.pause();
    wall += 100;
    const then = fleet.time.now;
    await passing;
    expect(fleet.time.now).toBeCloseTo(then + 1, 6);
  });

  it("that runs wakes for the tokens' own timers", async () => {
    const start = performance.now();
    fleet = fleetOf({ wall: () => 1000 + (performance.now() - start) / 1000 });
    fleet.time.run(1000);
    const token = fleet.token(SEED.serial);
    const dark = new Promise<void>((resolve) => {
      // Listening first: on a busy machine it may be dark again before the button is up.
      token.onDisplay(({ display }) => {
        if (display === "") resolve();
      });
      token.hold();
      setTimeout(() => {
        token.release();
      }, 1);
    });
    await dark;
  });

  it.each([-500, -20, 20, 500])("a crystal that is %i ppm off shows its own time", async (ppm) => {
    fleet = new Fleet({ at: AT });
    const token = fleet.add({ ...SEED, expiry: undefined }, { ppm });
    fleet.time.advance(30 * 86_400);
    const own = token.device.clock.now;
    expect(own - fleet.time.now).toBeCloseTo(30 * 86_400 * ppm * 1e-6, 6);
    expect(await token.code()).toBe(codeOf(SEED, token.device.clock.now * 1000));
    token.device.clock.ppm = 0;
    const ahead = token.device.clock.now - fleet.time.now;
    fleet.time.advance(86_400);
    expect(token.device.clock.now - fleet.time.now).toBeCloseTo(ahead, 6);
  });

  it("the battery pulled, the clock is lost, and no code is shown", async () => {
    fleet = fleetOf();
    const token = fleet.token(SEED.serial);
    token.device.pullBattery();
    await expect(token.code()).rejects.toThrow("CLOCK LOST");
  });

  it("a clock that jumps back shows that minute's code, the one before again", async () => {
    fleet = fleetOf();
    const token = fleet.token(SEED.serial);
    token.device.clock.set(AT - 120);
    expect(await token.code()).toBe(codeOf(SEED, NOW, -2));
  });

  // Unix time has no leap seconds; what overflows 31, 32 bits of seconds, or a calendar's rule, does.
  it.each([
    ["a leap second's midnight", Date.UTC(2017, 0, 1)],
    ["31 bits", 2 ** 31 * 1000],
    ["2100, no leap year", Date.UTC(2100, 1, 28, 23, 59, 59)],
    ["32 bits", 2 ** 32 * 1000],
  ])("goes on over %s", async (_name, at) => {
    fleet = new Fleet({ at: at / 1000 - 61 });
    const token = fleet.add({ ...SEED, expiry: undefined }, { start: 0 });
    for (let minute = 0; minute < 3; minute++) {
      expect(await token.code()).toBe(codeOf(SEED, fleet.time.now * 1000));
      fleet.time.advance(60);
    }
  });
});
