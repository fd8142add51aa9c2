import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { provision } from "../../firmware/factory/provision.js";
import type { Seed } from "../../firmware/seedfile/seed.js";
import { clockOfUnknownHistory } from "../../server/core/clock/prior.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { importSeeds } from "../../server/import-seeds.js";
import { KeyUnavailable } from "../../server/keys/key-encryption-key.js";
import { rotateKeys } from "../../server/keys/rotate.js";
import { openPostgres } from "../../server/store/postgres.js";
import { openConnection } from "../../server/store/sqlite-driver.js";
import { openSqlite } from "../../server/store/sqlite.js";
import { type NewToken, type Store, StoreUnavailable } from "../../server/store/store.js";
import { onServer, TestDatabases } from "../support/postgres.js";
import { NEW, OLD, serving } from "../support/rotation.js";
import { testDirectory } from "../support/directory.js";
import { codeOf, NOW, SEED } from "../support/server.js";

const databases = new TestDatabases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const CALLER = { actor: "test", source: undefined, at: NOW };
const MINUTE = 60_000;

/** As a version from before data keys has sealed SEED's seed with 32 bytes 07, and proven that key. */
const LEGACY = {
  sealedSeed:
    "e2156f346ce96d67e115cb43558142a8b0a496b05af8a9286f0fea3f4d3b3d0c2b0b0dee2b370e535e68dd26b2d0b27d",
  check: "c834657f6afe381bcd5c8e21a96f6e3f02e9c941bcd7df5df81d4636c3464b50",
};

interface Opened {
  readonly again: () => Promise<Store>;
  /** Runs a statement past the store. */
  readonly run: (sql: string) => Promise<unknown>;
}

const STORES: readonly [string, () => Promise<Opened>][] = [
  [
    "SQLite",
    () => {
      const file = join(testDirectory(), "store.db");
      const run = (sql: string) => Promise.resolve(openConnection(file).exec(sql).close());
      return Promise.resolve({ again: () => Promise.resolve(openSqlite(file)), run });
    },
  ],
  [
    "PostgreSQL",
    async () => {
      const url = await databases.database();
      const run = (sql: string) => onServer(url, sql);
      return { again: () => openPostgres(url), run };
    },
  ],
];

const batchOf = (firstSerial: string, count: number): Seed[] =>
  provision({
    ...{ algorithm: "SHA1", board: "pixljs", firstSerial, count },
    ...{ start: NOW / 1000 - 1000, expiry: NOW / 1000 + 10_000_000 },
  });

async function* legacyToken(): AsyncGenerator<NewToken[]> {
  const { serial, start, expiry } = SEED;
  const clock = clockOfUnknownHistory(0, NOW / 1000, DEFAULT_POLICY.clock);
  const sealedSeed = Buffer.from(LEGACY.sealedSeed, "hex");
  yield await Promise.resolve([{ serial, algorithm: 1, sealedSeed, start, expiry, clock }]);
}

describe.each(STORES)("keys are rotated over %s", (_name, openDatabase) => {
  let opened: Opened;
  const stores: Store[] = [];
  const open = async (): Promise<Store> => {
    const store = await opened.again();
    stores.push(store);
    return store;
  };
  const start = async (...batches: Seed[][]): Promise<Store> => {
    opened = await openDatabase();
    const store = await open();
    const { vault } = await serving(store, () => [OLD]);
    for (const seeds of batches) await importSeeds(store, vault, seeds, CALLER);
    return store;
  };
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });
  const kekOf = async (store: Store): Promise<string[]> => [
    ...new Set((await store.listDataKeys()).map(({ kek }) => kek)),
  ];

  it("under load: each right code is accepted, by one of two processes, and none twice", async () => {
    const seeds = [batchOf("10000001", 12), batchOf("20000001", 12), batchOf("30000001", 12)];
    const store = await start(...seeds);
    // Both read key files again where they meet a key they do not know; neither is started again.
    let files: readonly [typeof OLD, ...(typeof OLD)[]] = [OLD];
    const processes = [
      await serving(await open(), () => files),
      await serving(await open(), () => files),
    ];
    await processes[0]!.vault.fetchAll();
    let at = NOW;
    const everyCode = async (): Promise<void> => {
      at += 2 * MINUTE;
      await Promise.all(
        seeds.flat().map(async (seed) => {
          const code = codeOf(seed, at);
          const verdicts = await Promise.all(
            processes.map((each) => each.verify(seed.serial, code, at)),
          );
          const results = verdicts.map((verdict) => (verdict.accepted ? "yes" : verdict.reason));
          expect(results.sort()).toEqual(["already_used", "yes"]);
        }),
      );
    };
    await everyCode();
    files = [NEW, OLD];
    const { vault } = await serving(store, () => files);
    const state = { rotated: false };
    const rotation = rotateKeys(store, vault, CALLER, { seeds: true }).finally(() => {
      state.rotated = true;
    });
    do await everyCode();
    while (!state.rotated);
    expect(await rotation).toEqual({ kek: NEW.id, rewrapped: 4, resealed: 36 });
    files = [NEW];
    await everyCode();
    expect(await kekOf(store)).toEqual([NEW.id]);
    expect(await store.listDataKeys()).toHaveLength(2);
    await expect(serving(store, () => [OLD])).rejects.toThrow(
      `WARIFU_MASTER_KEY: is not the key this database's data keys are wrapped by, ${NEW.id}`,
    );
    const after = await serving(await open(), () => [NEW]);
    at += 2 * MINUTE;
    const [[seed]] = seeds as [[Seed]];
    expect((await after.verify(seed.serial, codeOf(seed, at), at)).accepted).toBe(true);
  });

  it("by a KMS that takes another key meanwhile: that ends it, and the audit says what wrapped", async () => {
    const store = await start(batchOf("10000001", 1), batchOf("20000001", 1));
    let wraps = 0;
    const kms = {
      variable: "WARIFU_KMS_COMMAND",
      mayOpen: (kek: string) => kek.startsWith("kms:"),
      wrap: async (dataKey: Uint8Array) => {
        if (++wraps > 20) throw new Error("without end");
        const { wrapped } = await NEW.wrap(dataKey);
        return { kek: wraps < 3 ? "kms:one" : "kms:another", wrapped };
      },
      unwrap: NEW.unwrap.bind(NEW),
    };
    const { vault } = await serving(store, () => [kms, OLD]);
    await expect(rotateKeys(store, vault, CALLER)).rejects.toThrow(
      "WARIFU_KMS_COMMAND: wraps by kms:another now, in place of kms:one: rotate again",
    );
    const said = async () =>
      (await store.listAudit({ after: 0, limit: 99 }))
        .filter(({ result }) => result === "rewrapped")
        .map(({ detail }) => detail);
    expect(await said()).toEqual([{ dataKey: 1, kek: "kms:one" }]);
    expect(await rotateKeys(store, vault, CALLER)).toMatchObject({ kek: "kms:another" });
    expect(await kekOf(store)).toEqual(["kms:another"]);
    expect((await said()).slice(1)).toEqual(
      [1, 2, 3].map((dataKey) => ({ dataKey, kek: "kms:another" })),
    );
  });

  it("again from anywhere it broke off, and no seed is lost meanwhile", async () => {
    const seeds = [...batchOf("10000001", 2), ...batchOf("20000001", 2)];
    const store = await start(seeds.slice(0, 2), seeds.slice(2));
    let at = NOW;
    const everyCode = async (...keys: [typeof OLD, ...(typeof OLD)[]]): Promise<void> => {
      const { verify } = await serving(store, () => keys);
      at += 2 * MINUTE;
      for (const seed of seeds) {
        expect((await verify(seed.serial, codeOf(seed, at), at)).accepted).toBe(true);
      }
    };
    const steps = ["rewrapDataKey", "beginResealing", "resealSeeds", "endResealing"] as const;
    const numbers = new Set<number>();
    for (const step of steps) {
      // The first time before it is done, and then behind it: nobody learns that it was.
      for (const behind of [false, true]) {
        const breaks = async (...args: never[]): Promise<never> => {
          if (behind) await (store[step] as (...all: never[]) => Promise<unknown>)(...args);
          throw new StoreUnavailable("died");
        };
        const { vault } = await serving(store, () => [NEW, OLD]);
        const broken = { ...store, [step]: breaks };
        const rotation = rotateKeys(broken, vault, CALLER, { seeds: true });
        await expect(rotation).rejects.toThrow("died");
        const under = (await store.listDataKeys()).find(({ resealing }) => resealing);
        if (under) numbers.add(under.number);
        await everyCode(NEW, OLD);
      }
    }
    const { vault } = await serving(store, () => [NEW, OLD]);
    const before = (await store.listDataKeys()).length;
    await rotateKeys(store, vault, CALLER, { seeds: true });
    expect((await store.listDataKeys()).length).toBe(before);
    // What breaks off is taken up, not begun anew.
    expect(numbers.size).toBe(1);
    await everyCode(NEW);
  });

  it("a database from before data keys goes on by its key, and is rid of it by a rotation", async () => {
    opened = await openDatabase();
    const store = await open();
    const audit = { ...CALLER, event: "import", result: "imported", serial: undefined, detail: {} };
    await store.importTokens(legacyToken(), () => audit);
    const blob = store.kind === "sqlite" ? `x'${LEGACY.check}'` : `'\\x${LEGACY.check}'`;
    await opened.run(`INSERT INTO seal_check VALUES (1, ${blob})`);
    await expect(serving(store, () => [NEW])).rejects.toThrow(
      "WARIFU_MASTER_KEY: is not the key this database was made with",
    );
    const before = await serving(store, () => [OLD]);
    expect(await before.verify(SEED.serial, codeOf(SEED, NOW), NOW)).toMatchObject({
      accepted: true,
    });
    const again = await importSeeds(store, before.vault, [SEED], CALLER);
    expect(again).toEqual({ imported: 0, unchanged: 1 });
    const { vault } = await serving(store, () => [NEW, OLD]);
    expect(await rotateKeys(store, vault, CALLER)).toMatchObject({ rewrapped: 2, resealed: 1 });
    expect((await store.listDataKeys()).map(({ number }) => number)).not.toContain(0);
    await expect(serving(store, () => [OLD])).rejects.toThrow(KeyUnavailable);
    // A process that had opened the old data key, and one that has the new key only.
    const later = NOW + 2 * MINUTE;
    const after = await serving(store, () => [NEW]);
    expect((await after.verify(SEED.serial, codeOf(SEED, later), later)).accepted).toBe(true);
  });

  it("one seed that was changed ends it, by the token's serial, and no data key goes", async () => {
    const seeds = batchOf("10000001", 3);
    const store = await start(seeds);
    await opened.run(
      `UPDATE tokens SET sealed_seed = (SELECT sealed_seed FROM tokens WHERE serial = '10000001')
       WHERE serial = '10000002'`,
    );
    const { vault } = await serving(store, () => [OLD]);
    await expect(rotateKeys(store, vault, CALLER, { seeds: true })).rejects.toThrow(
      "the seed of token 10000002 was changed in the database",
    );
    const { verify } = await serving(store, () => [OLD]);
    for (const seed of [seeds[0]!, seeds[2]!]) {
      expect((await verify(seed.serial, codeOf(seed, NOW), NOW)).accepted).toBe(true);
    }
    expect(await store.listDataKeys()).toHaveLength(3);
  });

  it("an import that is under way is wrapped by the new key, and forms stay as they were", async () => {
    const store = await start(batchOf("10000001", 1));
    const { vault } = await serving(store, () => [NEW, OLD]);
    const form = vault.sign("transfer", "100 yen");
    const [seed] = batchOf("20000001", 1) as [Seed];
    const other = await open();
    async function* rotatedMeanwhile(): AsyncGenerator<Seed> {
      yield seed;
      const { vault: rotating } = await serving(other, () => [NEW, OLD]);
      await rotateKeys(other, rotating, CALLER, { seeds: true });
    }
    await importSeeds(store, vault, rotatedMeanwhile(), CALLER);
    expect(await kekOf(store)).toEqual([NEW.id]);
    const after = await serving(store, () => [NEW]);
    expect((await after.verify(seed.serial, codeOf(seed, NOW), NOW)).accepted).toBe(true);
    expect(after.vault.signed("transfer", form)).toBe("100 yen");
    expect(after.vault.signed("transfer", `x${form}`)).toBeUndefined();
  });

  it("opened data keys are asked for no more, and one that cannot be opened counts nothing", async () => {
    const [seed] = batchOf("10000001", 1) as [Seed];
    const store = await start([seed]);
    let asked = 0;
    const counting = { ...store, dataKey: (n: number) => ((asked += 1), store.dataKey(n)) };
    const { vault, verify } = await serving(counting, () => [OLD]);
    expect(await vault.fetchAll()).toEqual(new Map());
    asked = 0;
    expect((await verify(seed.serial, codeOf(seed, NOW), NOW)).accepted).toBe(true);
    expect(asked).toBe(0);
    let away = false;
    const kms = {
      ...{ variable: "WARIFU_KMS_COMMAND", mayOpen: () => true, wrap: OLD.wrap.bind(OLD) },
      unwrap: (key: Parameters<typeof OLD.unwrap>[0]) =>
        away ? Promise.reject(new KeyUnavailable("away")) : OLD.unwrap(key),
    };
    const other = await serving(store, () => [kms]);
    away = true;
    const later = NOW + 2 * MINUTE;
    const code = codeOf(seed, later);
    await expect(other.verify(seed.serial, "000000", later)).rejects.toThrow("away");
    expect((await other.vault.fetchAll()).size).toBe(1);
    expect((await store.tokensBySerial([seed.serial]))[0]?.failures).toBe(0);
    away = false;
    expect((await other.verify(seed.serial, code, later)).accepted).toBe(true);
  });
});
