import { describe, expect, it } from "vitest";
import { FONT, FONT_FIRST, FONT_HEIGHT, FONT_WIDTH } from "../../firmware/app/font.js";
import { GLYPHS } from "../../simulator/glyphs.js";
import { readFrame } from "../../simulator/reader.js";
import { readRecording } from "../frames/recording.js";

const recorded = readRecording("pixljs");
const frame = (bytes: Uint8Array) => ({ width: 128, height: 64, bytes });
const frameOf = (name: string) =>
  frame(recorded.traces.find((trace) => trace.name === name)!.frames[0]!);

describe("reading a frame", () => {
  it("understands every recorded frame", () => {
    for (const { name, frames } of recorded.traces) {
      for (const bytes of frames) {
        expect(readFrame(frame(bytes)).kind, name).not.toBe("unreadable");
      }
    }
  });

  it("reads the code and the bar, the words and the dark", () => {
    expect(readFrame(frameOf("code of step 0"))).toEqual({
      kind: "code",
      code: "755224",
      secondsLeft: 53,
    });
    expect(readFrame(frameOf("expired"))).toEqual({ kind: "text", lines: ["", "EXPIRED", ""] });
    expect(readFrame(frameOf("page 2, held"))).toEqual({
      kind: "text",
      lines: ["EXPIRES (JST)", "2031-03-31", "08:00"],
    });
    const blank = { width: 128, height: 64, bytes: new Uint8Array(1024) };
    expect(readFrame(blank)).toEqual({ kind: "blank" });
  });

  it.each(["code of step 0", "code of step 5"])(
    "no single pixel can change and leave %s readable as it was",
    (name) => {
      const original = frameOf(name);
      const { code } = readFrame(original) as { code: string };
      for (let bit = 0; bit < 128 * 64; bit++) {
        const bytes = original.bytes.slice();
        bytes[bit >> 3]! ^= 0x80 >> (bit & 7);
        const reading = readFrame({ ...original, bytes });
        expect(reading.kind === "code" && reading.code === code, `pixel ${String(bit)}`).toBe(
          false,
        );
      }
    },
  );

  it("takes another digit's segments for that digit: it reads the frame, not the program", () => {
    const original = frameOf("code of step 0");
    const bytes = original.bytes.slice();
    // 755224, its last digit drawn anew as the 8 of 338314, 72 pixels to its left.
    const eight = frameOf("code of step 4"); // 338314
    const from = [...eight.bytes];
    for (let y = 6; y < 42; y++) {
      for (let x = 38; x < 52; x++) {
        const source = x + y * 128;
        const target = source + 72;
        const set = (from[source >> 3]! >> (7 - (source & 7))) & 1;
        const mask = 0x80 >> (target & 7);
        if (set) bytes[target >> 3]! |= mask;
        else bytes[target >> 3]! &= ~mask;
      }
    }
    expect(readFrame({ ...original, bytes })).toMatchObject({ kind: "code", code: "755228" });
  });

  it("of a larger display, and of none it knows", () => {
    for (const { name, frames } of readRecording("banglejs2").traces) {
      for (const bytes of frames) {
        const reading = readFrame({ width: 176, height: 176, bytes });
        expect(reading.kind, name).not.toBe("unreadable");
      }
    }
    const strange = { width: 8, height: 8, bytes: new Uint8Array(8).fill(1) };
    expect(readFrame(strange).kind).toBe("unreadable");
  });

  it("a dead column is unreadable", () => {
    const original = frameOf("code of step 0");
    const bytes = original.bytes.slice();
    for (let y = 0; y < 64; y++) bytes[(24 + y * 128) >> 3]! &= 0x7f;
    expect(readFrame({ ...original, bytes }).kind).toBe("unreadable");
  });
});

it("the reader's glyphs are the font's", () => {
  for (const [character, rows] of GLYPHS) {
    const start = (character.charCodeAt(0) - FONT_FIRST) * FONT_WIDTH;
    const drawn = Array.from({ length: 7 }, (_, y) =>
      Array.from({ length: 5 }, (_, x) =>
        FONT.charCodeAt(start + x) & (0x80 >> y) ? "#" : ".",
      ).join(""),
    ).join("/");
    expect(drawn, character).toBe(rows);
  }
  expect(FONT).toHaveLength(FONT_WIDTH * 59);
  expect(FONT_HEIGHT).toBe(8);
});
