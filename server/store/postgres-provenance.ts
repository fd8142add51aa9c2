import { MOVE_BASE } from "./postgres-audit.js";
import type { Database } from "./postgres-database.js";
import { StatementRefused } from "./postgres-errors.js";
import type { ProvenanceStore } from "./store.js";

/**
 * Where a database stands: its cluster, the cluster's timeline, and its own id in it. A dump that is loaded
 * stands elsewhere; a recovery to a point in time, or a standby that takes over, begins a new timeline.
 */
const PLACE = `SELECT concat_ws('/', system_identifier,
    left(pg_walfile_name(pg_current_wal_lsn()), 8), pg_database.oid) AS place
  FROM pg_control_system(), pg_database WHERE datname = current_database()`;

/** Where the database comes from. */
export function provenanceMethods(db: Database): ProvenanceStore {
  /** Undefined where the role may not ask, or a database that is only like PostgreSQL cannot tell. */
  const placeNow = async (): Promise<unknown> => {
    try {
      return (await db.query(PLACE))[0]!.place;
    } catch (error) {
      if (error instanceof StatementRefused) return undefined;
      throw error;
    }
  };
  return {
    restoredAt: async () => {
      const [row] = await db.query("SELECT restored_at FROM provenance");
      return (row!.restored_at as number | null) ?? undefined;
    },
    setRestored: async (at, entry) => {
      const place = await placeNow();
      await db.transaction(async (tx) => {
        const restored = {
          text: "UPDATE provenance SET restored_at = greatest(restored_at, $1::bigint), place = $2",
          values: [Math.ceil(at ?? 0), place],
        };
        const statements =
          at === undefined
            ? [{ text: "UPDATE provenance SET restored_at = NULL" }]
            : [{ text: MOVE_BASE }, restored, { text: "DELETE FROM sessions" }];
        await tx.commit(...statements, ...tx.chain.write([entry]));
      });
    },
    isCopy: async () => {
      const place = await placeNow();
      if (place === undefined) return false;
      await db.query("UPDATE provenance SET place = $1 WHERE place IS NULL", [place]);
      const [row] = await db.query("SELECT place <> $1 AS copied FROM provenance", [place]);
      return row!.copied as boolean;
    },
  };
}
