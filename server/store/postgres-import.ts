import { randomUUID } from "node:crypto";
import { encodeClock } from "./clock-bytes.js";
import type { AuditEntry } from "../core/audit.js";
import type { CopyTarget } from "./postgres-copy.js";
import { LEGACY_DATA_KEY, type NewDataKey } from "./data-keys.js";
import { insertDataKey } from "./postgres-data-keys.js";
import type { Database } from "./postgres-database.js";
import { RowsRefused } from "./postgres-errors.js";
import { PATIENTLY, type Rows } from "./postgres-statement.js";
import { importedMeanwhile, publishUnderKey } from "./publish.js";
import { type NewToken, SerialTwice, StoreUnavailable } from "./store.js";

/** Milliseconds after which what a broken-off import has left behind is deleted. */
const ABANDONED = 86_400_000;

/** Tokens in one COPY: fewer cost the server more time for each, more cost memory. */
const AT_ONCE = 10_000;
const STAGED: CopyTarget = {
  table: `staged_tokens
    (import, staged_at, serial, algorithm, sealed_seed, starts_at, expires_at, clock)`,
  types: ["uuid", "int8", "text", "int2", "bytea", "int8", "int8", "bytea"],
};

/** Tokens wait in a table of their own until all of them are there; then one transaction takes them. */
export async function importTokens(
  db: Database,
  batches: AsyncIterable<readonly NewToken[]>,
  finish: () => AuditEntry | undefined,
  dataKey: (() => Promise<NewDataKey | undefined>) | undefined,
): Promise<void> {
  const id = randomUUID();
  const now = Date.now();
  let waiting: NewToken[] = [];
  let count = 0;
  const flush = async (): Promise<void> => {
    await stage(db, id, now, waiting);
    count += waiting.length;
    waiting = [];
  };
  try {
    for await (const batch of batches) {
      for (const token of batch) waiting.push(token);
      if (waiting.length >= AT_ONCE) await flush();
    }
    if (waiting.length > 0) await flush();
    await checkStaged(db, id, count);
    const entry = finish();
    if (entry) await publishUnderKey((key) => publish(db, id, count, entry, key), dataKey);
  } finally {
    const gone = "DELETE FROM staged_tokens WHERE import = $1 OR staged_at < $2";
    // What cannot be removed now goes with a later import; it changes nothing of how this one ended.
    await overAll(db, gone, [id, now - ABANDONED]).catch(() => undefined);
  }
}

async function stage(
  db: Database,
  id: string,
  now: number,
  tokens: readonly NewToken[],
): Promise<void> {
  const rows = tokens.map(({ serial, algorithm, sealedSeed, start, expiry, clock }) => {
    return [id, now, serial, algorithm, sealedSeed, start, expiry, encodeClock(clock)];
  });
  await db.copy(STAGED, rows);
}

/** @throws SerialTwice; StoreUnavailable where a crash of the database has lost staged rows */
async function checkStaged(db: Database, id: string, count: number): Promise<void> {
  const [row] = await overAll(
    db,
    `SELECT count(*) AS count, count(DISTINCT serial) AS serials FROM staged_tokens WHERE import = $1`,
    [id],
  );
  if (row?.count !== count) throw new StoreUnavailable("the import was lost by the database");
  if (row.serials === count) return;
  const [twice] = await overAll(
    db,
    `SELECT serial FROM staged_tokens WHERE import = $1
     GROUP BY serial HAVING count(*) > 1 ORDER BY serial LIMIT 1`,
    [id],
  );
  throw new SerialTwice(twice!.serial as string);
}

/** @returns false where the data key was wrapped before keys were rotated */
async function publish(
  db: Database,
  id: string,
  count: number,
  entry: AuditEntry,
  key: NewDataKey | undefined,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const number = key ? await insertDataKey(tx, key, entry.at) : LEGACY_DATA_KEY;
    if (number === undefined) return false;
    const taken = tx.send(PATIENTLY, {
      text: `WITH published AS (
          INSERT INTO tokens (serial, algorithm, sealed_seed, starts_at, expires_at, status,
            suspended, failures, last_step, clock, data_key)
          SELECT serial, algorithm, sealed_seed, starts_at, expires_at, 'usable', false, 0, -1,
            clock, $2::bigint
          FROM staged_tokens WHERE import = $1 ORDER BY serial RETURNING 1)
        SELECT count(*) AS count FROM published`,
      values: [id, number],
    });
    // Not to be tried again as a conflict is: the serial stays taken.
    const [, rows] = await taken.catch((error: unknown) => {
      throw error instanceof RowsRefused && error.twice ? importedMeanwhile() : error;
    });
    if (rows?.[0]?.count !== count)
      throw new StoreUnavailable("the import was lost by the database");
    await tx.commit(...tx.chain.write([entry]));
    return true;
  });
}

/** A statement that may take longer than others. */
function overAll(db: Database, text: string, values: readonly unknown[]): Promise<Rows> {
  return db.transaction(async (tx) => {
    const [, rows] = await tx.commit(PATIENTLY, { text, values });
    return rows!;
  });
}
