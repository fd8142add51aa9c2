import { randomUUID } from "node:crypto";
import { encodeClock } from "./clock-bytes.js";
import type { AuditEntry } from "../core/audit.js";
import type { Database } from "./postgres-database.js";
import { TOKEN_COLUMNS, TOKENS } from "./postgres-rows.js";
import {
  type NewToken,
  SerialTwice,
  type Store,
  StoreUnavailable,
  type TokenStanding,
} from "./store.js";

/** What an import that broke off has left behind goes after a day, in milliseconds. */
const ABANDONED = 86_400_000;
/** Milliseconds that turning all of an import's rows into tokens may take. */
const PUBLISHING = 3_600_000;

/** The store's tokens, but for the decisions over them. */
export function tokenMethods(
  db: Database,
): Pick<Store, "importTokens" | "listTokens" | "listExpiring" | "tokensBySerial" | "countTokens"> {
  return {
    importTokens: (batches, finish) => importTokens(db, batches, finish),
    listTokens: async (after, limit) =>
      TOKENS.read(
        await db.query(
          `SELECT ${TOKEN_COLUMNS} FROM tokens WHERE serial > $1 ORDER BY serial LIMIT $2`,
          [after, limit],
        ),
      ),
    listExpiring: async (until, { expiry, serial }, limit) =>
      TOKENS.read(
        await db.query(
          `SELECT ${TOKEN_COLUMNS} FROM tokens
           WHERE contract_id IS NOT NULL AND status = 'usable'
             AND expires_at < $1 AND (expires_at, serial) > ($2, $3)
           ORDER BY expires_at, serial LIMIT $4`,
          // Times in the middle of a second: rows have whole ones.
          [Math.ceil(until), Math.ceil(expiry), Number.isInteger(expiry) ? serial : "", limit],
        ),
      ),
    countTokens: async (now) => {
      const rows = await db.query(
        `SELECT CASE WHEN status IN ('lost', 'faulty', 'revoked') THEN status
           WHEN suspended THEN 'suspended' WHEN expires_at <= $1 THEN 'expired' ELSE 'usable' END
           AS standing, count(*) AS count
         FROM tokens GROUP BY standing`,
        [Math.floor(now)],
      );
      const counts = { usable: 0, suspended: 0, expired: 0, revoked: 0, lost: 0, faulty: 0 };
      for (const row of rows) counts[row.standing as TokenStanding] = row.count as number;
      return counts;
    },
    tokensBySerial: async (serials) => {
      const rows = await db.query(
        `SELECT ${TOKEN_COLUMNS} FROM tokens WHERE serial = ANY($1::text[])`,
        [serials],
      );
      const found = new Map(TOKENS.read(rows).map((token) => [token.serial, token]));
      return serials.map((serial) => found.get(serial));
    },
  };
}

/** Tokens wait in a table of their own until all of them are there; then one transaction takes them. */
async function importTokens(
  db: Database,
  batches: AsyncIterable<readonly NewToken[]>,
  finish: () => AuditEntry | undefined,
): Promise<void> {
  const id = randomUUID();
  const now = Date.now();
  let count = 0;
  try {
    for await (const batch of batches) {
      if (batch.length === 0) continue;
      await stage(db, id, now, batch);
      count += batch.length;
    }
    await checkStaged(db, id, count);
    const entry = finish();
    if (entry) await publish(db, id, count, entry);
  } finally {
    await db.query("DELETE FROM staged_tokens WHERE import = $1 OR staged_at < $2", [
      id,
      now - ABANDONED,
    ]);
  }
}

async function stage(
  db: Database,
  id: string,
  now: number,
  tokens: readonly NewToken[],
): Promise<void> {
  await db.query(
    `INSERT INTO staged_tokens
     SELECT $1::uuid, $2::bigint, * FROM unnest($3::text[], $4::smallint[], $5::bytea[], $6::bigint[],
       $7::bigint[], $8::bytea[])`,
    [
      ...[id, now, tokens.map(({ serial }) => serial), tokens.map(({ algorithm }) => algorithm)],
      ...[tokens.map(({ sealedSeed }) => sealedSeed), tokens.map(({ start }) => start)],
      ...[tokens.map(({ expiry }) => expiry), tokens.map(({ clock }) => encodeClock(clock))],
    ],
  );
}

/** @throws SerialTwice; StoreUnavailable where a crash of the database has lost staged rows */
async function checkStaged(db: Database, id: string, count: number): Promise<void> {
  const [row] = await db.query(
    `SELECT count(*) AS count, count(DISTINCT serial) AS serials FROM staged_tokens WHERE import = $1`,
    [id],
  );
  if (row?.count !== count) throw new StoreUnavailable("the import was lost by the database");
  if (row.serials === count) return;
  const [twice] = await db.query(
    `SELECT serial FROM staged_tokens WHERE import = $1
     GROUP BY serial HAVING count(*) > 1 ORDER BY serial LIMIT 1`,
    [id],
  );
  throw new SerialTwice(twice!.serial as string);
}

async function publish(db: Database, id: string, count: number, entry: AuditEntry): Promise<void> {
  await db.transaction(async (tx) => {
    const [, rows] = await tx.send(
      { text: `SET LOCAL statement_timeout = ${String(PUBLISHING)}`, once: true },
      {
        text: `WITH published AS (
            INSERT INTO tokens (serial, algorithm, sealed_seed, starts_at, expires_at, status,
              suspended, failures, last_step, clock)
            SELECT serial, algorithm, sealed_seed, starts_at, expires_at, 'usable', false, 0, -1,
              clock
            FROM staged_tokens WHERE import = $1 ORDER BY serial RETURNING 1)
          SELECT count(*) AS count FROM published`,
        values: [id],
        patience: PUBLISHING,
      },
    );
    if (rows?.[0]?.count !== count)
      throw new StoreUnavailable("the import was lost by the database");
    await tx.commit(...tx.chain.write([entry]));
  });
}
