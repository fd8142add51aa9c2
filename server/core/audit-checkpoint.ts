/** Where one writer's chain stands: the number and the hash of its last row. */
export interface AuditHead {
  readonly writer: string;
  readonly sequence: number;
  readonly hash: Uint8Array;
}

/**
 * Joins the chains of all writers: what each of them had come to, signed. A row that is changed, taken
 * out or put elsewhere afterwards no longer leads to the heads, and the heads cannot be signed anew
 * without the key.
 */
export interface AuditCheckpoint {
  /** From 1, without a gap. */
  readonly number: number;
  /** Unix milliseconds. */
  readonly at: number;
  /** SHA-256 of the text of the checkpoint before; zeros for the first. */
  readonly before: Uint8Array;
  /** Of the writers that have written since the checkpoint before, in the order of their names. */
  readonly heads: readonly AuditHead[];
  /** Ed25519 (RFC 8032) over the text. */
  readonly signature: Uint8Array;
}

/** The text that a checkpoint's signature and the next one's `before` cover: JSON in this order. */
export function checkpointText(checkpoint: Omit<AuditCheckpoint, "signature">): string {
  const { number, at, before, heads } = checkpoint;
  const ends = heads.map(({ writer, sequence, hash }) => [writer, sequence, hex(hash)]);
  return JSON.stringify(["warifu audit checkpoint", number, at, hex(before), ends]);
}

/** Bytes as hex digits. */
export function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
