import type { AuditEntry } from "../core/audit.js";
import {
  type DataKey,
  type DataKeyStore,
  FIRST_DATA_KEY,
  LEGACY_DATA_KEY,
  type NewDataKey,
  type ResealedSeed,
  type WrappedKey,
} from "./data-keys.js";
import type { Database, Transaction } from "./postgres-database.js";
import { PATIENTLY, type Rows } from "./postgres-statement.js";

const KEYS = `SELECT number, kek, wrapped, created_at AS "createdAt", resealing FROM data_keys`;
const FIRST = String(FIRST_DATA_KEY);

function storedDataKey({ number, kek, wrapped, createdAt, resealing }: Rows[number]): DataKey {
  return { number, kek, wrapped, createdAt, resealing } as DataKey;
}

/** The store's data keys. */
export function dataKeyMethods(db: Database): DataKeyStore {
  return {
    legacyCheck: async () => {
      const [row] = await db.query("SELECT value FROM seal_check");
      return row?.value as Uint8Array | undefined;
    },
    foundDataKeys: (first, legacy, at) => foundDataKeys(db, first, legacy, at),
    dataKey: async (number) => {
      const [row] = await db.query(`${KEYS} WHERE number = $1`, [number]);
      return row && storedDataKey(row);
    },
    listDataKeys: async () => (await db.query(`${KEYS} ORDER BY number`)).map(storedDataKey),
    rewrapDataKey: (number, from, to, entry) =>
      db.transaction(async (tx) => {
        // An import keeps the first data key's row locked while its tokens are published, which may take long.
        const [, done] = await tx.send(PATIENTLY, {
          text: "UPDATE data_keys SET kek = $1, wrapped = $2 WHERE number = $3 AND kek = $4 RETURNING number",
          values: [to.kek, to.wrapped, number, from],
        });
        if (done!.length === 0) return false;
        await tx.commit(...tx.chain.write([entry]));
        return true;
      }),
    beginResealing: (key, at, entry) => beginResealing(db, key, at, entry),
    resealSeeds: (seeds) => resealSeeds(db, seeds),
    endResealing: (dataKey, entry) =>
      db.transaction(async (tx) => {
        const [done] = await tx.send({
          text: "UPDATE data_keys SET resealing = false WHERE number = $1 AND resealing RETURNING number",
          values: [dataKey],
        });
        if (done!.length === 0) return;
        const text = `DELETE FROM data_keys WHERE number < $1 AND number <> ${FIRST}`;
        await tx.commit({ text, values: [dataKey] }, ...tx.chain.write([entry]));
      }),
  };
}

async function foundDataKeys(
  db: Database,
  first: WrappedKey,
  legacy: WrappedKey | undefined,
  at: number,
): Promise<void> {
  const keys = [
    { number: FIRST_DATA_KEY, ...first },
    ...(legacy ? [{ number: LEGACY_DATA_KEY, ...legacy }] : []),
  ];
  await db.transaction(async (tx) => {
    await tx.send({ text: "LOCK TABLE data_keys IN EXCLUSIVE MODE" });
    const [there] = await tx.send({ text: `SELECT 1 FROM data_keys WHERE number = ${FIRST}` });
    if (there!.length > 0) return;
    await tx.commit(
      ...keys.map(({ number, kek, wrapped }) => ({
        text: "INSERT INTO data_keys (number, kek, wrapped, created_at) VALUES ($1, $2, $3, $4)",
        values: [number, kek, wrapped, at],
      })),
      { text: "DELETE FROM seal_check" },
    );
  });
}

async function beginResealing(
  db: Database,
  key: NewDataKey,
  at: number,
  entry: AuditEntry,
): Promise<DataKey | undefined> {
  return db.transaction(async (tx) => {
    // Waits for all imports that have a number: one that is not seen after this has a higher number.
    const [, , [before] = []] = await tx.send(
      PATIENTLY,
      { text: `SELECT 1 FROM data_keys WHERE number = ${FIRST} FOR UPDATE` },
      { text: `${KEYS} WHERE resealing` },
    );
    if (before) return storedDataKey(before);
    const number = await insertDataKey(tx, key, at);
    if (number === undefined) return undefined;
    await tx.commit(
      { text: "UPDATE data_keys SET resealing = true WHERE number = $1", values: [number] },
      ...tx.chain.write([entry]),
    );
    const { kek, wrapped } = key;
    return { number, kek, wrapped, createdAt: at, resealing: true };
  });
}

/** Locks tokens in the order in which everyone does. */
async function resealSeeds(db: Database, seeds: readonly ResealedSeed[]): Promise<void> {
  const serials = seeds.map(({ serial }) => serial);
  await db.transaction(async (tx) => {
    await tx.commit(
      {
        text: `SELECT serial FROM tokens WHERE serial = ANY($1::text[])
          ORDER BY serial FOR NO KEY UPDATE`,
        values: [serials],
      },
      {
        text: `UPDATE tokens SET sealed_seed = rows.sealed_seed, data_key = rows.data_key
          FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[])
            AS rows (serial, before, data_key, sealed_seed)
          WHERE tokens.serial = rows.serial AND tokens.data_key = rows.before`,
        values: [
          serials,
          seeds.map(({ from }) => from),
          seeds.map(({ dataKey }) => dataKey),
          seeds.map(({ sealedSeed }) => sealedSeed),
        ],
      },
    );
  });
}

/**
 * Keeps the first data key from being changed until the transaction ends.
 * @returns the new key's number; undefined where the first one was wrapped anew meanwhile
 */
export async function insertDataKey(
  tx: Transaction,
  { kek, wrapped, under }: NewDataKey,
  at: number,
): Promise<number | undefined> {
  const [first] = await tx.send({
    text: `SELECT kek FROM data_keys WHERE number = ${FIRST} FOR SHARE`,
  });
  if (first![0]?.kek !== under) return undefined;
  const [rows] = await tx.send({
    text: "INSERT INTO data_keys (kek, wrapped, created_at) VALUES ($1, $2, $3) RETURNING number",
    values: [kek, wrapped, at],
  });
  return rows![0]!.number as number;
}
