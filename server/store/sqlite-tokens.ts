import { randomBytes } from "node:crypto";
import type Database from "better-sqlite3";
import { encodeClock } from "./clock-bytes.js";
import { LEGACY_DATA_KEY, type NewDataKey } from "./data-keys.js";
import { importedMeanwhile, publishUnderKey } from "./publish.js";
import { answered, type Atomically } from "./sqlite-answer.js";
import type { AuditWriter } from "./sqlite-audit.js";
import { insertDataKey } from "./sqlite-data-keys.js";
import { isSqliteError } from "./sqlite-driver.js";
import { storedToken, TOKEN_COLUMNS, type TokenRow } from "./sqlite-rows.js";
import {
  type NewToken,
  noTokens,
  SerialTwice,
  type Store,
  type StoredToken,
  type TokenStanding,
  type TokenStore,
} from "./store.js";

export type ReadToken = (serial: string) => StoredToken | undefined;

const TOKENS = `SELECT ${TOKEN_COLUMNS} FROM tokens JOIN token_states ON token_id = id`;

/** About two milliseconds' work. */
const COUNTED_AT_ONCE = 5_000;

export function tokenReader(db: Database.Database): ReadToken {
  // Once somebody has run ANALYZE, SQLite would plan a join anew for each serial that is compared with the
  // index, since another one might be worth another plan. What a subquery returns it does not look at.
  const find = db.prepare<[string], TokenRow>(`${TOKENS} WHERE serial = (SELECT ?)`).raw();
  return (serial) => {
    const row = find.get(serial);
    return row && storedToken(row);
  };
}

/** The store's tokens, but for the decisions over them. */
export function tokenMethods(
  db: Database.Database,
  audit: AuditWriter,
  atomically: Atomically,
  readToken: ReadToken,
): TokenStore {
  const list = db
    .prepare<[string, number], TokenRow>(`${TOKENS} WHERE serial > ? ORDER BY serial LIMIT ?`)
    .raw();
  const expiring = db
    .prepare<[number, number, string, number], TokenRow>(
      `${TOKENS} WHERE contract_id IS NOT NULL AND status = 'usable'
         AND expires_at < ? AND (expires_at, serial) > (?, ?)
       ORDER BY expires_at, serial LIMIT ?`,
    )
    .raw();
  return {
    importTokens: async (batches, finish, dataKey) => {
      const staging = await answered(() => stage(db));
      try {
        for await (const batch of batches) {
          await answered(() => {
            staging.add(batch);
          });
        }
        const entry = finish();
        if (!entry) return;
        const publish = (key: NewDataKey | undefined): Promise<boolean> =>
          atomically(() => {
            const number = key ? insertDataKey(db, key, entry.at) : LEGACY_DATA_KEY;
            if (number === undefined) return false;
            staging.publish(number);
            audit.write([entry]);
            return true;
          });
        await publishUnderKey(publish, dataKey);
      } finally {
        // What cannot be removed now goes with the connection; it changes nothing of how the import ended.
        await answered(staging.drop).catch(() => undefined);
      }
    },
    listTokens: (after, limit) => answered(() => list.all(after, limit).map(storedToken)),
    listExpiring: (until, after, limit) =>
      answered(() => expiring.all(until, after.expiry, after.serial, limit).map(storedToken)),
    tokensBySerial: (serials) => answered(() => serials.map(readToken)),
    countTokens: tokenCounter(db),
  };
}

/** Counts so many tokens at a time: a driver that blocks must not do so for a million of them. */
function tokenCounter(db: Database.Database): Store["countTokens"] {
  const page = db.prepare<[number, number, number], { standing: TokenStanding; count: number }>(
    `SELECT CASE WHEN status <> 'usable' THEN status WHEN suspended = 1 THEN 'suspended'
         WHEN expires_at <= ? THEN 'expired' ELSE 'usable' END AS standing, count(*) AS count
     FROM token_states JOIN tokens ON id = token_id
     WHERE token_id > ? AND token_id <= ? GROUP BY standing`,
  );
  const last = db.prepare<[], { id: number | null }>(
    "SELECT max(token_id) AS id FROM token_states",
  );
  return async (now) => {
    const counts = noTokens();
    const { id } = await answered(() => last.get()!);
    for (let after = 0; after < (id ?? 0); after += COUNTED_AT_ONCE) {
      const rows = await answered(() => page.all(now, after, after + COUNTED_AT_ONCE));
      for (const { standing, count } of rows) counts[standing] += count;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return counts;
  };
}

/**
 * Where an import's tokens wait until all of them are there: in a temporary database of its own, so that
 * nobody waits for the import, and nothing is left of it.
 */
function stage(db: Database.Database): {
  add: (tokens: readonly NewToken[]) => void;
  publish: (dataKey: number) => void;
  drop: () => void;
} {
  const own = `import_${randomBytes(8).toString("hex")}`;
  const staged = `${own}.staged_tokens`;
  db.exec(
    `ATTACH '' AS ${own};
     CREATE TABLE ${staged} (
       serial TEXT PRIMARY KEY,
       algorithm INTEGER NOT NULL,
       sealed_seed BLOB NOT NULL,
       starts_at INTEGER,
       expires_at INTEGER,
       clock BLOB NOT NULL
     ) STRICT, WITHOUT ROWID`,
  );
  const insert = db.prepare(`INSERT INTO ${staged} VALUES (?, ?, ?, ?, ?, ?)`);
  const insertOne = ({ serial, algorithm, sealedSeed, start, expiry, clock }: NewToken): void => {
    try {
      insert.run(serial, algorithm, sealedSeed, start ?? null, expiry ?? null, encodeClock(clock));
    } catch (error) {
      const twice = isSqliteError(error) && error.code === "SQLITE_CONSTRAINT_PRIMARYKEY";
      throw twice ? new SerialTwice(serial) : error;
    }
  };
  return {
    add: db.transaction((tokens: readonly NewToken[]) => {
      tokens.forEach(insertOne);
    }),
    publish: (dataKey) => {
      const take = db.prepare(
        `INSERT INTO tokens (serial, algorithm, sealed_seed, starts_at, expires_at, data_key)
         SELECT serial, algorithm, sealed_seed, starts_at, expires_at, ? FROM ${staged} ORDER BY serial`,
      );
      try {
        take.run(dataKey);
      } catch (error) {
        const there = isSqliteError(error) && error.code === "SQLITE_CONSTRAINT_UNIQUE";
        throw there ? importedMeanwhile() : error;
      }
      db.exec(
        `INSERT INTO token_states (token_id, status, suspended, failures, last_step, clock)
         SELECT tokens.id, 'usable', 0, 0, -1, clock FROM ${staged} JOIN tokens USING (serial)`,
      );
    },
    drop: () => {
      db.exec(`DETACH ${own}`);
    },
  };
}
