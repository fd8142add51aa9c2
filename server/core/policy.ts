import type { RegistrationDelay } from "./available-at.js";
import type { ClockPolicy } from "./clock/estimate.js";

/** So many a second in the long run, and so many at once; no limit where there are none a second. */
export interface Rate {
  readonly perSecond: number;
  readonly atOnce: number;
}

/** What one process takes from outside. */
export interface TrafficPolicy {
  /** Requests with one API key. */
  readonly key: Rate;
  /** Requests of one address to the pages, and to paths that are none's. */
  readonly stranger: Rate;
  /** Wrong API keys of one address, or none. */
  readonly wrongKeys: Rate;
  /** Connections at once; 0 for no limit. */
  readonly connections: number;
  readonly connectionsOfAddress: number;
}

/** What a bank may set; each default is the bank's manual's or, where it is silent, our reading of it. */
export interface Policy {
  /** Consecutive wrong codes that suspend a token. */
  readonly maxFailures: number;
  /** What is assumed of the tokens' clocks. */
  readonly clock: ClockPolicy;
  /** How far the branch's resynchronization searches, in steps either way. */
  readonly resyncSteps: number;
  /** How far a user's own search (時刻補正) goes. */
  readonly userResyncSteps: number;
  /** Consecutive wrong confirmation passwords that suspend it. */
  readonly maxConfirmationFailures: number;
  /** Whether another master may lift a master's suspension; without it only the branch may. */
  readonly peerMasterUnlock: boolean;
  /** Whether administrators may revoke tokens, as masters do. */
  readonly administratorsRevoke: boolean;
  /** When a token may be registered again. */
  readonly registrationDelay: RegistrationDelay;
  /** Yen a contract may transfer a day where no one-time passwords are asked for. */
  readonly limitWithoutTokens: number;
  /** Days before a token's expiry at which its users are told. */
  readonly expiryNoticeDays: readonly number[];
  /** Wrong codes that are evaluated in an hour for one API key, and for one serial. */
  readonly hourlyFailures: { readonly key: number; readonly serial: number };
  /** Wrong codes at a registration that cost no waiting: of one contract, and for one serial of it. */
  readonly freeRegistrationFailures: { readonly contract: number; readonly serial: number };
  readonly traffic: TrafficPolicy;
}

export const DEFAULT_POLICY: Policy = {
  maxFailures: 5,
  clock: { ppm: 50, noisePpm: 6, slack: 1, late: 0 },
  resyncSteps: 1440, // one day of minutes: a token may come out of a long time in stock
  userResyncSteps: 30,
  maxConfirmationFailures: 5,
  peerMasterUnlock: true,
  administratorsRevoke: false,
  registrationDelay: { delay: 1800, from: 2 * 3600 + 59 * 60, until: 3 * 3600 + 10 * 60 },
  limitWithoutTokens: 200_000,
  expiryNoticeDays: [90, 30, 7],
  hourlyFailures: { key: 3600, serial: 30 },
  freeRegistrationFailures: { contract: 20, serial: 10 },
  traffic: {
    key: { perSecond: 0, atOnce: 0 },
    // A page with its typeface is some fifty requests, and a company's users share an address.
    stranger: { perSecond: 100, atOnce: 2000 },
    wrongKeys: { perSecond: 1, atOnce: 60 },
    connections: 10_000,
    connectionsOfAddress: 1000,
  },
};

/** A policy by which so many processes, each of which counts for itself, let through what the bank's says. */
export function shareOf(policy: Policy, processes: number): Policy {
  const part = (whole: number): number => Math.ceil(whole / processes);
  const rate = ({ perSecond, atOnce }: Rate): Rate => ({
    perSecond: perSecond / processes,
    atOnce: part(atOnce),
  });
  const { hourlyFailures, traffic } = policy;
  return {
    ...policy,
    hourlyFailures: {
      key: hourlyFailures.key / processes,
      serial: hourlyFailures.serial / processes,
    },
    traffic: {
      key: rate(traffic.key),
      stranger: rate(traffic.stranger),
      wrongKeys: rate(traffic.wrongKeys),
      connections: part(traffic.connections),
      connectionsOfAddress: part(traffic.connectionsOfAddress),
    },
  };
}
