import type Database from "better-sqlite3";
import {
  type DataKey,
  type DataKeyStore,
  FIRST_DATA_KEY,
  LEGACY_DATA_KEY,
  type NewDataKey,
} from "./data-keys.js";
import { answered, type Atomically } from "./sqlite-answer.js";
import type { AuditWriter } from "./sqlite-audit.js";

interface KeyRow {
  number: number;
  kek: string;
  wrapped: Uint8Array;
  created_at: number;
  resealing: number;
}

function storedDataKey({ number, kek, wrapped, created_at, resealing }: KeyRow): DataKey {
  return { number, kek, wrapped, createdAt: created_at, resealing: resealing === 1 };
}

/** The store's data keys. */
export function dataKeyMethods(
  db: Database.Database,
  audit: AuditWriter,
  atomically: Atomically,
): DataKeyStore {
  const find = db.prepare<[number], KeyRow>("SELECT * FROM data_keys WHERE number = ?");
  const list = db.prepare<[], KeyRow>("SELECT * FROM data_keys ORDER BY number");
  const found = db.prepare(
    "INSERT INTO data_keys (number, kek, wrapped, created_at) VALUES (?, ?, ?, ?)",
  );
  return {
    legacyCheck: () =>
      answered(() => {
        const row = db.prepare("SELECT value FROM seal_check").get();
        return (row as { value: Uint8Array } | undefined)?.value;
      }),
    foundDataKeys: (first, legacy, at) =>
      atomically(() => {
        if (find.get(FIRST_DATA_KEY)) return;
        found.run(FIRST_DATA_KEY, first.kek, first.wrapped, at);
        if (legacy) found.run(LEGACY_DATA_KEY, legacy.kek, legacy.wrapped, at);
        db.prepare("DELETE FROM seal_check").run();
      }),
    dataKey: (number) =>
      answered(() => {
        const row = find.get(number);
        return row && storedDataKey(row);
      }),
    listDataKeys: () => answered(() => list.all().map(storedDataKey)),
    rewrapDataKey: (number, from, { kek, wrapped }, entry) =>
      atomically(() => {
        const done = db
          .prepare("UPDATE data_keys SET kek = ?, wrapped = ? WHERE number = ? AND kek = ?")
          .run(kek, wrapped, number, from);
        if (done.changes === 1) audit.write([entry]);
        return done.changes === 1;
      }),
    ...resealing(db, audit, atomically),
  };
}

function resealing(
  db: Database.Database,
  audit: AuditWriter,
  atomically: Atomically,
): Pick<DataKeyStore, "beginResealing" | "resealSeeds" | "endResealing"> {
  const underWay = db.prepare<[], KeyRow>("SELECT * FROM data_keys WHERE resealing = 1");
  const reseal = db.prepare(
    "UPDATE tokens SET sealed_seed = ?, data_key = ? WHERE serial = ? AND data_key = ?",
  );
  return {
    beginResealing: (key, at, entry) =>
      atomically(() => {
        const before = underWay.get();
        if (before) return storedDataKey(before);
        const number = insertDataKey(db, key, at);
        if (number === undefined) return undefined;
        db.prepare("UPDATE data_keys SET resealing = 1 WHERE number = ?").run(number);
        audit.write([entry]);
        return storedDataKey(underWay.get()!);
      }),
    resealSeeds: (seeds) =>
      atomically(() => {
        for (const { serial, from, dataKey, sealedSeed } of seeds) {
          reseal.run(sealedSeed, dataKey, serial, from);
        }
      }),
    endResealing: (dataKey, entry) =>
      atomically(() => {
        const done = db
          .prepare("UPDATE data_keys SET resealing = 0 WHERE number = ? AND resealing = 1")
          .run(dataKey);
        if (done.changes === 0) return;
        db.prepare("DELETE FROM data_keys WHERE number < ? AND number <> ?").run(
          dataKey,
          FIRST_DATA_KEY,
        );
        audit.write([entry]);
      }),
  };
}

/**
 * Inside a transaction.
 * @returns the new key's number; undefined where the first one was wrapped anew meanwhile
 */
export function insertDataKey(
  db: Database.Database,
  { kek, wrapped, under }: NewDataKey,
  at: number,
): number | undefined {
  return db
    .prepare<unknown[], number>(
      `INSERT INTO data_keys (kek, wrapped, created_at)
       SELECT ?, ?, ? FROM data_keys WHERE number = ? AND kek = ? RETURNING number`,
    )
    .pluck()
    .get(kek, wrapped, at, FIRST_DATA_KEY, under);
}
