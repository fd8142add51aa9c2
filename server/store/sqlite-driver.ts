import { createRequire } from "node:module";
import type Database from "better-sqlite3";
import { StoreUnavailable } from "./store.js";

/**
 * The package that fits this Node.js: version 13 needs 22, and from 24.19 on version 12 would end the
 * process when a statement is collected.
 */
export const DRIVER =
  Number(process.versions.node.split(".")[0]) < 22 ? "better-sqlite3" : "better-sqlite3-13";

const require = createRequire(import.meta.url);

/** Loaded when it is needed first: most commands need no database. */
function driver(): typeof Database {
  return require(driverPath()) as typeof Database;
}

/** The module's file. @throws StoreUnavailable where the package was not installed */
export function driverPath(): string {
  try {
    return require.resolve(DRIVER);
  } catch (error) {
    const how = "npm ci again, with this Node.js";
    throw new StoreUnavailable(`${DRIVER} is not installed: run ${how}`, { cause: error });
  }
}

/** @throws StoreUnavailable, or what the driver throws */
export function openConnection(path: string, options?: Database.Options): Database.Database {
  const Driver = driver();
  return new Driver(path, options);
}

export function isSqliteError(error: unknown): error is InstanceType<typeof Database.SqliteError> {
  return error instanceof driver().SqliteError;
}
