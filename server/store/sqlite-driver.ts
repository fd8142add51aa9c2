import { createRequire } from "node:module";
import type Database from "better-sqlite3";
import { StoreUnavailable } from "./store.js";

const OLD = Number(process.versions.node.split(".")[0]) < 22;
/**
 * The package that fits this Node.js: version 13 needs 22, and from 24.19 on version 12 would end the
 * process when a statement is collected.
 */
export const DRIVER = OLD ? "better-sqlite3" : "better-sqlite3-13";
/**
 * What an installation takes. Version 13 comes compiled; npm up to 11 tries to compile it all the same, and
 * leaves it out where it cannot. https://github.com/npm/cli/issues/9837
 */
const TAKES = OLD ? "a C++ compiler" : "--ignore-scripts";

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
    const how = `install again, with this Node.js and ${TAKES}`;
    throw new StoreUnavailable(`${DRIVER} is not installed: ${how}`, { cause: error });
  }
}

/** @throws StoreUnavailable, or what the driver throws */
export function openConnection(path: string, options?: Database.Options): Database.Database {
  const Driver = driver();
  try {
    return new Driver(path, options);
  } catch (error) {
    if (!wantsBinary(error as NodeJS.ErrnoException)) throw error;
    const machine = `${process.platform}-${process.arch}`;
    throw new StoreUnavailable(`${DRIVER} is not compiled for ${machine}`, { cause: error });
  }
}

/** Version 12 tells it in its message, version 13 by the code. */
function wantsBinary({ code, message }: NodeJS.ErrnoException): boolean {
  return code === "MODULE_NOT_FOUND" || message.startsWith("Could not locate the bindings file");
}

export function isSqliteError(error: unknown): error is InstanceType<typeof Database.SqliteError> {
  return error instanceof driver().SqliteError;
}
