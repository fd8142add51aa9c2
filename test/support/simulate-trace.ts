import { BOARD_MODELS } from "../../simulator/boards.js";
import { VirtualClock } from "../../simulator/clock.js";
import { DeviceClock } from "../../simulator/device-clock.js";
import { IMAGE_FILE, Machine } from "../../simulator/machine.js";
import { Storage } from "../../simulator/storage.js";
import type { Trace, TraceResult } from "../live/interpreter.js";

const DEBOUNCE = 25; // milliseconds: the button's own timer, which the program does not ask for

/** A clock that writes down the delays asked of it. */
class LoggingClock extends VirtualClock {
  readonly delays: number[] = [];

  override after(seconds: number, run: () => void): number {
    const milliseconds = Math.round(seconds * 1e6) / 1000;
    if (milliseconds !== DEBOUNCE) this.delays.push(milliseconds);
    return super.after(seconds, run);
  }
}

/** Runs a trace in the simulator, as the interpreter's harness runs it there. */
export function simulateTrace(image: Uint8Array, trace: Trace): TraceResult {
  const clock = new LoggingClock(trace.start);
  const storage = new Storage();
  storage.write(IMAGE_FILE, image);
  if (trace.record) storage.write("warifu.token", trace.record);
  const model = { ...BOARD_MODELS[trace.board]!, hashes: trace.hashes };
  const machine = new Machine(model, storage, new DeviceClock(clock));
  machine.battery = trace.battery;
  const frames: Uint8Array[] = [];
  for (const [seconds, action] of trace.steps) {
    clock.advance(seconds);
    if (action === null) frames.push(machine.frame().bytes);
    else machine.buttons.set("BTN1", action);
  }
  return { frames, delays: clock.delays };
}
