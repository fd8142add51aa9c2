import { type Fault, harm } from "../faults.js";
import type { FleetToken } from "../fleet-token.js";
import type { Frame } from "../frame.js";

/** What a scenario is run on: a simulated token, or a board at the end of a cable. */
export interface Driver {
  readonly press: (button: string, seconds: number | undefined) => Promise<void>;
  readonly hold: (button: string) => Promise<void>;
  readonly release: (button: string) => Promise<void>;
  readonly advance: (seconds: number) => Promise<void>;
  /** @throws InputError where it cannot be done here */
  readonly fault: (fault: Fault) => Promise<void>;
  readonly frame: () => Promise<Frame>;
}

/** Drives a token of a fleet. */
export function simulatedDriver(token: FleetToken): Driver {
  const { time, device } = token;
  const act = (what: () => void): Promise<void> => {
    time.act(what);
    return Promise.resolve();
  };
  return {
    press: async (button, seconds) => {
      await token.press(button, seconds);
    },
    hold: (button) =>
      act(() => {
        device.hold(button);
      }),
    release: (button) =>
      act(() => {
        device.release(button);
      }),
    advance: (seconds) => time.pass(seconds),
    fault: (fault) =>
      act(() => {
        harm(device, fault);
      }),
    frame: () => Promise.resolve(token.frame()),
  };
}
