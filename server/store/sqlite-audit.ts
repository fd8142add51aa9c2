import { randomUUID } from "node:crypto";
import type Database from "better-sqlite3";
import { sha256 } from "../hashes.js";
import { type AuditEntry, type AuditRow, chain, CHAIN_START } from "../core/audit.js";
import { AUDIT_SEGMENT } from "./migrations/sqlite.js";
import { type AuditRecord, auditParameters, listedAuditRow } from "./sqlite-rows.js";
import type { ListedAuditRow, Store } from "./store.js";

/** Writes this process's chain of the audit; what was not committed leaves no gap in it. */
export interface AuditWriter {
  /** Inside a transaction. */
  readonly write: (entries: readonly AuditEntry[]) => void;
  readonly committed: () => void;
  readonly rolledBack: () => void;
}

export function auditWriter(db: Database.Database): AuditWriter {
  const writer = randomUUID();
  const enter = db.prepare<[string], number>(
    "INSERT INTO audit_writers (writer) VALUES (?) RETURNING id",
  );
  const insert = db.prepare(
    `INSERT INTO audit
       (writer_id, sequence, at, event, result, serial, contract, actor, source, detail, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  // Entered with the first row: a process that only reads leaves no trace.
  const start = { id: 0, sequence: 0, hash: CHAIN_START };
  let last: Pick<AuditRow, "sequence" | "hash"> & { readonly id: number } = start;
  let pending = last;
  return {
    write: (entries) => {
      if (entries.length === 0) return;
      const id = pending.id === 0 ? enter.pluck().get(writer)! : pending.id;
      for (const row of chain(entries, writer, pending, sha256)) {
        insert.run(id, ...auditParameters(row));
        pending = { id, sequence: row.sequence, hash: row.hash };
      }
    },
    committed: () => {
      last = pending;
    },
    rolledBack: () => {
      pending = last;
    },
  };
}

const ROWS = "SELECT audit.*, writer FROM audit JOIN audit_writers ON audit_writers.id = writer_id";

type Query = Parameters<Store["listAudit"]>[0];

/** Rows in order, or the newest first, that are about everything, a serial or a contract. */
export function listAudit(db: Database.Database, query: Query): ListedAuditRow[] {
  const { after, limit, serial, contract, newestFirst = false } = query;
  const end = (which: "min" | "max"): number =>
    (db.prepare(`SELECT ${which}(id) FROM audit`).pluck().get() as number | null) ?? 0;
  // What comes before the oldest is archived: there is nothing to look for.
  const [oldest, newest] = [end("min"), end("max")];
  const [from, to] = newestFirst
    ? [oldest, after === 0 ? newest : after - 1]
    : [Math.max(oldest, after + 1), newest];
  const order = newestFirst ? "DESC" : "ASC";
  const about = { serial, contract };
  const columns = (["serial", "contract"] as const).filter((name) => about[name] !== undefined);
  const values = columns.map((name) => about[name]);
  const conditions = ["audit.id BETWEEN ? AND ?", ...columns.map((name) => `audit.${name} = ?`)];
  const between = db.prepare<unknown[], AuditRecord>(
    `${ROWS} WHERE ${conditions.join(" AND ")} ORDER BY audit.id ${order} LIMIT ?`,
  );
  const [column] = columns;
  if (!column) return between.all(from, to, limit).map(listedAuditRow);
  const entered = db.prepare<unknown[], AuditRecord>(
    `SELECT audit.*, writer FROM audit_by_${column} AS about
       CROSS JOIN audit ON audit.id = about.audit_id
       JOIN audit_writers ON audit_writers.id = writer_id
     WHERE about.segment = ? AND about.${column} = ? AND ${conditions.join(" AND ")}
     ORDER BY about.audit_id ${order} LIMIT ?`,
  );
  const rows: AuditRecord[] = [];
  for (const segment of segments(from, to, newestFirst)) {
    const first = segment * AUDIT_SEGMENT;
    const last = first + AUDIT_SEGMENT - 1;
    const range = [Math.max(from, first), Math.min(to, last), ...values, limit - rows.length];
    // The last segment is looked through as long as it is not whole: see the schema.
    const found =
      last > newest ? between.all(...range) : entered.all(segment, about[column], ...range);
    rows.push(...found);
    if (rows.length === limit) break;
  }
  return rows.map(listedAuditRow);
}

function* segments(from: number, to: number, newestFirst: boolean): Generator<number> {
  const [low, high] = [Math.floor(from / AUDIT_SEGMENT), Math.floor(to / AUDIT_SEGMENT)];
  for (let i = 0; i <= high - low; i++) yield newestFirst ? high - i : low + i;
}
