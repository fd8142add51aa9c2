import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { civilDate, civilTime } from "../../firmware/app/calendar.js";
import { draw, type Pen } from "../../firmware/app/draw.js";
import { smallFace } from "../../firmware/app/face.js";
import { screenOf } from "../../firmware/app/screen.js";
import {
  CODE,
  DARK,
  dark,
  hold,
  IMAGE,
  press,
  type State,
  tick,
} from "../../firmware/app/state.js";
import { loadToken, type Memory } from "../../firmware/app/token.js";
import type { Hash } from "../../firmware/otp/hash.js";
import { nodeHash } from "../../server/hashes.js";
import { Graphics } from "../../simulator/graphics.js";
import { readFrame } from "../../simulator/reader.js";
import { record } from "../frames/states.js";

const NOW = 1_795_000_040; // the twentieth second of a minute

function memory(changes: Partial<Memory> = {}): Memory {
  return {
    record: () => record(),
    image: () => Buffer.from("image"),
    hash: (algorithm): Hash | undefined => (algorithm === 1 ? nodeHash(1) : undefined),
    battery: () => 42,
    ...changes,
  };
}

/** What a display shows after a state has been drawn over the one before. */
function readState(state: State, before?: State): ReturnType<typeof readFrame> {
  const graphics = new Graphics(128, 64);
  const pen: Pen = {
    clear: () => graphics.clear(),
    fill: (...corners) => graphics.fillRect(...corners),
    erase: (...corners) => graphics.clearRect(...corners),
    font: (...font) => graphics.setFontCustom(...font),
    text: (...text) => graphics.drawString(...text),
  };
  if (before) draw(pen, smallFace, screenOf(before), undefined);
  draw(pen, smallFace, screenOf(state), before && screenOf(before));
  return readFrame(graphics.snapshot());
}

describe("the token's states", () => {
  it("a press wakes it, and a second one shows the same code", () => {
    const first = press(dark, loadToken(memory()), NOW);
    const second = press(first, first.token!, NOW + 10);
    expect(first.page).toBe(CODE);
    expect(first.code).toMatch(/^[0-9]{6}$/);
    expect(second.code).toBe(first.code);
  });

  it("the code is computed once a minute", () => {
    const token = loadToken(memory());
    const steps: number[] = [];
    const counted = { ...token, code: (step: number) => (steps.push(step), token.code(step)) };
    let state = press(dark, counted, NOW);
    for (let second = 1; second <= 60; second++) state = tick(state, NOW + second);
    const step = Math.floor(NOW / 60);
    expect(steps).toEqual([step, step + 1]);
  });

  it("holding walks the pages to the last and no further; presses go on, then back to the code", () => {
    let state = press(dark, loadToken(memory()), NOW);
    const held = Array.from({ length: 7 }, () => (state = hold(state, NOW)).page);
    expect(held).toEqual([1, 2, 3, 4, 5, 5, 5]);
    expect(press(state, state.token!, NOW).page).toBe(CODE);
    state = hold(press(dark, loadToken(memory()), NOW), NOW);
    const pressed = Array.from({ length: 5 }, () => (state = press(state, state.token!, NOW)).page);
    expect(pressed).toEqual([2, 3, 4, 5, 0]);
    expect([dark.page, IMAGE]).toEqual([DARK, 5]);
  });

  it("no code is ever computed where a word stands", () => {
    const broken: Partial<Memory>[] = [
      { record: () => undefined },
      { record: () => record().slice(1) },
      { record: () => record({ start: NOW + 1 }) },
      { record: () => record({ expiry: NOW }) },
      { record: () => record({ algorithm: 2 }) },
      { record: () => record({ algorithm: 3 }) },
      { hash: () => undefined },
    ];
    const words = broken.map((changes) => {
      const token = loadToken(memory(changes));
      const never = { ...token, code: () => expect.fail("a code was computed") };
      const state = press(dark, never, NOW);
      expect(state.code).toBe("");
      expect(readState(state)).toMatchObject({ kind: "text", lines: ["", state.word, ""] });
      return state.word;
    });
    expect(words).toEqual([
      "NO RECORD",
      "BAD RECORD",
      "CLOCK LOST",
      "EXPIRED",
      "NO SHA256",
      "NO SHA512",
      "NO SHA1",
    ]);
  });

  it("a trimmed clock decides code, expiry and time shown; the raw one whether it was lost", () => {
    const slow = record({ start: NOW - 86_400, trim: 1_000_000_000, expiry: NOW + 86_401 });
    const state = press(dark, loadToken(memory({ record: () => slow })), NOW);
    expect(state.time).toBe(NOW + 86_400);
    expect(state.word).toBe("");
    expect(tick(state, NOW + 1).word).toBe("EXPIRED");
  });
});

describe("the screens", () => {
  it("show the seconds left, sixty to one", () => {
    for (let second = 0; second < 60; second++) {
      const state = press(dark, loadToken(memory()), NOW - 20 + second + 0.999);
      expect(readState(state)).toEqual({
        kind: "code",
        code: state.code,
        secondsLeft: 60 - second,
      });
    }
  });

  it("drawn over one another equal the same screen drawn afresh", () => {
    const token = loadToken(memory());
    const states = [0, 1, 30, 39, 40, 41].map((second) => press(dark, token, NOW + second));
    for (const before of states)
      for (const after of states) {
        expect(readState(after, before)).toEqual(readState(after));
      }
  });

  it("say what they do not know", () => {
    const bare = memory({ record: () => undefined, image: () => undefined });
    let state = press(dark, loadToken(bare), NOW);
    const shown = Array.from({ length: 5 }, () => readState((state = hold(state, NOW))));
    expect(
      shown.map((reading) => (reading.kind === "text" ? reading.lines[1] : reading.kind)),
    ).toEqual(["-", "-", "2026-11-18", "42%", "-"]);
  });
});

describe("the calendar", () => {
  it("is the Gregorian one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (time) => {
        const iso = new Date(time * 1000).toISOString();
        expect(civilDate(time)).toBe(iso.slice(0, 10));
        expect(civilTime(time, true)).toBe(iso.slice(11, 19));
        expect(civilTime(time, false)).toBe(iso.slice(11, 16));
      }),
    );
  });

  it.each(["2000-02-29", "2024-02-29", "2038-01-19", "2100-03-01", "2106-02-07"])(
    "knows %s",
    (date) => {
      expect(civilDate(Date.parse(date) / 1000)).toBe(date);
    },
  );
});
