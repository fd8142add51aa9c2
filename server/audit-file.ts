import { type KeyObject, verify } from "node:crypto";
import type { AuditRow } from "./core/audit.js";
import { AuditFault, type AuditLine, type Proof } from "./core/audit-proof.js";
import { sha256 } from "./hashes.js";

/** What proves an exported audit with the public key of its checkpoints. */
export function proofOf(publicKey: KeyObject): Proof {
  return {
    sha256,
    signed: (text, signature) => verify(null, Buffer.from(text), publicKey, signature),
  };
}

interface ExportedRow extends Omit<AuditRow, "at" | "serial" | "source" | "hash"> {
  readonly kind: "row";
  readonly at: string;
  readonly serial: string | null;
  readonly source: string | null;
  readonly hash: string;
}

interface ExportedCheckpoint {
  readonly kind: "anchor" | "checkpoint";
  readonly number: number;
  readonly at: string;
  readonly before: string;
  readonly heads: readonly {
    readonly writer: string;
    readonly sequence: number;
    readonly hash: string;
  }[];
  readonly signature: string;
}

/** A line as it is exported: JSON with its fields in one order. */
export function encodeAuditLine(line: AuditLine): string {
  return JSON.stringify(line.kind === "row" ? exportedRow(line.row) : exportedCheckpoint(line));
}

/**
 * Reads a line of an export back. One that says the same in other words is refused too: what was exported
 * has not been touched.
 * @throws AuditFault
 */
export function decodeAuditLine(text: string): AuditLine {
  try {
    const exported = JSON.parse(text) as ExportedRow | ExportedCheckpoint;
    const line = exported.kind === "row" ? rowOf(exported) : checkpointOf(exported);
    if (encodeAuditLine(line) === text) return line;
  } catch {
    // Falls through to the error below.
  }
  throw new AuditFault("is not as a line is exported");
}

function exportedRow(row: AuditRow): ExportedRow {
  const { writer, sequence, at, event, result, serial, actor, source, detail, hash } = row;
  const place = { writer, sequence, at: new Date(at).toISOString() };
  const whom = { serial: serial ?? null, actor, source: source ?? null, detail };
  return { kind: "row", ...place, event, result, ...whom, hash: toHex(hash) };
}

function rowOf({ at, serial, source, hash, ...rest }: ExportedRow): AuditLine {
  // The types are those of what was exported; this may be anything.
  const detail: unknown = rest.detail;
  if (typeof detail !== "object" || detail === null) throw new AuditFault("has no detail");
  const whom = { serial: serial ?? undefined, source: source ?? undefined };
  const row = { ...rest, ...whom, at: Date.parse(at), hash: Buffer.from(hash, "hex") };
  return { kind: "row", row };
}

function exportedCheckpoint({
  kind,
  checkpoint,
}: Exclude<AuditLine, { readonly kind: "row" }>): ExportedCheckpoint {
  const { number, at, before, signature } = checkpoint;
  const heads = checkpoint.heads.map(({ writer, sequence, hash }) => ({
    writer,
    sequence,
    hash: toHex(hash),
  }));
  const place = { number, at: new Date(at).toISOString(), before: toHex(before) };
  return { kind, ...place, heads, signature: Buffer.from(signature).toString("base64") };
}

function checkpointOf(exported: ExportedCheckpoint): AuditLine {
  const { kind, number, at, before, signature } = exported;
  if (!["anchor", "checkpoint"].includes(kind)) throw new AuditFault("is of no kind");
  const heads = exported.heads.map(({ writer, sequence, hash }) => ({
    writer,
    sequence,
    hash: Buffer.from(hash, "hex"),
  }));
  const bytes = { before: Buffer.from(before, "hex"), signature: Buffer.from(signature, "base64") };
  return { kind, checkpoint: { number, at: Date.parse(at), heads, ...bytes } };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
