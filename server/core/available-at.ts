import { secondOfDay } from "./japan.js";

/** When a token may be registered again after a revocation; all of it in Japan's time. */
export interface RegistrationDelay {
  /** Seconds after the revocation. */
  readonly delay: number;
  /** Seconds of the day from which to until which a revocation waits for `until` instead. */
  readonly from: number;
  readonly until: number;
}

/**
 * The first second at which a revoked user may register a token again: half an hour later, but a
 * revocation of the night's closing minutes waits for their end instead.
 * @param revokedAt Unix seconds
 */
export function availableAt(revokedAt: number, { delay, from, until }: RegistrationDelay): number {
  const ofDay = secondOfDay(revokedAt);
  const closing = ofDay >= from && ofDay < until;
  return Math.floor(revokedAt) + (closing ? until - ofDay : delay);
}
