/** What a bank may set; each default is the bank's manual's or, where it is silent, our reading of it. */
export interface Policy {
  /** Consecutive wrong codes that suspend a token. */
  readonly maxFailures: number;
  /** How far the branch's resynchronization searches, in steps either way. */
  readonly resyncSteps: number;
}

export const DEFAULT_POLICY: Policy = {
  maxFailures: 5,
  resyncSteps: 1440, // one day of minutes: a token may come out of a long time in stock
};
