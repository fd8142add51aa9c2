import type { Session } from "../core/book.js";

/** Seconds a session lives without being used, and at all. */
const IDLE = 900;
const LIFE = 8 * 3600;
/** Seconds between two notes that a session is in use: not every page view is a write. */
const NOTE = 60;

/** What {@link SessionRow} is read by. */
export const SESSION_COLUMNS =
  'id, user_id AS "user", staff_id AS "staff", created_at AS "createdAt", seen_at AS "seenAt"';

/** A session's row: it is a user's, or else a member of the staff's. */
export interface SessionRow {
  readonly id: Uint8Array;
  readonly user: string | null;
  readonly staff: string | null;
  readonly createdAt: number;
  readonly seenAt: number;
}

export function storedSession({ id, user, staff, createdAt }: SessionRow): Session {
  return { id, owner: user === null ? { staff: staff! } : { user }, createdAt };
}

/** In the order of the sessions' columns: of a user, and of a member of the staff. */
export function ownerColumns(owner: Session["owner"]): [user: string | null, staff: string | null] {
  return "user" in owner ? [owner.user, null] : [null, owner.staff];
}

/** Whether a session that is used now is over; if not, whether its use is to be noted. */
export function sessionUse(
  { createdAt, seenAt }: SessionRow,
  now: number,
): "over" | "note" | "fresh" {
  if (now - seenAt > IDLE || now - createdAt > LIFE) return "over";
  return now - seenAt > NOTE ? "note" : "fresh";
}
