import { crc32 } from "node:zlib";
import { BOARD_MODELS, type BoardModel } from "../../simulator/boards.js";
import { VirtualClock } from "../../simulator/clock.js";
import { DeviceClock } from "../../simulator/device-clock.js";
import { IMAGE_CHECK_FILE, IMAGE_FILE, Machine } from "../../simulator/machine.js";
import { Storage } from "../../simulator/storage.js";
import type { Trace, TraceResult } from "../live/interpreter.js";

/** What a button's own timer runs, which the program does not ask for. */
const DEBOUNCE = "settle";

/** A clock that writes down the delays asked of it. */
class LoggingClock extends VirtualClock {
  readonly delays: number[] = [];

  override after(seconds: number, run: () => void): number {
    const milliseconds = Math.round(seconds * 1e6) / 1000;
    if (run.name !== DEBOUNCE) this.delays.push(milliseconds);
    return super.after(seconds, run);
  }
}

type Method = (...given: unknown[]) => unknown;

/** A board whose calls are written down, as the harness writes them inside the interpreter. */
function spiedOn(model: BoardModel, calls: string[]): BoardModel {
  let within = false;
  const spy = (object: Record<string, unknown>, names: readonly string[]): void => {
    for (const name of names) {
      const method = (object[name] as Method).bind(object);
      object[name] = (...given: unknown[]): unknown => {
        const four = [0, 1, 2, 3].map((index) => String(given[index]));
        // What a method calls of its own is nobody's call to the board.
        if (!within) calls.push([name, ...four].join(" "));
        const outer = within;
        within = true;
        const result = method(...given);
        within = outer;
        return result;
      };
    }
  };
  return {
    ...model,
    globals: (hardware) => {
      const globals = model.globals({
        ...hardware,
        power: (on) => {
          calls.push(`power ${String(on)}`);
          hardware.power(on);
        },
      });
      const { g, I2C1: bus } = globals as Record<string, Record<string, unknown> | undefined>;
      if (g) {
        const flip = (g.flip as Method).bind(g);
        g.flip = () => {
          calls.push("flip");
          flip();
        };
        spy(g, ["clear", "fillRect", "clearRect", "drawString", "setFontCustom"]);
      }
      if (bus) {
        const write = bus.writeTo as (address: number, data: ArrayLike<number>) => void;
        bus.writeTo = (address: number, data: ArrayLike<number>) => {
          calls.push(`write ${String(address)} ${String(data[0])} ${String(data.length)}`);
          write(address, data);
        };
      }
      return globals;
    },
  };
}

/** Runs a trace in the simulator, as the interpreter's harness runs it there. */
export function simulateTrace(image: Uint8Array, trace: Trace): TraceResult {
  const clock = new LoggingClock(trace.start);
  const storage = new Storage();
  storage.write(IMAGE_FILE, image);
  if (trace.record) storage.write("warifu.token", trace.record);
  const calls: string[] = [];
  const model = spiedOn({ ...BOARD_MODELS[trace.board]!, hashes: trace.hashes }, calls);
  if (trace.imageCheck !== undefined) {
    storage.write(IMAGE_CHECK_FILE, Buffer.from(String(trace.imageCheck)));
  }
  const onError = (error: unknown): void => {
    calls.push(`refused ${String(error)}`);
  };
  const machine = new Machine(model, storage, new DeviceClock(clock), { onError });
  machine.battery = trace.battery;
  const frames: Uint8Array[] = [];
  for (const [seconds, action] of trace.steps) {
    clock.advance(seconds);
    if (action === null) frames.push(machine.frame().bytes);
    else machine.buttons.set("BTN1", action);
  }
  const { wakeUps, redraws, displaySeconds } = machine.meter.counts;
  return {
    frames,
    delays: clock.delays,
    counts: [wakeUps, redraws, Math.round(displaySeconds * 1000)].join(" "),
    calls: `${String(calls.length)} ${String(crc32(Buffer.from(calls.join("\n"), "latin1")))}`,
  };
}
