import { PERIOD } from "../../../firmware/otp/totp.js";
import { MAX_STEPS } from "../window.js";
import { type ClockEstimate, type ClockPolicy, startClock } from "./estimate.js";

/** Seconds by which a clock that was set at a bench may be wrong from the beginning. */
const SETTING = 5;

/**
 * A new token's clock, of which nothing is known but what its seed file says: it may be off by all
 * that is accepted.
 * @param drift whole steps the token is ahead (TimeDrift, RFC 6030 section 4.3.5)
 * @param ppm what its crystal may be off by
 */
export function clockOfUnknownHistory(
  drift: number,
  now: number,
  policy: ClockPolicy,
  ppm = policy.ppm,
): ClockEstimate {
  return startClock(ppm, about(drift, MAX_STEPS * PERIOD), now, policy);
}

/** A clock that was set right at a bench, and errs by no more than so much since, after its trim. */
export function clockSetAt(
  start: number,
  drift: number,
  ppm: number,
  policy: ClockPolicy,
): ClockEstimate {
  return startClock(ppm, about(drift, SETTING), start, policy);
}

function about(drift: number, seconds: number): { lowest: number; highest: number } {
  return { lowest: drift * PERIOD - seconds, highest: drift * PERIOD + seconds };
}
