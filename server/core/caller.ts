import type { AuditEntry } from "./audit.js";

/** Who acts, from where, and when. */
export interface Caller {
  readonly actor: string;
  readonly source: string | undefined;
  /** Unix milliseconds. */
  readonly at: number;
}

/** A line of the audit that is about no token. */
export function entryBy(
  { actor, source, at }: Caller,
  event: string,
  result: string,
  detail: AuditEntry["detail"] = {},
): AuditEntry {
  return { at, event, result, serial: undefined, actor, source, detail };
}
