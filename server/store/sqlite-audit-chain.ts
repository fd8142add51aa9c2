import type Database from "better-sqlite3";
import { CHAIN_START } from "../core/audit.js";
import { type AuditCheckpoint, type AuditHead, checkpointText } from "../core/audit-checkpoint.js";
import { sha256 } from "../audit-file.js";
import { answered, type Atomically } from "./sqlite-answer.js";
import { type AuditRecord, listedAuditRow } from "./sqlite-rows.js";
import type { Store } from "./store.js";

interface CheckpointRecord {
  number: number;
  at: number;
  before: Uint8Array;
  heads: string;
  signature: Uint8Array;
}

/** The audit's chains, and the checkpoints that join them. */
export function chainMethods(
  db: Database.Database,
  atomically: Atomically,
): Pick<Store, "checkpointAudit" | "auditCheckpoints" | "auditOf"> {
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
        const found = last.get();
        const next = nextCheckpoint(found && storedCheckpoint(found), ends, at);
        const checkpoint = { ...next, signature: sign(checkpointText(next)) };
        for (const { writer, sequence } of ends) cover.run(sequence, writer);
        const { number, before, signature } = checkpoint;
        insert.run(number, at, before, headsText(ends), signature);
        return checkpoint;
      }),
    auditCheckpoints: (after, limit) =>
      answered(() => list.all(after, limit).map(storedCheckpoint)),
    auditOf: (writer, after, limit) =>
      answered(() => rows.all(writer, after, limit).map(listedAuditRow)),
  };
}

function nextCheckpoint(
  last: AuditCheckpoint | undefined,
  heads: readonly AuditHead[],
  at: number,
): Omit<AuditCheckpoint, "signature"> {
  const before = last ? sha256(new Uint8Array(0), checkpointText(last)) : CHAIN_START;
  return { number: (last?.number ?? 0) + 1, at, before, heads };
}

function headsText(heads: readonly AuditHead[]): string {
  const rows = heads.map(({ writer, sequence, hash }) => [
    writer,
    sequence,
    Buffer.from(hash).toString("hex"),
  ]);
  return JSON.stringify(rows);
}

function storedCheckpoint(record: CheckpointRecord): AuditCheckpoint {
  const rows = JSON.parse(record.heads) as [string, number, string][];
  const heads = rows.map(([writer, sequence, hash]) => ({
    writer,
    sequence,
    hash: Buffer.from(hash, "hex"),
  }));
  return { ...record, heads };
}
