import { MOST_PPM } from "./core/clock/estimate.js";
import { DAY } from "./core/japan.js";
import type { Policy } from "./core/policy.js";

/** The least and the greatest that a number may be, or each number of a list. */
export type Bound = readonly [least: number, most: number];

/** The shape of a policy, with a bound in place of each number. */
export type Bounds<Of> = {
  readonly [Name in keyof Of as Of[Name] extends boolean ? never : Name]: Of[Name] extends
    number | readonly number[]
    ? Bound
    : Bounds<Of[Name]>;
};

/** As good as none. */
const NO_LIMIT = 1_000_000_000;
const ANY: Bound = [0, NO_LIMIT];
/** Steps: ten days of minutes. */
const REACH: Bound = [0, 14_400];

/** What a server can do, and what no bank means to ask for. */
export const BOUNDS: Bounds<Policy> = {
  maxFailures: [1, 100],
  clock: { ppm: [0, MOST_PPM], noisePpm: [0, MOST_PPM], slack: [0, 60], late: [0, 600] },
  resyncSteps: REACH,
  userResyncSteps: REACH,
  maxConfirmationFailures: [1, 100],
  registrationDelay: { delay: [0, 365 * DAY], from: [0, DAY], until: [0, DAY] },
  limitWithoutTokens: [0, 999_999_999_999],
  expiryNoticeDays: [0, 3650],
  // With none an hour there would be no hour after which there is one.
  hourlyFailures: { key: [1, NO_LIMIT], serial: [1, NO_LIMIT] },
  freeRegistrationFailures: { contract: ANY, serial: ANY },
  traffic: {
    key: { perSecond: ANY, atOnce: ANY },
    stranger: { perSecond: ANY, atOnce: ANY },
    wrongKeys: { perSecond: ANY, atOnce: ANY },
    connections: ANY,
    connectionsOfAddress: ANY,
  },
};
