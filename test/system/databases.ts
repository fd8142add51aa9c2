import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { openPostgres } from "../../server/store/postgres.js";
import { openSqlite } from "../../server/store/sqlite.js";
import type { Store } from "../../server/store/store.js";
import { TestDatabases } from "../support/postgres.js";
import type { SharedDatabase } from "./process.js";

/** Where the worlds' databases come from. */
export interface Databases {
  /** Has somebody use a new database. */
  readonly use: <T>(act: (database: SharedDatabase) => Promise<T>) => Promise<T>;
  readonly stop: () => Promise<void>;
}

/** Databases that live as long as their world are kept in memory where there is a place for it. */
export function sqliteDatabases(): Databases {
  const directory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  return {
    use: async (act) => {
      const path = mkdtempSync(join(directory, "world-"));
      const open = () => Promise.resolve(openSqlite(join(path, "world.db")));
      try {
        return await act({ open, cut: undefined, quiet: () => Promise.resolve() });
      } finally {
        rmSync(path, { recursive: true, force: true });
      }
    },
    stop: () => Promise.resolve(),
  };
}

/** Waits until they are gone, ten seconds at the most. */
const CUT = `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'warifu'`;
/** A connection that was cut may take a moment to end its transaction. */
const QUIET = `SELECT pg_snapshot_xmin(taken) = pg_snapshot_xmax(taken) AS quiet
  FROM pg_current_snapshot() AS taken`;

/** On DATABASE_URL where it is set, else on a PostgreSQL of this run's own. */
export async function postgresDatabases(): Promise<Databases> {
  const databases = new TestDatabases();
  await databases.start();
  return {
    use: async (act) => {
      const url = await databases.database();
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const cut = async (): Promise<void> => {
        await client.query(CUT);
        // What their ends have said by then is heard in this turn of the loop.
        await new Promise((resolve) => setImmediate(resolve));
      };
      const quiet = async (): Promise<void> => {
        const { rows } = await client.query<{ quiet: boolean }>(QUIET);
        if (!rows[0]!.quiet) await quiet();
      };
      const open = (): Promise<Store> => openPostgres(url, { connections: 2 });
      try {
        return await act({ open, cut, quiet });
      } finally {
        await client.end();
      }
    },
    stop: () => databases.stop(),
  };
}
