import type Database from "better-sqlite3";
import { undoneAtExit } from "../../firmware/seedfile/cleanup.js";
import { SQLITE_MIGRATIONS } from "./migrations/sqlite.js";
import { guarded, storeError } from "./sqlite-answer.js";
import { openConnection } from "./sqlite-driver.js";
import { holdsStore, knownSteps, stepsDone } from "./sqlite-own.js";
import { StoreUnavailable } from "./store.js";

/** Pages copied at a time. */
const PAGES = 1024;

/** A copy that cannot be written, of a store that can be read. */
export class CopyUnwritable extends StoreUnavailable {}

/**
 * Copies a SQLite store that may be in use, as it stands at one moment, into a file that says of itself
 * that it is a copy. Servers go on meanwhile.
 * @param at Unix seconds
 * @throws CopyUnwritable, StoreUnavailable where the store cannot be read or is not whole
 */
export async function copySqlite(
  from: string,
  to: string,
  at: number,
  onProgress: (part: number) => void,
): Promise<void> {
  // Opened to be read only, it would leave its log beside it.
  await opened(from, {}, async (db) => {
    needStore(db);
    if (stepsDone(db) !== SQLITE_MIGRATIONS.length) {
      throw new StoreUnavailable("the database was made by another version of warifu");
    }
    // A transaction that is open before the copy begins holds one moment for all of its pages; without
    // it, each commit of a server would have the copy begin anew.
    db.exec("BEGIN");
    db.prepare("SELECT id FROM provenance").get();
    const progress = ({ totalPages, remainingPages }: Database.BackupMetadata): number => {
      onProgress(1 - remainingPages / totalPages);
      return PAGES;
    };
    await db.backup(to, { progress }).catch(unwritable);
  });
  await opened(to, {}, (db) => {
    // All of it in one file, whatever the log would have held.
    written(() => db.pragma("journal_mode = DELETE"));
    checkWhole(db);
    written(() => db.prepare("UPDATE provenance SET copied_at = ?").run(Math.floor(at)));
  });
}

function written(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    unwritable(error as Error);
  }
}

function unwritable(cause: Error): never {
  throw new CopyUnwritable(cause.message, { cause });
}

/** @throws StoreUnavailable where a file is no whole store, or one of a later version */
export async function checkSqlite(path: string): Promise<void> {
  await opened(path, { readonly: true }, (db) => {
    checkWhole(db);
    needStore(db);
    knownSteps(db);
  });
}

async function opened(
  path: string,
  options: Database.Options,
  act: (db: Database.Database) => void | Promise<void>,
): Promise<void> {
  const db = guarded(() => openConnection(path, { ...options, fileMustExist: true }));
  const close = (): void => {
    db.close();
  };
  const callOff = undoneAtExit(close);
  try {
    await act(db);
  } catch (error) {
    throw storeError(error);
  } finally {
    callOff();
    close();
  }
}

function needStore(db: Database.Database): void {
  if (!holdsStore(db)) throw new StoreUnavailable("nothing is in it");
}

function checkWhole(db: Database.Database): void {
  const [found] = db.pragma("integrity_check(1)") as { integrity_check: string }[];
  const strays = db.pragma("foreign_key_check") as unknown[];
  if (found?.integrity_check !== "ok" || strays.length > 0) {
    throw new StoreUnavailable("the database is damaged");
  }
}
