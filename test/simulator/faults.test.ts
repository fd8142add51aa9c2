import { describe, expect, it } from "vitest";
import { tokenRecord } from "../../firmware/seedfile/token-record.js";
import { Fleet, type Fault, harm } from "../../simulator/index.js";
import { RECORD_FILE } from "../../firmware/otp/record.js";
import { codeOf, NOW, SEED } from "../support/server.js";

const AT = NOW / 1000;
const OTHER = { ...SEED, serial: "87654321", secret: Buffer.alloc(20, 9) };
const BOARDS = ["pixljs", "banglejs2", "ssd1306"] as const;

/** A token that has suffered, its button pressed: what is read off it. */
async function after(...faults: Fault[]): Promise<string | null> {
  const token = new Fleet({ at: AT, isolation: "scope" }).add(SEED);
  for (const fault of faults) harm(token.device, fault);
  return (await token.press()).display;
}

describe("the stored record", () => {
  const bytes = tokenRecord(SEED).length;

  it.each(BOARDS)(
    "of %s with any single bit flipped: a plain word, never a code",
    async (board) => {
      const token = new Fleet({ at: AT, board, isolation: "scope" }).add(SEED);
      for (let bit = 0; bit < bytes * 8; bit++) {
        harm(token.device, { kind: "flipBit", file: "record", bit });
        expect((await token.press()).display, `bit ${String(bit)}`).toBe("BAD RECORD");
        harm(token.device, { kind: "flipBit", file: "record", bit });
      }
      expect((await token.press()).code).toBe(codeOf(SEED, token.time.now * 1000));
    },
  );

  it("written up to any byte, over erased flash: a plain word, or the whole record's code", async () => {
    for (let written = 0; written <= bytes; written++) {
      const shown = await after({ kind: "tornWrite", bytes: written });
      expect(shown, `byte ${String(written)}`).toBe(
        written === bytes ? codeOf(SEED, NOW).replace(/^(...)/, "$1 ") : "BAD RECORD",
      );
    }
  });

  it("written up to any byte, over another token's: a plain word, or one of the two", async () => {
    const [old, fresh] = [tokenRecord(OTHER), tokenRecord(SEED)];
    const fleet = new Fleet({ at: AT, isolation: "scope" });
    const token = fleet.add(OTHER);
    for (let written = 0; written <= bytes; written++) {
      const mixed = Buffer.concat([fresh.subarray(0, written), old.subarray(written)]);
      token.device.storage.write(RECORD_FILE, mixed);
      token.device.restart();
      const { code, display } = await token.press();
      const whole = mixed.equals(old) ? OTHER : mixed.equals(fresh) ? SEED : undefined;
      if (whole) expect(code).toBe(codeOf(whole, fleet.time.now * 1000));
      else expect(display, `byte ${String(written)}`).toBe("BAD RECORD");
    }
  });

  it("missing, says so", async () => {
    expect(await after({ kind: "missing", file: "record" })).toBe("NO RECORD");
  });
});

describe("a supply that breaks down", () => {
  it.each(BOARDS)(
    "at any drawing of %s: nothing but a lost clock is left to see",
    async (board) => {
      const seen = new Set<string | null>();
      for (let drawings = 0; drawings < 40; drawings++) {
        const token = new Fleet({ at: AT, board, isolation: "scope" }).add(SEED);
        token.onDisplay(({ display }) => seen.add(display));
        harm(token.device, { kind: "brownOut", drawings });
        expect(token.display().display).toBe("");
        expect((await token.press()).display).toBe("CLOCK LOST");
      }
      // What was drawn in part was never shown; where it lasted for the whole picture, that was.
      seen.delete(codeOf(SEED, NOW).replace(/^(...)/, "$1 "));
      // A picture that goes over a bus piece by piece is seen in part, and cannot be read then.
      if (board === "ssd1306") seen.delete(null);
      expect([...seen].sort()).toEqual(["", "CLOCK LOST"]);
    },
  );
});

describe("other faults", () => {
  it.each([2000, 20_000, 50_000])("bit %i of the image flipped: it does not start", async (bit) => {
    expect(await after({ kind: "flipBit", file: "image", bit })).toBe("");
  });

  it("no image: nothing at all", async () => {
    expect(await after({ kind: "missing", file: "image" })).toBe("");
  });

  it("a dead column is read as no code, whichever it is", async () => {
    let readable = 0;
    for (let x = 0; x < 128; x++) {
      const shown = await after({ kind: "deadColumn", x });
      if (shown === null) continue;
      // Only a column that the picture leaves unlit can be dead unseen.
      expect(shown).toBe(codeOf(SEED, NOW).replace(/^(...)/, "$1 "));
      readable++;
    }
    expect(readable).toBeGreaterThan(0);
    expect(readable).toBeLessThan(70);
  });

  it("a stuck button: the display goes dark and rests", async () => {
    const fleet = new Fleet({ at: AT });
    const token = fleet.add(SEED);
    harm(token.device, { kind: "stuckButton" });
    await token.press();
    fleet.time.advance(60);
    expect(token.display().display).toBe("");
    const { wakeUps } = token.device.meter.counts;
    fleet.time.advance(86_400);
    expect(token.device.meter.counts.wakeUps).toBe(wakeUps);
  });

  it("a bouncing button counts once it rests", async () => {
    expect(await after({ kind: "bounce", times: 20, seconds: 0.01 })).toBe(
      codeOf(SEED, NOW).replace(/^(...)/, "$1 "),
    );
    const token = new Fleet({ at: AT }).add(SEED);
    harm(token.device, { kind: "bounce", times: 20, seconds: 0.01 });
    expect(token.display().display).toBe("");
    expect(token.device.meter.counts.wakeUps).toBe(0);
  });

  it("the battery's level is what the page says", async () => {
    const token = new Fleet({ at: AT }).add(SEED);
    harm(token.device, { kind: "battery", percent: 7 });
    await token.press("BTN1", 6.2);
    expect(token.display().display).toContain("7%");
    token.device.restart();
    expect(token.device.battery).toBe(7);
  });

  it("a clock that jumps, a crystal that ages", async () => {
    expect(await after({ kind: "clockJump", seconds: -60 })).toBe(
      codeOf(SEED, NOW, -1).replace(/^(...)/, "$1 "),
    );
    const token = new Fleet({ at: AT }).add(SEED);
    harm(token.device, { kind: "crystal", ppm: 100 });
    token.time.advance(10_000);
    expect(token.device.clock.now - token.time.now).toBeCloseTo(1, 3);
  });

  it("a button that is stuck stays so over a new start", async () => {
    const token = new Fleet({ at: AT }).add(SEED);
    harm(token.device, { kind: "stuckButton" });
    token.device.restart();
    expect((await token.press()).display).toBe("");
  });

  it("a supply that lasts for a redraw is told, and breaks down at no later one", async () => {
    const token = new Fleet({ at: AT }).add(SEED);
    expect(() => {
      harm(token.device, { kind: "brownOut", drawings: 5000 });
    }).toThrow("fewer drawings");
    for (let count = 0; count < 50; count++) await token.nextUnusedCode();
  });

  it("a damaged image shows no code that a wrong one could be", () => {
    const token = new Fleet({ at: AT }).add(SEED);
    harm(token.device, { kind: "flipBit", file: "image", bit: 20_501 });
    expect(token.wrongCode()).toBe("000000");
  });

  it("a program that throws later ends nobody's time", () => {
    const fleet = new Fleet({ at: AT });
    const token = fleet.add(SEED);
    const image = Buffer.from('setTimeout(function(){throw new Error("late")},300)');
    token.load({ ".boot0": image });
    fleet.time.advance(10);
    expect(fleet.time.now).toBe(AT + 10);
  });

  it("what does not fit is refused by name", () => {
    const { device } = new Fleet({ at: AT }).add(SEED);
    const tried = (fault: Fault) => () => {
      harm(device, fault);
    };
    expect(tried({ kind: "flipBit", file: "record", bit: 1e6 })).toThrow(/has no bit 1000000/);
    expect(tried({ kind: "stuckButton", button: "BTN9" })).toThrow(/no button BTN9/);
    expect(tried({ kind: "deadColumn", x: 128 })).toThrow(/no such column/);
  });
});
