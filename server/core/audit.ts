/** One line of the audit before it has its place in a chain. Never a code, a seed or a password. */
export interface AuditEntry {
  /** Unix milliseconds. */
  readonly at: number;
  readonly event: string;
  readonly result: string;
  readonly serial: string | undefined;
  /** Who: an API key, a user, a member of the branch's staff, a command, or the server of itself. */
  readonly actor: string;
  /** From where: an address; undefined for a command, and for the server itself. */
  readonly source: string | undefined;
  /** What else belongs to the act: a form's number, the staff's id, a count. */
  readonly detail: Readonly<Record<string, string | number>>;
}

/** A line in its place: the writing process, the line's number in its chain, and the chain's hash. */
export interface AuditRow extends AuditEntry {
  readonly writer: string;
  readonly sequence: number;
  /** SHA-256 over the hash before and this line's text. */
  readonly hash: Uint8Array;
}

/** What a chain begins with in place of a hash before. */
export const CHAIN_START = new Uint8Array(32);

/**
 * The text of a line that its hash covers: JSON of its fields in this order. The names in `detail` are
 * sorted, since not every store keeps the order in which they were written.
 */
export function auditText(row: Omit<AuditRow, "hash">): string {
  const { writer, sequence, at, event, result, serial, actor, source, detail } = row;
  const about = Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : 1));
  const whom = [serial ?? null, actor, source ?? null];
  return JSON.stringify([writer, sequence, at, event, result, ...whom, about]);
}

/** Links entries behind a chain's last hash. */
export function chain(
  entries: readonly AuditEntry[],
  writer: string,
  last: { readonly sequence: number; readonly hash: Uint8Array },
  sha256: (before: Uint8Array, text: string) => Uint8Array,
): AuditRow[] {
  let { sequence, hash } = last;
  return entries.map((entry) => {
    sequence += 1;
    // Field by field: spreading costs as much as hashing, and each verification writes a row.
    const { at, event, result, serial, actor, source, detail } = entry;
    const row = { writer, sequence, at, event, result, serial, actor, source, detail, hash };
    hash = row.hash = sha256(hash, auditText(row));
    return row;
  });
}
