import { PLACES } from "./postgres-audit-writer.js";
import type { Database } from "./postgres-database.js";
import type { Rows } from "./postgres-statement.js";
import type { ListedAuditRow, Store } from "./store.js";

/** From this id on, transactions under way may still add rows: see postgres-audit-writer.ts. */
export const BELOW_THE_OLDEST = `(SELECT base FROM audit_base)
  + pg_snapshot_xmin(pg_current_snapshot())::text::bigint * ${String(PLACES)}`;

/**
 * A dump that is restored elsewhere meets lower transaction ids there. This raises the base, so that the ids
 * of new rows are above all that exist and all that the last checkpoint covers. A transaction that also
 * writes to the audit must begin with this: the base fits transaction ids that are not given out yet, and
 * whatever has written already has one, so that its rows could come below others.
 */
export const MOVE_BASE = `UPDATE audit_base
  SET base = newest - mod(newest, ${String(PLACES)}) + ${String(PLACES)} - next * ${String(PLACES)}
  FROM (SELECT greatest((SELECT max(id) FROM audit),
      (SELECT max(covered) - 1 FROM audit_checkpoints)) AS newest) AS rows,
    (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS transactions
  WHERE newest >= base + next * ${String(PLACES)}`;

/** Named, as everywhere: a statement prepared with * is refused once its table has a column more. */
export const AUDIT_COLUMNS =
  "id, writer, sequence, at, event, result, serial, actor, source, detail, hash";

/** Rows in order, or the newest first, that are about everything, a serial or a contract. */
export async function listAudit(
  db: Database,
  { after, limit, serial, contract, newestFirst = false }: Parameters<Store["listAudit"]>[0],
): Promise<ListedAuditRow[]> {
  const values: unknown[] = [limit];
  const place = (value: unknown): string => `$${String(values.push(value))}`;
  const conditions = newestFirst
    ? after === 0
      ? []
      : [`id < ${place(after)}`]
    : [`id > ${place(after)}`, `id < ${BELOW_THE_OLDEST}`];
  if (serial !== undefined) conditions.push(`serial = ${place(serial)}`);
  if (contract !== undefined) conditions.push(`contract = ${place(contract)}`);
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const rows = await db.query(
    `SELECT ${AUDIT_COLUMNS} FROM audit ${where}
     ORDER BY id ${newestFirst ? "DESC" : "ASC"} LIMIT $1`,
    values,
  );
  return rows.map(listedRow);
}

export function listedRow(row: Rows[number]): ListedAuditRow {
  const { serial, source } = row;
  return { ...row, serial: serial ?? undefined, source: source ?? undefined } as ListedAuditRow;
}
