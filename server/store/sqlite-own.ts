import type Database from "better-sqlite3";
import { SQLITE_MIGRATIONS } from "./migrations/sqlite.js";
import { StoreUnavailable } from "./store.js";

/** Every store has them, and no other program's database has both. */
const TABLES = ["schema_version", "token_states"];

/**
 * Looks whether a file holds a store.
 * @returns false where nothing is in it
 * @throws StoreUnavailable where another program has its tables in it
 */
export function holdsStore(db: Database.Database): boolean {
  const names = db.prepare("SELECT name FROM sqlite_schema").pluck().all();
  if (names.length === 0) return false;
  if (TABLES.every((table) => names.includes(table))) return true;
  throw new StoreUnavailable("it is another program's database");
}

/** How many steps of the schema a database has taken. */
export function stepsDone(db: Database.Database): number {
  const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'").get();
  if (!known) return 0;
  const last = db.prepare<[], number | null>("SELECT max(version) FROM schema_version");
  return last.pluck().get() ?? 0;
}

/** @throws StoreUnavailable where it has taken more than this version knows */
export function knownSteps(db: Database.Database): number {
  const done = stepsDone(db);
  if (done <= SQLITE_MIGRATIONS.length) return done;
  throw new StoreUnavailable("the database was made by a later version of warifu");
}
