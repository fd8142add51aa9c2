import type Database from "better-sqlite3";
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
