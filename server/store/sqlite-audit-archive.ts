import type Database from "better-sqlite3";
import { answered, type Atomically } from "./sqlite-answer.js";
import type { AuditWriter } from "./sqlite-audit.js";
import type { AuditArchiveStore } from "./store.js";

/** What becomes of the audit's rows once they are archived. */
export function archiveMethods(
  db: Database.Database,
  audit: AuditWriter,
  atomically: Atomically,
): AuditArchiveStore {
  const archived = db
    .prepare<[], number>("SELECT coalesce(max(checkpoint), 0) FROM audit_archived")
    .pluck();
  // The number comes from the row that has the greatest sequence.
  const mark = db.prepare(
    `INSERT INTO audit_archived (writer_id, sequence, checkpoint)
     SELECT audit_writers.id, max(head.value ->> 1), number
     FROM audit_checkpoints, json_each(heads) AS head
       JOIN audit_writers ON writer = head.value ->> 0
     WHERE number > ? AND number <= ? GROUP BY audit_writers.id`,
  );
  const remove = db.prepare(
    `DELETE FROM audit WHERE id IN (
       SELECT audit.id FROM audit_archived CROSS JOIN audit
         ON audit.writer_id = audit_archived.writer_id AND audit.sequence <= audit_archived.sequence
       LIMIT ?)`,
  );
  return {
    archivedAudit: () => answered(() => archived.get()!),
    markArchived: (after, to, entry) =>
      atomically(() => {
        if (archived.get() !== after) return false;
        mark.run(after, to);
        audit.write([entry]);
        return true;
      }),
    deleteArchived: (limit) => atomically(() => remove.run(limit).changes),
  };
}
