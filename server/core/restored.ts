import type { ClockPolicy } from "./clock/estimate.js";
import type { Token } from "./token.js";
import { possibleSteps } from "./window.js";

/**
 * The last step whose code may have been accepted already. A database put back from a backup has forgotten
 * what was accepted after the backup was made: of every token it refuses all that the token can have shown
 * up to the restore, as far as its clock is known. What a clock has learned since the backup can only have
 * made its range smaller, so the range the backup knows holds every step that was accepted.
 */
export function usedUpTo(token: Token, policy: ClockPolicy): number {
  const { lastStep, restoredAt, clock } = token;
  if (restoredAt === undefined) return lastStep;
  // Another server's clock may have been ahead of the one that tells when it was restored.
  const shown = possibleSteps(clock, restoredAt + policy.slack, policy);
  return Math.max(lastStep, shown.last);
}
