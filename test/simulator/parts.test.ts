import { describe, expect, it } from "vitest";
import { Buttons } from "../../simulator/buttons.js";
import { VirtualClock } from "../../simulator/clock.js";
import { DeviceClock } from "../../simulator/device-clock.js";
import { nativeHash } from "../../simulator/hash.js";
import { BOARD_MODELS } from "../../simulator/boards.js";
import { Machine } from "../../simulator/machine.js";
import { Storage } from "../../simulator/storage.js";

describe("the virtual clock", () => {
  it("runs timers in the order they fall due, each at its own time", () => {
    const clock = new VirtualClock(100);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name}@${String(clock.now)}`);
    clock.after(3, note("c"));
    clock.after(1, note("a"));
    clock.after(1, note("b"));
    const cancelled = clock.after(2, note("x"));
    clock.after(2, () => {
      clock.after(0.5, note("d"));
    });
    clock.cancel(cancelled);
    expect(clock.nextDue).toBe(101);
    clock.advance(2);
    expect(seen).toEqual(["a@101", "b@101"]);
    clock.advance(10);
    expect(seen).toEqual(["a@101", "b@101", "d@102.5", "c@103"]);
    expect(clock.now).toBe(112);
    expect(clock.nextDue).toBeUndefined();
  });

  it("never goes back", () => {
    const clock = new VirtualClock(100);
    clock.advanceTo(50);
    expect(clock.now).toBe(100);
  });
});

describe("buttons", () => {
  const watched = (edge: "rising" | "falling" | "both") => {
    const clock = new VirtualClock(0);
    const buttons = new Buttons(["BTN1"], new DeviceClock(clock));
    const events: [boolean, number, number][] = [];
    buttons.watch(
      ({ state, time, lastTime }) => events.push([state, time, lastTime]),
      buttons.pins.BTN1!,
      { edge, debounce: 25 },
    );
    return { clock, buttons, events };
  };

  it("are seen after their debounce time, with the time of the event before", () => {
    const { clock, buttons, events } = watched("both");
    buttons.set("BTN1", true);
    expect(events).toEqual([]);
    clock.advance(1);
    buttons.set("BTN1", true);
    buttons.set("BTN1", false);
    clock.advance(1);
    expect(events).toEqual([
      [true, 0.025, 0],
      [false, 1.025, 0.025],
    ]);
  });

  it("that bounce are seen once, when they have settled", () => {
    const { clock, buttons, events } = watched("both");
    for (const down of [true, false, true, false, true]) {
      buttons.set("BTN1", down);
      clock.advance(0.004);
    }
    clock.advance(1);
    expect(events.map(([state]) => state)).toEqual([true]);
    buttons.set("BTN1", false);
    clock.advance(0.01);
    buttons.set("BTN1", true);
    clock.advance(1);
    expect(events).toHaveLength(1);
  });

  it.each([
    ["rising", [true]],
    ["falling", [false]],
  ] as const)("watched for their %s edge only", (edge, states) => {
    const { clock, buttons, events } = watched(edge);
    buttons.set("BTN1", true);
    clock.advance(1);
    buttons.set("BTN1", false);
    clock.advance(1);
    expect(events.map(([state]) => state)).toEqual(states);
  });

  it("that are not there are refused by name", () => {
    const { buttons } = watched("both");
    expect(() => {
      buttons.set("BTN9", true);
    }).toThrow("no button BTN9");
    expect(() => buttons.watch(() => undefined, {}, { edge: "both", debounce: 0 })).toThrow(
      "needs a pin",
    );
  });
});

describe("native hashes", () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  const sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d"; // FIPS 180-4: "abc"

  it("take strings, bytes, views and buffers", () => {
    const digest = nativeHash("SHA1");
    const padded = Buffer.from("xabcx");
    expect(hex(digest("abc"))).toBe(sha1);
    expect(hex(digest(padded.subarray(1, 4)))).toBe(sha1);
    expect(hex(digest(new Uint8Array(Buffer.from("abc")).buffer))).toBe(sha1);
    expect(hex(digest("\u00ff"))).toBe(hex(digest(Uint8Array.of(255))));
  });
});

describe("the machine", () => {
  const machine = (program: string, hashes = BOARD_MODELS.pixljs!.hashes) => {
    const storage = new Storage();
    storage.write(".boot0", Buffer.from(program));
    return new Machine(
      { ...BOARD_MODELS.pixljs!, hashes },
      storage,
      new DeviceClock(new VirtualClock(5)),
    );
  };

  it("gives the program only what the board has", () => {
    expect(() => machine("new Map()")).toThrow("Map is not defined");
    expect(() => machine("require('fs')")).toThrow('Module "fs" not found');
    expect(() => machine("if(require('crypto').SHA256)throw Error('has it')")).not.toThrow();
    expect(() =>
      machine("if(require('Storage').readArrayBuffer('x')!==undefined)throw Error()"),
    ).not.toThrow();
    expect(() => machine("if(getTime()!==5||E.getBattery()!==100)throw Error()")).not.toThrow();
  });

  it("shows what was flipped, and nothing while the display has no power", () => {
    const lit = machine("g.fillRect(0,0,7,0);g.flip();g.fillRect(0,1,7,1)").frame().bytes;
    expect([lit[0], lit[16]]).toEqual([255, 0]);
    const dark = machine("g.fillRect(0,0,7,0);g.flip();Pixl.setLCDPower(false)").frame().bytes;
    expect(dark.every((byte) => byte === 0)).toBe(true);
  });

  it("keeps files apart from what is done with their bytes", () => {
    const storage = new Storage();
    const bytes = Buffer.from("abc");
    storage.write("f", bytes);
    bytes[0] = 0;
    storage.bytes("f")![1] = 0;
    expect(Buffer.from(storage.bytes("f")!).toString()).toBe("abc");
    storage.erase("f");
    expect(storage.bytes("f")).toBeUndefined();
  });
});
