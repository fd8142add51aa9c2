import { closeSync, openSync } from "node:fs";
import Database from "better-sqlite3";
import type { AuditEntry } from "../core/audit.js";
import { clockOfUnknownHistory } from "../core/clock/prior.js";
import { DEFAULT_POLICY } from "../core/policy.js";
import { encodeClock } from "./clock-bytes.js";
import { SQLITE_MIGRATIONS } from "./migrations/sqlite.js";
import { answered, guarded } from "./sqlite-answer.js";
import { type AuditWriter, auditWriter } from "./sqlite-audit.js";
import { bankMethods } from "./sqlite-bank.js";
import { type BookShelf, bookShelf } from "./sqlite-book.js";
import { keyMethods } from "./sqlite-keys.js";
import { type AuditRecord, listedAuditRow } from "./sqlite-rows.js";
import { tokenMethods, tokenReader } from "./sqlite-tokens.js";
import {
  type ListedAuditRow,
  type Outcome,
  type Store,
  StoreUnavailable,
  type Work,
} from "./store.js";

const BUSY_TIMEOUT = 5000;

/**
 * Opens a SQLite store, making its file and bringing its schema up to date.
 * @param busyTimeout milliseconds to wait for another process's transaction
 * @throws StoreUnavailable where the file cannot be used
 */
export function openSqlite(path: string, busyTimeout = BUSY_TIMEOUT): Store {
  return guarded(() => {
    const db = openFile(path, busyTimeout);
    db.pragma("journal_mode = WAL");
    // Every commit reaches the disk before its answer leaves. https://www.sqlite.org/pragma.html#pragma_synchronous
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    migrate(db);
    return sqliteStore(db);
  });
}

function openFile(path: string, timeout: number): Database.Database {
  try {
    if (path !== ":memory:") makeFile(path);
    return new Database(path, { timeout });
  } catch (error) {
    throw new StoreUnavailable((error as Error).message, { cause: error });
  }
}

/**
 * Makes a database's file, so that only its owner can read it. One that is there is not opened:
 * closing it would drop the locks that other connections of this process hold on it.
 */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, "ax", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function migrate(db: Database.Database): void {
  const now = Date.now() / 1000;
  db.function("initial_clock", (steps: number) =>
    encodeClock(clockOfUnknownHistory(steps, now, DEFAULT_POLICY.clock)),
  );
  const run = db.transaction(() => {
    db.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY) STRICT");
    const row = db.prepare("SELECT max(version) AS version FROM schema_version").get();
    const done = (row as { version: number | null }).version ?? 0;
    if (done > SQLITE_MIGRATIONS.length) {
      throw new StoreUnavailable("the database was made by a later version of warifu");
    }
    SQLITE_MIGRATIONS.slice(done).forEach((sql, index) => {
      db.exec(sql);
      db.prepare("INSERT INTO schema_version VALUES (?)").run(done + index + 1);
    });
  });
  run.immediate();
}

function sqliteStore(db: Database.Database): Store {
  const audit = auditWriter(db);
  const readToken = tokenReader(db);
  const shelf = bookShelf(db, readToken);
  const decideAll = decider(db, audit, shelf);
  /** One transaction; the audit's chain goes on only where it was committed. */
  const atomically = <T>(act: () => T): Promise<T> =>
    answered(() => {
      try {
        const result = db.transaction(act).immediate();
        audit.committed();
        return result;
      } catch (error) {
        audit.rolledBack();
        throw error;
      }
    });

  return {
    decide: <Answer>(works: readonly Work<Answer>[]) =>
      atomically(() => decideAll(works)) as Promise<Outcome<Answer>[]>,
    read: (about) => answered(() => db.transaction(() => shelf.open(about))()),
    ...tokenMethods(db, audit, atomically, readToken),
    ...keyMethods(db, audit, atomically),
    ...bankMethods(db, audit, atomically),
    listAudit: (query) => answered(() => listAudit(db, query)),
    sealCheck: (value) =>
      atomically(() => {
        db.prepare("INSERT OR IGNORE INTO seal_check VALUES (1, ?)").run(value);
        const row = db.prepare("SELECT value FROM seal_check").get();
        return (row as { value: Uint8Array }).value;
      }),
    ping: () => answered(() => void db.prepare("SELECT version FROM schema_version").all()),
    close: () => answered(() => void db.close()),
  };
}

function listAudit(
  db: Database.Database,
  { after, limit, serial, contract, newestFirst = false }: Parameters<Store["listAudit"]>[0],
): ListedAuditRow[] {
  const beyond = newestFirst ? "id < ?" : "id > ?";
  const conditions = [newestFirst && after === 0 ? "id > ?" : beyond];
  const values: unknown[] = [after];
  if (serial !== undefined) {
    conditions.push("serial = ?");
    values.push(serial);
  }
  if (contract !== undefined) {
    conditions.push("json_extract(detail, '$.contract') = ?");
    values.push(contract);
  }
  const order = newestFirst ? "DESC" : "ASC";
  return db
    .prepare<unknown[], AuditRecord>(
      `SELECT * FROM audit WHERE ${conditions.join(" AND ")} ORDER BY id ${order} LIMIT ?`,
    )
    .all(...values, limit)
    .map(listedAuditRow);
}

/** Decides works one after the other, inside one transaction. */
function decider(
  db: Database.Database,
  audit: AuditWriter,
  shelf: BookShelf,
): (works: readonly Work<unknown>[]) => Outcome<unknown>[] {
  // A savepoint inside the batch's transaction: what fails is undone alone.
  const one = db.transaction((work: Work<unknown>) => {
    const book = shelf.open(work.about);
    const answer = work.decide(book);
    shelf.write(book.changes);
    return { answer, entries: book.changes.audit };
  });
  return (works: readonly Work<unknown>[]): Outcome<unknown>[] => {
    const entries: AuditEntry[] = [];
    const outcomes = works.map((work): Outcome<unknown> => {
      try {
        const done = one(work);
        entries.push(...done.entries);
        return { ok: true, answer: done.answer };
      } catch (error) {
        if (error instanceof Database.SqliteError) throw error;
        return { ok: false, error };
      }
    });
    audit.write(entries);
    return outcomes;
  };
}
