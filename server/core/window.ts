import { stepAt } from "../../firmware/otp/totp.js";

/** Steps from `first` to `last`, both acceptable. */
export interface StepWindow {
  readonly first: number;
  readonly last: number;
}

/**
 * The steps a token may be showing: one either way of where its clock should stand. One back is
 * what RFC 6238 section 5.2 allows for reading and typing; one ahead is for a clock that runs fast.
 * @param clockOffset whole steps the token is ahead
 * @param now Unix seconds
 */
export function acceptableSteps(clockOffset: number, now: number): StepWindow {
  const expected = stepAt(now) + clockOffset;
  return { first: Math.max(0, expected - 1), last: expected + 1 };
}
