import { randomUUID } from "node:crypto";
import { sha256 } from "../hashes.js";
import { type AuditEntry, type AuditRow, chain, CHAIN_START } from "../core/audit.js";
import { RowsRefused } from "./postgres-errors.js";
import type { Statement } from "./postgres-statement.js";

/** Rows of the audit that one transaction may write. */
export const PLACES = 8192;

/**
 * A row's id is its transaction's id, and its place among the transaction's rows. An id drawn from a
 * sequence would be in no order of commits: a reader who has come to row 7 would miss row 6 of a
 * transaction that commits later. Here whoever reads on stops below the oldest transaction that still
 * runs (pg_snapshot_xmin): every transaction below it has ended, every row below it is there, and later
 * ones have larger ids. 2^53 ids are enough for a thousand transactions a second for 34 years.
 */
const ID = `(SELECT base FROM audit_base) + pg_current_xact_id()::text::bigint * ${String(PLACES)}`;
const INSERT = `INSERT INTO audit
    (id, writer, sequence, at, event, result, serial, contract, actor, source, detail, hash)
  SELECT ${ID} + place - 1, $1::uuid, $2::bigint + place, at, event, result, serial, contract, actor,
    source, detail, hash
  FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::jsonb[], $11::bytea[]) WITH ORDINALITY
    AS rows (at, event, result, serial, contract, actor, source, detail, hash, place)`;

/** The chain of the audit that one connection writes: what was not committed leaves no gap in it. */
export class AuditChain {
  readonly #writer = randomUUID();
  #last: Pick<AuditRow, "sequence" | "hash"> = { sequence: 0, hash: CHAIN_START };
  #pending = this.#last;

  /** The statement that writes all of a transaction's lines, to be asked for once. @throws RowsRefused */
  write(entries: readonly AuditEntry[]): Statement[] {
    if (entries.length === 0) return [];
    if (entries.length > PLACES) throw new RowsRefused("too many lines", "audit");
    const rows = chain(entries, this.#writer, this.#last, sha256);
    this.#pending = rows.at(-1)!;
    const column = (of: (row: AuditRow) => unknown): unknown[] => rows.map(of);
    const values = [
      this.#writer,
      this.#last.sequence,
      column(({ at }) => at),
      column(({ event }) => event),
      column(({ result }) => result),
      column(({ serial }) => serial),
      column(({ detail }) => detail.contract),
      column(({ actor }) => actor),
      column(({ source }) => source),
      column(({ detail }) => JSON.stringify(detail)),
      column(({ hash }) => hash),
    ];
    return [{ text: INSERT, values }];
  }

  committed(): void {
    this.#last = this.#pending;
  }

  rolledBack(): void {
    this.#pending = this.#last;
  }
}
