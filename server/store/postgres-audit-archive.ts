import type { Database } from "./postgres-database.js";
import type { AuditArchiveStore } from "./store.js";

/** One archives at a time: two that delete could wait for each other's rows in a circle. */
const ALONE = { text: "LOCK TABLE audit_archived IN EXCLUSIVE MODE" };
const ARCHIVED = "SELECT coalesce(max(checkpoint), 0) AS number FROM audit_archived";

/** How far each writer's chain had come in the checkpoints after one and up to another. */
const MARK = `INSERT INTO audit_archived (writer, sequence, checkpoint)
  SELECT DISTINCT ON (writer) writer, sequence, number FROM (
    SELECT (head ->> 0)::uuid AS writer, (head ->> 1)::bigint AS sequence, number
    FROM audit_checkpoints, jsonb_array_elements(heads::jsonb) AS head
    WHERE number > $1 AND number <= $2) AS heads
  ORDER BY writer, sequence DESC`;

const DELETE = `DELETE FROM audit WHERE id IN (
    SELECT rows.id FROM audit_archived AS archived CROSS JOIN LATERAL (
      SELECT id FROM audit
      WHERE audit.writer = archived.writer AND audit.sequence <= archived.sequence LIMIT $1) AS rows
    LIMIT $1)
  RETURNING 1`;

/** What becomes of the audit's rows once they are archived. */
export function archiveMethods(db: Database): AuditArchiveStore {
  return {
    archivedAudit: async () => {
      const [row] = await db.query(ARCHIVED);
      return row!.number as number;
    },
    markArchived: (after, to, entry) =>
      db.transaction(async (tx) => {
        const [, rows] = await tx.send(ALONE, { text: ARCHIVED });
        if (rows![0]!.number !== after) return false;
        await tx.commit({ text: MARK, values: [after, to] }, ...tx.chain.write([entry]));
        return true;
      }),
    deleteArchived: (limit) =>
      db.transaction(async (tx) => {
        const [, rows] = await tx.commit(ALONE, { text: DELETE, values: [limit] });
        return rows!.length;
      }),
  };
}
