/** When a token may be registered again after a revocation; all of it in Japan's time. */
export interface RegistrationDelay {
  /** Seconds after the revocation. */
  readonly delay: number;
  /** Seconds of the day from which to until which a revocation waits for `until` instead. */
  readonly from: number;
  readonly until: number;
}

const DAY = 86_400;
const JAPAN = 9 * 3600; // seconds ahead of UTC, the whole year

/**
 * The first second at which a revoked user may register a token again: half an hour later, but a
 * revocation of the night's closing minutes waits for their end instead.
 * @param revokedAt Unix seconds
 */
export function availableAt(revokedAt: number, { delay, from, until }: RegistrationDelay): number {
  const ofDay = (((Math.floor(revokedAt) + JAPAN) % DAY) + DAY) % DAY;
  const closing = ofDay >= from && ofDay < until;
  return Math.floor(revokedAt) + (closing ? until - ofDay : delay);
}
