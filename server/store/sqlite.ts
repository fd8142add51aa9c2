import Database from "better-sqlite3";
import type { AuditEntry } from "../core/audit.js";
import { SQLITE_MIGRATIONS } from "./migrations/sqlite.js";
import { type AuditWriter, auditWriter } from "./sqlite-audit.js";
import {
  type AuditRecord,
  listedAuditRow,
  type KeyRecord,
  storedApiKey,
  storedToken,
  type TokenRecordRow,
} from "./sqlite-rows.js";
import {
  type Outcome,
  type Store,
  StoreUnavailable,
  type StoredToken,
  type Work,
} from "./store.js";

const BUSY_TIMEOUT = 5000;

const TOKEN_COLUMNS = `serial, algorithm, sealed_seed, starts_at, expires_at,
  status, suspended, failures, last_step, clock_offset`;
const TOKENS = `SELECT ${TOKEN_COLUMNS} FROM tokens JOIN token_states ON token_id = id`;

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
    return new Database(path, { timeout });
  } catch (error) {
    throw new StoreUnavailable((error as Error).message, { cause: error });
  }
}

function migrate(db: Database.Database): void {
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
  const find = db.prepare<[string], TokenRecordRow>(`${TOKENS} WHERE serial = ?`);
  const readToken: ReadToken = (serial) => {
    const row = find.get(serial);
    return row && storedToken(row);
  };
  const decideAll = decider(db, audit, readToken);
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
    ...tokenMethods(db, audit, atomically, readToken),
    ...keyMethods(db, audit, atomically),
    listAudit: ({ after, limit, serial }) =>
      answered(() =>
        db
          .prepare<unknown[], AuditRecord>(
            `SELECT * FROM audit WHERE id > ? ${serial === undefined ? "" : "AND serial = ?"}
             ORDER BY id LIMIT ?`,
          )
          .all(...(serial === undefined ? [after, limit] : [after, serial, limit]))
          .map(listedAuditRow),
      ),
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

type ReadToken = (serial: string) => StoredToken | undefined;
type Atomically = <T>(act: () => T) => Promise<T>;

/** Decides works one after the other, inside one transaction. */
function decider(
  db: Database.Database,
  audit: AuditWriter,
  readToken: ReadToken,
): (works: readonly Work<unknown>[]) => Outcome<unknown>[] {
  const update = db.prepare(
    `UPDATE token_states SET status = ?, suspended = ?, failures = ?, last_step = ?, clock_offset = ?
     WHERE token_id = (SELECT id FROM tokens WHERE serial = ?)`,
  );
  // A savepoint inside the batch's transaction: what fails is undone alone.
  const one = db.transaction((work: Work<unknown>) => {
    const { answer, changes, audit: entries } = work.decide(work.serials.map(readToken));
    for (const { serial, next } of changes) {
      const { status, suspended, failures, lastStep, clockOffset } = next;
      update.run(status, Number(suspended), failures, lastStep, clockOffset, serial);
    }
    return { answer, entries };
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

function tokenMethods(
  db: Database.Database,
  audit: AuditWriter,
  atomically: Atomically,
  readToken: ReadToken,
): Pick<Store, "addTokens" | "listTokens" | "tokensBySerial"> {
  const insertToken = db.prepare(
    `INSERT INTO tokens (serial, algorithm, sealed_seed, starts_at, expires_at)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const insertState = db.prepare("INSERT INTO token_states VALUES (?, 'usable', 0, 0, -1, ?)");
  return {
    addTokens: (tokens, entries) =>
      atomically(() => {
        for (const token of tokens) {
          const { serial, algorithm, sealedSeed, start, expiry, clockOffset } = token;
          const row = insertToken.run(serial, algorithm, sealedSeed, start ?? null, expiry ?? null);
          insertState.run(row.lastInsertRowid, clockOffset);
        }
        audit.write(entries);
      }),
    listTokens: (after, limit) =>
      answered(() =>
        db
          .prepare<[string, number], TokenRecordRow>(
            `${TOKENS} WHERE serial > ? ORDER BY serial LIMIT ?`,
          )
          .all(after, limit)
          .map(storedToken),
      ),
    tokensBySerial: (serials) => answered(() => serials.map(readToken)),
  };
}

function keyMethods(
  db: Database.Database,
  audit: AuditWriter,
  atomically: Atomically,
): Pick<Store, "addApiKey" | "apiKey" | "listApiKeys" | "revokeApiKey"> {
  const find = db.prepare<[string], KeyRecord>("SELECT * FROM api_keys WHERE id = ?");
  return {
    addApiKey: ({ id, scope, hash, createdAt }, entry) =>
      atomically(() => {
        db.prepare("INSERT INTO api_keys VALUES (?, ?, ?, ?, NULL)").run(
          id,
          scope,
          hash,
          createdAt,
        );
        audit.write([entry]);
      }),
    apiKey: (id) =>
      answered(() => {
        const row = find.get(id);
        return row && storedApiKey(row);
      }),
    listApiKeys: () =>
      answered(() =>
        db
          .prepare<[], KeyRecord>("SELECT * FROM api_keys ORDER BY created_at, id")
          .all()
          .map(storedApiKey),
      ),
    revokeApiKey: (id, at, entry) =>
      atomically(() => {
        const revoked = db
          .prepare("UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
          .run(at, id);
        if (revoked.changes === 1) audit.write([entry]);
        return revoked.changes === 1;
      }),
  };
}

async function answered<T>(act: () => T): Promise<T> {
  return Promise.resolve(guarded(act));
}

/** What the driver throws becomes the store's own error: its messages may hold a path, never a value. */
function guarded<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    throw new StoreUnavailable(error.message, { cause: error });
  }
}
