import type Database from "better-sqlite3";
import { answered, type Atomically } from "./sqlite-answer.js";
import type { AuditWriter } from "./sqlite-audit.js";
import { type KeyRecord, storedApiKey } from "./sqlite-rows.js";
import type { ApiKeyStore } from "./store.js";

/** The store's API keys. */
export function keyMethods(
  db: Database.Database,
  audit: AuditWriter,
  atomically: Atomically,
): ApiKeyStore {
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
