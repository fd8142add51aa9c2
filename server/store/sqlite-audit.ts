import { createHash, randomUUID } from "node:crypto";
import type Database from "better-sqlite3";
import { type AuditEntry, type AuditRow, chain, CHAIN_START } from "../core/audit.js";
import { auditParameters } from "./sqlite-rows.js";

/** Writes this process's chain of the audit; what was not committed leaves no gap in it. */
export interface AuditWriter {
  /** Inside a transaction. */
  readonly write: (entries: readonly AuditEntry[]) => void;
  readonly committed: () => void;
  readonly rolledBack: () => void;
}

export function auditWriter(db: Database.Database): AuditWriter {
  const writer = randomUUID();
  const insert = db.prepare(
    `INSERT INTO audit (writer, sequence, at, event, result, serial, actor, source, detail, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  let last: Pick<AuditRow, "sequence" | "hash"> = { sequence: 0, hash: CHAIN_START };
  let pending = last;
  return {
    write: (entries) => {
      for (const row of chain(entries, writer, pending, sha256)) {
        insert.run(auditParameters(row));
        pending = row;
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

function sha256(before: Uint8Array, text: string): Uint8Array {
  return createHash("sha256").update(before).update(text).digest();
}
