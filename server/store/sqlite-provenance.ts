import type Database from "better-sqlite3";
import { answered, type Atomically } from "./sqlite-answer.js";
import type { AuditWriter } from "./sqlite-audit.js";
import type { ProvenanceStore } from "./store.js";

/** Where the database comes from: a backup says of itself that it is one. */
export function provenanceMethods(
  db: Database.Database,
  audit: AuditWriter,
  atomically: Atomically,
): ProvenanceStore {
  const read = db.prepare<[], { restored_at: number | null; copied_at: number | null }>(
    "SELECT restored_at, copied_at FROM provenance",
  );
  const restored = db.prepare(
    "UPDATE provenance SET restored_at = max(coalesce(restored_at, 0), ?), copied_at = NULL",
  );
  return {
    restoredAt: () => answered(() => read.get()!.restored_at ?? undefined),
    setRestored: (at, entry) =>
      atomically(() => {
        if (at === undefined) db.exec("UPDATE provenance SET restored_at = NULL");
        else {
          restored.run(Math.ceil(at));
          db.exec("DELETE FROM sessions");
        }
        audit.write([entry]);
      }),
    isCopy: () => answered(() => read.get()!.copied_at !== null),
  };
}
