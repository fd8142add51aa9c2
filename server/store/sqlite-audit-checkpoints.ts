import type Database from "better-sqlite3";
import type { AuditHead } from "../core/audit-checkpoint.js";
import {
  checkpointParameters,
  type CheckpointRecord,
  nextCheckpoint,
  storedCheckpoint,
} from "./audit-checkpoints.js";
import { answered, type Atomically } from "./sqlite-answer.js";
import { type AuditRecord, listedAuditRow } from "./sqlite-rows.js";
import type { AuditChainStore } from "./store.js";

/** The audit's chains, and the checkpoints that join them. */
export function chainMethods(db: Database.Database, atomically: Atomically): AuditChainStore {
  const heads = db.prepare<[], AuditHead>(
    `SELECT writer, sequence, hash FROM audit_writers
     JOIN audit ON audit.id =
       (SELECT id FROM audit WHERE writer_id = audit_writers.id ORDER BY sequence DESC LIMIT 1)
     WHERE sequence > covered ORDER BY writer`,
  );
  const cover = db.prepare("UPDATE audit_writers SET covered = ? WHERE writer = ?");
  const last = db.prepare<[], CheckpointRecord>(
    "SELECT * FROM audit_checkpoints ORDER BY number DESC LIMIT 1",
  );
  const insert = db.prepare("INSERT INTO audit_checkpoints VALUES (?, ?, ?, ?, ?)");
  const list = db.prepare<[number, number], CheckpointRecord>(
    "SELECT * FROM audit_checkpoints WHERE number > ? ORDER BY number LIMIT ?",
  );
  const rows = db.prepare<[string, number, number], AuditRecord>(
    `SELECT audit.*, writer FROM audit_writers JOIN audit ON writer_id = audit_writers.id
     WHERE writer = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
  );
  return {
    checkpointAudit: (at, sign) =>
      atomically(() => {
        const ends = heads.all();
        if (ends.length === 0) return undefined;
        const checkpoint = nextCheckpoint(last.get(), ends, at, sign);
        for (const { writer, sequence } of ends) cover.run(sequence, writer);
        insert.run(checkpointParameters(checkpoint));
        return checkpoint;
      }),
    auditCheckpoints: (after, limit) =>
      answered(() => list.all(after, limit).map(storedCheckpoint)),
    auditOf: (writer, after, limit) =>
      answered(() => rows.all(writer, after, limit).map(listedAuditRow)),
  };
}
