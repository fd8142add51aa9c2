import { join } from "node:path";
import { openStore } from "../../server/open.js";
import { openConnection } from "../../server/store/sqlite-driver.js";
import type { ListedAuditRow, Store } from "../../server/store/store.js";
import { onServer } from "../support/postgres.js";

const PAGE = 10_000;

/** A database that servers are killed over. */
export interface CrashDatabase {
  readonly kind: "sqlite" | "postgres";
  readonly url: string;
  /** Waits until nothing that a killed process has sent is still under way. */
  settle(): Promise<void>;
  /** Rows of the audit since the last call, in the order in which they were committed. */
  newRows(store: Store): Promise<ListedAuditRow[]>;
  /** What the database itself finds wrong with its file. */
  faults(): string[];
}

/** The product's store over it, as a command that may begin it opens it. */
export async function openOf({ url }: CrashDatabase): Promise<Store> {
  return openStore(undefined, { WARIFU_DB: url }, { mayBeNew: true });
}

/** @param directory where its files are */
export function sqliteDatabase(directory: string): CrashDatabase {
  const file = join(directory, "store.db");
  let last = 0;
  return {
    kind: "sqlite",
    url: `sqlite:${file}`,
    settle: () => Promise.resolve(),
    newRows: async (store) => {
      const rows = await store.listAudit({ after: last, limit: PAGE });
      last = rows.at(-1)?.id ?? last;
      return rows;
    },
    faults: () => {
      const db = openConnection(file, { readonly: true });
      const found = db.pragma("integrity_check") as { integrity_check: string }[];
      const foreign = db.pragma("foreign_key_check") as { table: string }[];
      db.close();
      return [
        ...found.map((each) => each.integrity_check).filter((each) => each !== "ok"),
        ...foreign.map(({ table }) => `a row of ${table} points nowhere`),
      ];
    },
  };
}

/**
 * @param url a database on a server with `track_commit_timestamp=on`: transactions that begin in one order
 *   and commit in another have ids in the first
 */
export function postgresDatabase(url: string): CrashDatabase {
  let last = "-infinity";
  return {
    kind: "postgres",
    url,
    settle: async () => {
      const busy = `SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'warifu' AND state <> 'idle'`;
      while ((await onServer(url, busy)).length > 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    newRows: async () => {
      const rows = await onServer(
        url,
        `SELECT *, pg_xact_commit_timestamp(xmin)::text AS committed FROM audit
         WHERE pg_xact_commit_timestamp(xmin) > '${last}'
         ORDER BY pg_xact_commit_timestamp(xmin), id`,
      );
      last = (rows.at(-1)?.committed as string | undefined) ?? last;
      return rows.map((row) => ({
        ...(row as unknown as ListedAuditRow),
        id: Number(row.id),
        at: Number(row.at),
      }));
    },
    faults: () => [],
  };
}
