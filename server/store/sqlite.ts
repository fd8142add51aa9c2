import { closeSync, openSync } from "node:fs";
import type Database from "better-sqlite3";
import { clockOfUnknownHistory } from "../core/clock/prior.js";
import { DEFAULT_POLICY } from "../core/policy.js";
import { encodeClock } from "./clock-bytes.js";
import { SQLITE_MIGRATIONS } from "./migrations/sqlite.js";
import { decideBatch, decideOver } from "./decide-over.js";
import { answered, breaksSchema, guarded } from "./sqlite-answer.js";
import { keyMethods } from "./sqlite-api-keys.js";
import { archiveMethods } from "./sqlite-audit-archive.js";
import { chainMethods } from "./sqlite-audit-checkpoints.js";
import { type AuditWriter, auditWriter, listAudit } from "./sqlite-audit.js";
import { bankMethods } from "./sqlite-bank.js";
import { type BookShelf, bookShelf } from "./sqlite-book.js";
import { BusyRetry } from "./sqlite-busy.js";
import { dataKeyMethods } from "./sqlite-data-keys.js";
import { openConnection } from "./sqlite-driver.js";
import { holdsStore, knownSteps } from "./sqlite-own.js";
import { provenanceMethods } from "./sqlite-provenance.js";
import { tokenMethods, tokenReader } from "./sqlite-tokens.js";
import { logCopier } from "./sqlite-wal.js";
import { type About, type Outcome, type Store, StoreUnavailable, type Work } from "./store.js";

/** Milliseconds to wait for another process's transaction: less than a server has for stopping. */
const PATIENCE = 4000;
/**
 * The page cache, in KiB: enough for the inner nodes of the trees of seven million tokens. A commit after a
 * page split searches the whole cache, so that a larger one makes every batch dearer.
 */
const CACHE = 16_384;

/**
 * Opens a SQLite store, making its file and bringing its schema up to date.
 * @param patience milliseconds that what writes waits for another process's transaction
 * @throws StoreUnavailable where the file cannot be used; another program's is left as it is
 */
export function openSqlite(path: string, patience = PATIENCE): Store {
  return guarded(() => {
    const db = openFile(path, patience);
    try {
      holdsStore(db);
      prepare(db);
      return sqliteStore(db, patience);
    } catch (error) {
      // Left open, its log would stay beside it.
      db.close();
      throw error;
    }
  });
}

function prepare(db: Database.Database): void {
  // A verification changes a few dozen bytes here and there: small pages make short commits. It is for
  // new files; one that is there keeps its own.
  db.pragma("page_size = 1024");
  db.pragma("journal_mode = WAL");
  db.pragma(`cache_size = ${String(-CACHE)}`);
  // Every commit reaches the disk before its answer leaves. https://www.sqlite.org/pragma.html#pragma_synchronous
  db.pragma("synchronous = FULL");
  db.pragma("foreign_keys = ON");
  migrate(db);
  db.pragma("busy_timeout = 0");
}

function openFile(path: string, timeout: number): Database.Database {
  try {
    // Where the driver cannot be loaded, no empty file is left of it.
    openConnection(":memory:").close();
    if (path !== ":memory:") makeFile(path);
    return openConnection(path, { timeout });
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

/** What is up to date is only read: commands and servers start while another process is writing. */
function migrate(db: Database.Database): void {
  if (knownSteps(db) === SQLITE_MIGRATIONS.length) return;
  const now = Date.now() / 1000;
  db.function("initial_clock", (steps: number) =>
    encodeClock(clockOfUnknownHistory(steps, now, DEFAULT_POLICY.clock)),
  );
  const run = db.transaction(() => {
    db.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY) STRICT");
    // Another process may have taken these steps meanwhile.
    const done = knownSteps(db);
    SQLITE_MIGRATIONS.slice(done).forEach((sql, index) => {
      db.exec(sql);
      db.prepare("INSERT INTO schema_version VALUES (?)").run(done + index + 1);
    });
  });
  run.immediate();
}

function sqliteStore(db: Database.Database, patience: number): Store {
  const audit = auditWriter(db);
  const readToken = tokenReader(db);
  const shelf = bookShelf(db, readToken);
  const decideAll = decider(audit, shelf);
  const log = logCopier(db);
  const retry = new BusyRetry(patience);
  /** One transaction; the audit's chain goes on only where it was committed. */
  const atomically = <T>(act: () => T): Promise<T> =>
    retry.run(() => {
      try {
        const result = db.transaction(act).immediate();
        audit.committed();
        log.committed();
        return result;
      } catch (error) {
        audit.rolledBack();
        throw error;
      }
    });

  return {
    kind: "sqlite",
    decide: <Answer>(works: readonly Work<Answer>[]) =>
      decideBatch(works, (some) => atomically(() => decideAll(some)), breaksSchema) as Promise<
        Outcome<Answer>[]
      >,
    read: (about) =>
      answered(() =>
        db
          .transaction(() => shelf.read([about]))()
          .open(about),
      ),
    ...tokenMethods(db, audit, atomically, readToken),
    ...keyMethods(db, audit, atomically),
    ...dataKeyMethods(db, audit, atomically),
    ...bankMethods(db, audit, atomically),
    ...chainMethods(db, atomically),
    ...archiveMethods(db, audit, atomically),
    ...provenanceMethods(db, audit, atomically),
    listAudit: (query) => answered(() => listAudit(db, query)),
    ping: () =>
      atomically(() => void db.prepare("UPDATE schema_version SET version = version").run()),
    close: async () => {
      retry.close();
      await log.close();
      await answered(() => void db.close());
    },
  };
}

/** Decides works one after the other, inside one transaction. */
function decider(
  audit: AuditWriter,
  shelf: BookShelf,
): (works: readonly Work<unknown>[]) => Outcome<unknown>[] {
  return (works) => {
    let abouts: readonly About[] = works.map(({ about }) => about);
    for (;;) {
      const decided = decideOver(shelf.read(abouts), works, abouts);
      if ("again" in decided) {
        abouts = decided.again;
        continue;
      }
      const entries = decided.changes.flatMap((changes) => changes.audit);
      for (const changes of decided.changes) shelf.write(changes);
      audit.write(entries);
      return decided.outcomes;
    }
  };
}
