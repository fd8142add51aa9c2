import { generateKeyPairSync } from "node:crypto";
import { proofOf } from "../../server/audit-file.js";
import { signAudit } from "../../server/audit-signer.js";
import { AuditReader } from "../../server/core/audit-proof.js";
import type { Store } from "../../server/store/store.js";

/** Follows a database's audit with the product's own proof, from one signed checkpoint to the next. */
export class ChainProof {
  readonly #keys = generateKeyPairSync("ed25519");
  readonly #reader = new AuditReader(proofOf(this.#keys.publicKey));
  readonly #ends = new Map<string, number>();

  get rows(): number {
    return this.#reader.rows;
  }

  /** Signs what was written since the last time, and proves it. @throws AuditFault */
  async follow(store: Store): Promise<void> {
    const checkpoint = await signAudit(store, this.#keys.privateKey, Date.now());
    if (!checkpoint) return;
    for (const { writer, sequence } of checkpoint.heads) {
      const before = this.#ends.get(writer) ?? 0;
      const rows = await store.auditOf(writer, before, sequence - before);
      for (const row of rows) this.#reader.take({ kind: "row", row });
      this.#ends.set(writer, sequence);
    }
    this.#reader.take({ kind: "checkpoint", checkpoint });
  }
}
