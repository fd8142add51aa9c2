import type { ClockEstimate } from "./clock/estimate.js";

/** How the branch has the token: in use or stock, or taken out of service for good or until lent anew. */
export type TokenStatus = "usable" | "revoked" | "lost" | "faulty";

/** What changes as a token is used. One token's decisions are made one after the other. */
export interface TokenState {
  readonly status: TokenStatus;
  /** Stopped after repeated wrong codes, until unlocked. */
  readonly suspended: boolean;
  /** Consecutive wrong codes. */
  readonly failures: number;
  /** The last step whose code was accepted; -1 before the first. No step up to it is accepted again. */
  readonly lastStep: number;
  /** What is known of the token's clock. */
  readonly clock: ClockEstimate;
  /** The contract it is lent to; undefined in stock. */
  readonly contract: string | undefined;
}

/** A token as the rules see it. */
export interface Token extends TokenState {
  readonly serial: string;
  /** Unix seconds; undefined for a token valid from the beginning, or without end. */
  readonly start: number | undefined;
  readonly expiry: number | undefined;
  /** Unix seconds: when the database was put back from a backup, where that has not been lifted. */
  readonly restoredAt?: number | undefined;
  /** The code of a step. Called only where the rules let a code be evaluated. */
  readonly codeAt: (step: number) => string;
}
