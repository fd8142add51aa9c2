import type { Database } from "./postgres-database.js";
import type { Rows } from "./postgres-statement.js";
import type { ApiKeyStore, StoredApiKey } from "./store.js";

const KEYS = `SELECT id, scope, hash, created_at AS "createdAt", revoked_at AS "revokedAt" FROM api_keys`;

/** The store's API keys. */
export function keyMethods(db: Database): ApiKeyStore {
  const find = gathered(async (ids: readonly string[]) => {
    const rows = await db.query(`${KEYS} WHERE id = ANY($1::text[])`, [ids]);
    return new Map(rows.map((row) => [row.id as string, storedKey(row)]));
  });
  return {
    addApiKey: ({ id, scope, hash, createdAt }, entry) =>
      db.transaction(async (tx) => {
        await tx.commit(
          {
            text: "INSERT INTO api_keys VALUES ($1, $2, $3, $4, NULL)",
            values: [id, scope, hash, createdAt],
          },
          ...tx.chain.write([entry]),
        );
      }),
    apiKey: find,
    listApiKeys: async () => (await db.query(`${KEYS} ORDER BY created_at, id`)).map(storedKey),
    revokeApiKey: (id, at, entry) =>
      db.transaction(async (tx) => {
        const [revoked] = await tx.send({
          text: "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL RETURNING id",
          values: [at, id],
        });
        if (revoked!.length === 0) return false;
        await tx.commit(...tx.chain.write([entry]));
        return true;
      }),
  };
}

function storedKey(row: Rows[number]): StoredApiKey {
  return { ...row, revokedAt: row.revokedAt ?? undefined } as StoredApiKey;
}

/**
 * Looks up one by one what is asked for, many in one query: what is asked for while a query is under way
 * waits for the next. So each answer is of a moment after it was asked for: a revoked key is refused.
 */
function gathered<T>(
  find: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): (key: string) => Promise<T | undefined> {
  let next: { keys: Set<string>; found: Promise<ReadonlyMap<string, T>> } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return async (key) => {
    if (!next) {
      const keys = new Set<string>();
      const found = last.then(() => {
        next = undefined;
        return find([...keys]);
      });
      next = { keys, found };
      last = found.catch(() => undefined);
    }
    next.keys.add(key);
    return (await next.found).get(key);
  };
}
