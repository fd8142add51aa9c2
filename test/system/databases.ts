import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPostgres } from "../../server/store/postgres.js";
import { openSqlite } from "../../server/store/sqlite.js";
import { onServer, TestDatabases } from "../support/postgres.js";
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
        return await act({ open, cut: undefined });
      } finally {
        rmSync(path, { recursive: true, force: true });
      }
    },
    stop: () => Promise.resolve(),
  };
}

/** On DATABASE_URL where it is set, else on a PostgreSQL of this run's own. */
export async function postgresDatabases(): Promise<Databases> {
  const databases = new TestDatabases();
  await databases.start();
  return {
    use: async (act) => {
      const url = await databases.database();
      const cut = async (): Promise<void> => {
        await onServer(
          url,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'warifu'`,
        );
      };
      return act({ open: () => openPostgres(url, { connections: 2 }), cut });
    },
    stop: () => databases.stop(),
  };
}
