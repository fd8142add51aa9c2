import type { AuditHead } from "../core/audit-checkpoint.js";
import {
  checkpointParameters,
  type CheckpointRecord,
  nextCheckpoint,
  storedCheckpoint,
} from "./audit-checkpoints.js";
import { AUDIT_COLUMNS, BELOW_THE_OLDEST, listedRow } from "./postgres-audit.js";
import type { Database } from "./postgres-database.js";
import { PATIENTLY } from "./postgres-statement.js";
import type { AuditChainStore } from "./store.js";

const CHECKPOINTS = "SELECT number, at, before, heads, signature, covered FROM audit_checkpoints";

/**
 * The last row of each chain that has grown since the last checkpoint, below the id from which on
 * transactions under way may still add rows. Writers and their last rows are looked up in the index: since
 * an old checkpoint there may be millions of rows.
 */
const HEADS = `WITH RECURSIVE writers AS (
    (SELECT writer FROM audit ORDER BY writer LIMIT 1)
    UNION ALL
    SELECT (SELECT writer FROM audit WHERE writer > writers.writer ORDER BY writer LIMIT 1)
    FROM writers WHERE writers.writer IS NOT NULL)
  SELECT writer, sequence, hash FROM writers CROSS JOIN LATERAL (
    SELECT id, sequence, hash FROM audit WHERE audit.writer = writers.writer AND id < $2
    ORDER BY sequence DESC LIMIT 1) AS newest
  WHERE id >= $1 ORDER BY writer`;

/** The audit's chains, and the checkpoints that join them. */
export function chainMethods(db: Database): AuditChainStore {
  return {
    checkpointAudit: (at, sign) =>
      db.transaction(async (tx) => {
        // One signs at a time.
        await tx.send({ text: "LOCK TABLE audit_checkpoints IN EXCLUSIVE MODE" });
        const [[bound], [found]] = (await tx.send(
          { text: `SELECT ${BELOW_THE_OLDEST} AS below` },
          { text: `${CHECKPOINTS} ORDER BY number DESC LIMIT 1` },
        )) as [[{ below: number }], [(CheckpointRecord & { covered: number })?]];
        const range = [found?.covered ?? 0, bound.below];
        const [, heads] = await tx.send(PATIENTLY, { text: HEADS, values: range });
        if (heads!.length === 0) return undefined;
        const ends = heads as unknown as readonly AuditHead[];
        const checkpoint = nextCheckpoint(found, ends, at, sign);
        const values = [...checkpointParameters(checkpoint), bound.below];
        const text = "INSERT INTO audit_checkpoints VALUES ($1, $2, $3, $4, $5, $6)";
        await tx.commit({ text, values });
        return checkpoint;
      }),
    auditCheckpoints: async (after, limit) => {
      const text = `${CHECKPOINTS} WHERE number > $1 ORDER BY number LIMIT $2`;
      const rows = await db.query(text, [after, limit]);
      return (rows as unknown as readonly CheckpointRecord[]).map(storedCheckpoint);
    },
    auditOf: async (writer, after, limit) => {
      const rows = await db.query(
        `SELECT ${AUDIT_COLUMNS} FROM audit
         WHERE writer = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`,
        [writer, after, limit],
      );
      return rows.map(listedRow);
    },
  };
}
