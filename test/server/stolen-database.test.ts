import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { base32 } from "@scure/base";
import { describe, expect, it } from "vitest";
import { provision } from "../../firmware/factory/provision.js";
import type { Seed } from "../../firmware/seedfile/seed.js";
import { importSeeds } from "../../server/import-seeds.js";
import { rotateKeys } from "../../server/keys/rotate.js";
import { openPostgres } from "../../server/store/postgres.js";
import type { Store } from "../../server/store/store.js";
import { onServer, TestPostgres } from "../support/postgres.js";
import { NEW, OLD, serving } from "../support/rotation.js";
import { testDirectory } from "../support/directory.js";
import { codeOf, MASTER_KEY, NOW, TestServer } from "../support/server.js";

const NEW_KEY = Buffer.alloc(32, 8);
const CALLER = { actor: "test", source: undefined, at: NOW };

const SEEDS: readonly Seed[] = provision({
  ...{ algorithm: "SHA1", board: "pixljs", firstSerial: "10000001", count: 50 },
  ...{ start: NOW / 1000 - 1000, expiry: NOW / 1000 + 100_000 },
});

/** All files below a folder, as a thief would copy them while the server runs. */
function filesIn(folder: string): Buffer[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
}

/** The data keys as they open the seeds: what the store has of them, unwrapped. */
async function dataKeysOf(store: Store): Promise<Buffer[]> {
  const keys = await store.listDataKeys();
  const opened = keys.map((key) => (OLD.mayOpen(key.kek) ? OLD : NEW).unwrap(key));
  return (await Promise.all(opened)).map((key) => Buffer.from(key));
}

function expectNone(secrets: readonly Buffer[], files: readonly Buffer[]): void {
  expect(files.some((file) => file.includes(SEEDS[49]!.serial))).toBe(true);
  for (const secret of secrets) {
    const forms = [
      ...[secret, secret.toString("hex"), secret.toString("hex").toUpperCase()],
      ...[secret.toString("base64").replace(/=+$/, ""), secret.toString("base64url")],
      ...[base32.encode(secret).replace(/=+$/, ""), base32.encode(secret).toLowerCase()],
    ];
    for (const form of forms) expect(files.some((file) => file.includes(form))).toBe(false);
  }
}

const seeds = SEEDS.map((seed) => Buffer.from(seed.secret));

describe("rule 61", () => {
  it("rule 61: the database's files hold no seed, in no encoding, nor any key", async () => {
    const directory = testDirectory();
    const server = await TestServer.start(SEEDS, join(directory, "warifu.db"));
    for (const seed of SEEDS) {
      const verdict = await server.verify(codeOf(seed, NOW), seed.serial);
      expect(verdict).toMatchObject({ accepted: true });
    }
    const files = filesIn(directory);
    // With its log beside it.
    expect(files.length).toBeGreaterThan(2);
    const keys = await dataKeysOf(server.store);
    const { vault } = await serving(server.store, () => [NEW, OLD]);
    await rotateKeys(server.store, vault, CALLER, { seeds: true });
    files.push(...filesIn(directory));
    keys.push(...(await dataKeysOf(server.store)));
    await server.close();
    files.push(...filesIn(directory));
    expect(keys).toHaveLength(4);
    expectNone([MASTER_KEY, NEW_KEY, ...seeds, ...keys], files);
  });

  it("the same of PostgreSQL's: its tables, its log, and what it says of each row", async () => {
    const postgres = await TestPostgres.start();
    const url = await postgres.database();
    const store = await openPostgres(url);
    const { vault, verify } = await serving(store, () => [OLD]);
    await importSeeds(store, vault, SEEDS, CALLER);
    for (const seed of SEEDS) {
      expect((await verify(seed.serial, codeOf(seed, NOW), NOW)).accepted).toBe(true);
    }
    const keys = await dataKeysOf(store);
    const rows = async (): Promise<Buffer[]> => {
      const tables = await onServer(
        url,
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
      );
      const contents = tables.map(({ tablename }) =>
        onServer(url, `SELECT whole::text FROM ${String(tablename)} AS whole`),
      );
      return (await Promise.all(contents)).map((all) => Buffer.from(JSON.stringify(all)));
    };
    const files = await rows();
    const both = await serving(store, () => [NEW, OLD]);
    await rotateKeys(store, both.vault, CALLER, { seeds: true });
    keys.push(...(await dataKeysOf(store)));
    files.push(...(await rows()));
    await store.close();
    await onServer(url, "CHECKPOINT");
    files.push(...filesIn(join(postgres.directory, "data")));
    await postgres.stop();
    expect(keys).toHaveLength(4);
    expectNone([MASTER_KEY, NEW_KEY, ...seeds, ...keys], files);
  });
});
