import { PERIOD, stepAt } from "../../firmware/otp/totp.js";
import {
  type ClockEstimate,
  type ClockPolicy,
  type OffsetRange,
  offsetRange,
  READING,
} from "./clock/estimate.js";

/** Steps from `first` to `last`, both acceptable. */
export interface StepWindow {
  readonly first: number;
  readonly last: number;
}

/** Steps either way of the expected one that are accepted at most, however little is known of a clock. */
export const MAX_STEPS = 10;

/** The step that a token most likely shows: that of the middle of what is possible. */
export function expectedStep(clock: ClockEstimate, now: number, policy: ClockPolicy): number {
  return middleStep(offsetRange(clock, now, policy), now);
}

function middleStep({ lowest, highest }: OffsetRange, now: number): number {
  return stepAt(now + (lowest + highest) / 2);
}

/** The steps a token can have shown in the last minute, whatever time it takes to read and type. */
export function possibleSteps(clock: ClockEstimate, now: number, policy: ClockPolicy): StepWindow {
  return shownIn(offsetRange(clock, now, policy), now);
}

function shownIn({ lowest, highest }: OffsetRange, now: number): StepWindow {
  return { first: stepAt(now - READING + lowest), last: stepAt(now + highest) };
}

/**
 * The steps whose codes are accepted: those the token can have shown in the last minute, ten either
 * way of the expected one at most. For a clock known exactly: the current one and the one before.
 * @param now Unix seconds
 */
export function acceptableSteps(
  clock: ClockEstimate,
  now: number,
  policy: ClockPolicy,
): StepWindow {
  const range = offsetRange(clock, now, policy);
  const { first, last } = shownIn(range, now);
  const expected = middleStep(range, now);
  return {
    first: Math.max(0, first, expected - MAX_STEPS),
    last: Math.min(last, expected + MAX_STEPS),
  };
}

/** The middle of a clock's possible offsets in whole steps, as a seed file's TimeDrift counts them. */
export function offsetSteps(clock: ClockEstimate, now: number, policy: ClockPolicy): number {
  const { lowest, highest } = offsetRange(clock, now, policy);
  // + 0 makes 0 of -0.
  return Math.ceil((lowest + highest) / 2 / PERIOD - 0.5) + 0;
}
