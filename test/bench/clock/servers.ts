import type { ClockEstimate } from "../../../server/core/clock/estimate.js";
import { DEFAULT_POLICY, type Policy } from "../../../server/core/policy.js";
import { resync } from "../../../server/core/resync.js";
import type { Token } from "../../../server/core/token.js";
import { verify } from "../../../server/core/verify.js";
import { acceptableSteps } from "../../../server/core/window.js";
import { DAY } from "./population.js";

/** A server's way with one token's clock. Times are Unix seconds. */
export interface Server {
  /** How many steps' codes it accepts at a time. */
  readonly width: (now: number) => number;
  /** Whether it accepts a step's code; then it has learned from it. */
  readonly verify: (step: number, now: number) => boolean;
  /** Two codes, of this step and the one before, set the clock. */
  readonly resync: (step: number, now: number) => void;
}

/** No two steps of a fortnight share a code: what the study counts is the window's doing alone. */
function codeAt(step: number): string {
  return String(step % 1_000_000).padStart(6, "0");
}

/** This server: its rules as they are shipped. */
export class Warifu implements Server {
  token: Token;

  constructor(
    clock: ClockEstimate,
    readonly policy: Policy = DEFAULT_POLICY,
  ) {
    this.token = {
      ...{ serial: "12345678", status: "usable", suspended: false, failures: 0, lastStep: -1 },
      ...{ clock, contract: undefined, start: undefined, expiry: undefined, codeAt },
    };
  }

  width(now: number): number {
    const { first, last } = acceptableSteps(this.token.clock, now, this.policy.clock);
    return last - first + 1;
  }

  verify(step: number, now: number): boolean {
    const { answer, next } = verify(this.token, codeAt(step), now, this.policy);
    this.token = { ...this.token, ...next };
    return answer.accepted;
  }

  resync(step: number, now: number): void {
    const codes = [codeAt(step - 1), codeAt(step)] as const;
    const { answer, next } = resync(this.token, codes, now, this.policy);
    if (!answer.resynchronized) throw new Error("two codes in a row set no clock");
    this.token = { ...this.token, ...next };
  }
}

/** A clock that is kept as whole steps, corrected by each code to what it says. */
abstract class Shifted implements Server {
  #shift = 0;
  protected last: number | undefined;

  abstract width(now: number): number;
  protected abstract reach(now: number): number;

  verify(step: number, now: number): boolean {
    if (Math.abs(step - Math.floor(now / 60) - this.#shift) > this.reach(now)) return false;
    this.resync(step, now);
    return true;
  }

  resync(step: number, now: number): void {
    this.#shift = step - Math.floor(now / 60);
    this.last = now;
  }
}

/** A fixed window of three steps either way, the shift in steps (privacyIDEA's and LinOTP's 180 s). */
export class ThreeSteps extends Shifted {
  width(): number {
    return 7;
  }

  protected reach(): number {
    return 3;
  }
}

/**
 * OneSpan's dynamic time window: ITimeWindow of 20 steps while the token was idle for up to
 * 60 * (20 - 1) / 8 = 142.5 days, then a step and 8 seconds for each idle day; the first use is within
 * the window of synchronization, 6 hours. Half of it either way of the last time shift; where that
 * comes to a half step more, the token has the benefit of it. The wide first window is not counted.
 */
export class DynamicWindow extends Shifted {
  width(now: number): number {
    const idleDays = (now - (this.last ?? now)) / DAY;
    return idleDays <= 142.5 ? 20 : (60 + 8 * idleDays) / 60;
  }

  protected reach(now: number): number {
    return this.last === undefined ? (6 * 60) / 2 : this.width(now) / 2;
  }
}
