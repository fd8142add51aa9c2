import { type AuditRow, auditText, CHAIN_START } from "./audit.js";
import { type AuditCheckpoint, type AuditHead, checkpointText, hex } from "./audit-checkpoint.js";

/** A line of an exported audit. Anchors are checkpoints from before what was exported. */
export type AuditLine =
  | { readonly kind: "row"; readonly row: AuditRow }
  | { readonly kind: "anchor" | "checkpoint"; readonly checkpoint: AuditCheckpoint };

/** What proves an export: the hash of its chains, and the signature of its checkpoints. */
export interface Proof {
  readonly sha256: (before: Uint8Array, text: string) => Uint8Array;
  readonly signed: (text: string, signature: Uint8Array) => boolean;
}

/** An export that is not what was written. */
export class AuditFault extends Error {
  override readonly name = "AuditFault";
}

type End = Pick<AuditHead, "sequence" | "hash">;

/**
 * Follows an exported audit line by line: anchors, then for each checkpoint the rows it covers by writer
 * and number, and the checkpoint behind them. There is one right order, so that whatever is changed,
 * left out, put in or moved is found at the latest at the next checkpoint.
 */
export class AuditReader {
  rows = 0;
  /** The last checkpoint, and the first that was not an anchor. */
  last: AuditCheckpoint | undefined;
  first: AuditCheckpoint | undefined;
  readonly #ends = new Map<string, End>();
  /** The row before, since the last checkpoint. */
  #before: AuditRow | undefined;
  readonly #open = new Set<string>();
  #metTrusted = false;
  /** Of a file that is joined, as long as it has shown nothing but anchors: the last of them. */
  #joint: { anchor: AuditCheckpoint | undefined } | undefined;

  /** @param trusted a checkpoint that was kept elsewhere: the export must hold it */
  constructor(
    readonly proof: Proof,
    readonly trusted?: AuditCheckpoint,
  ) {}

  /** @throws AuditFault */
  take(line: AuditLine): void {
    if (line.kind === "row") this.#row(line.row);
    else if (line.kind === "anchor") this.#anchor(line.checkpoint);
    else this.#checkpoint(line.checkpoint);
  }

  /**
   * Goes on with another export of the same audit, which must begin where this one ends: what its anchors
   * tell of the chains is known already.
   * @throws AuditFault where this one ends too early
   */
  join(): void {
    this.#complete();
    this.#joint = { anchor: undefined };
  }

  /** @throws AuditFault where the export ends too early */
  end(): void {
    this.#complete();
    const kept = this.trusted?.number ?? 0;
    if (this.last!.number < kept) {
      throw new AuditFault(`ends before checkpoint ${String(kept)}, which was kept`);
    }
    if (this.trusted && !this.#metTrusted) {
      throw new AuditFault(`does not hold checkpoint ${String(kept)}, which was kept`);
    }
  }

  #complete(): void {
    this.#passJoint();
    if (this.#open.size > 0) throw new AuditFault("ends without a checkpoint over its last rows");
    if (!this.first) throw new AuditFault("holds no checkpoint");
  }

  /** Behind the anchors of a file that is joined: they must have led to where the one before ended. */
  #passJoint(): void {
    if (!this.#joint) return;
    const { anchor } = this.#joint;
    if (!anchor || checkpointText(anchor) !== checkpointText(this.last!)) {
      throw new AuditFault("does not begin where the file before ended");
    }
    this.#joint = undefined;
  }

  #row(row: AuditRow): void {
    this.#passJoint();
    const { writer, sequence } = row;
    const before = this.#before;
    const later = before && (writer > before.writer || writer === before.writer);
    if (before && !later) throw new AuditFault("a row is out of order");
    const end = this.#ends.get(writer) ?? { sequence: 0, hash: CHAIN_START };
    if (sequence !== end.sequence + 1) {
      throw new AuditFault(`writer ${writer} goes from row ${String(end.sequence)} to another`);
    }
    const hash = this.proof.sha256(end.hash, auditText(row));
    if (hex(hash) !== hex(row.hash)) throw new AuditFault("a row is not as it was written");
    this.#ends.set(writer, { sequence, hash });
    this.#open.add(writer);
    this.#before = row;
    this.rows += 1;
  }

  #anchor(checkpoint: AuditCheckpoint): void {
    const joint = this.#joint;
    if (!joint && (this.first || this.rows > 0)) {
      throw new AuditFault("an anchor stands behind rows");
    }
    const before = joint ? joint.anchor : this.last;
    if (before && checkpoint.number <= before.number) {
      throw new AuditFault("an anchor is out of order");
    }
    this.#signed(checkpoint);
    if (joint) {
      joint.anchor = checkpoint;
      return;
    }
    for (const { writer, sequence, hash } of checkpoint.heads) {
      this.#ends.set(writer, { sequence, hash });
    }
    this.last = checkpoint;
  }

  #checkpoint(checkpoint: AuditCheckpoint): void {
    this.#passJoint();
    const before = this.last
      ? this.proof.sha256(new Uint8Array(0), checkpointText(this.last))
      : CHAIN_START;
    const follows = checkpoint.number === (this.last?.number ?? 0) + 1;
    if (!follows || hex(before) !== hex(checkpoint.before)) {
      throw new AuditFault("a checkpoint does not follow the one before");
    }
    this.#signed(checkpoint);
    for (const { writer, sequence, hash } of checkpoint.heads) {
      const end = this.#ends.get(writer)!;
      if (!this.#open.delete(writer) || end.sequence !== sequence || hex(end.hash) !== hex(hash)) {
        throw new AuditFault(`the rows of writer ${writer} do not lead to the checkpoint`);
      }
    }
    if (this.#open.size > 0) throw new AuditFault("a checkpoint does not cover all rows before it");
    this.#before = undefined;
    this.first ??= checkpoint;
    this.last = checkpoint;
  }

  #signed(checkpoint: AuditCheckpoint): void {
    if (!this.proof.signed(checkpointText(checkpoint), checkpoint.signature)) {
      throw new AuditFault("a checkpoint's signature is not the key's");
    }
    const { trusted } = this;
    if (trusted?.number !== checkpoint.number) return;
    this.#metTrusted = true;
    if (hex(trusted.signature) !== hex(checkpoint.signature)) {
      throw new AuditFault(`checkpoint ${String(trusted.number)} is not the one that was kept`);
    }
  }
}
