import type { Database } from "./postgres-database.js";
import { importTokens } from "./postgres-import.js";
import { TOKEN_COLUMNS, TOKENS } from "./postgres-tables.js";
import { noTokens, type TokenStanding, type TokenStore } from "./store.js";

/** The store's tokens, but for the decisions over them. */
export function tokenMethods(db: Database): TokenStore {
  return {
    importTokens: (batches, finish, dataKey) => importTokens(db, batches, finish, dataKey),
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
      const counts = noTokens();
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
