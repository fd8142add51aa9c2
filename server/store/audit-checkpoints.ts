import { sha256 } from "../hashes.js";
import { CHAIN_START } from "../core/audit.js";
import { type AuditCheckpoint, type AuditHead, checkpointText } from "../core/audit-checkpoint.js";

/** A checkpoint as the stores keep it: the heads as JSON. */
export interface CheckpointRecord {
  number: number;
  at: number;
  before: Uint8Array;
  heads: string;
  signature: Uint8Array;
}

/** The checkpoint behind the last one. @param sign called once with its text */
export function nextCheckpoint(
  last: CheckpointRecord | undefined,
  heads: readonly AuditHead[],
  at: number,
  sign: (text: string) => Uint8Array,
): AuditCheckpoint {
  const before = last
    ? sha256(new Uint8Array(0), checkpointText(storedCheckpoint(last)))
    : CHAIN_START;
  const next = { number: (last?.number ?? 0) + 1, at, before, heads };
  return { ...next, signature: sign(checkpointText(next)) };
}

/** In the order of the checkpoints' columns. */
export function checkpointParameters(checkpoint: AuditCheckpoint): unknown[] {
  const { number, at, before, signature } = checkpoint;
  const heads = checkpoint.heads.map(({ writer, sequence, hash }) => [
    writer,
    sequence,
    Buffer.from(hash).toString("hex"),
  ]);
  return [number, at, before, JSON.stringify(heads), signature];
}

export function storedCheckpoint(record: CheckpointRecord): AuditCheckpoint {
  const { number, at, before, signature } = record;
  const rows = JSON.parse(record.heads) as [string, number, string][];
  const heads = rows.map(([writer, sequence, hash]) => ({
    writer,
    sequence,
    hash: Buffer.from(hash, "hex"),
  }));
  return { number, at, before, heads, signature };
}
