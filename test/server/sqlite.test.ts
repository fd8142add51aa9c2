import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { offsetRange } from "../../server/core/clock/estimate.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { SQLITE_MIGRATIONS } from "../../server/store/migrations/sqlite.js";
import { openConnection } from "../../server/store/sqlite-driver.js";
import { openSqlite } from "../../server/store/sqlite.js";
import { StoreUnavailable } from "../../server/store/store.js";
import { stock } from "../support/counting.js";
import { testDirectory } from "../support/directory.js";
import { bankStoreContract } from "./bank-store-contract.js";
import { dataKeyContract } from "./data-key-contract.js";
import { importContract } from "./import-contract.js";
import { keepingStoreContract } from "./keeping-store-contract.js";
import { storeContract } from "./store-contract.js";

const open = async () => {
  const path = join(testDirectory(), "store.db");
  const again = () => Promise.resolve(openSqlite(path));
  const raw = (sql: string) => {
    const db = openConnection(path);
    try {
      return Promise.resolve(db.exec(sql));
    } finally {
      db.close();
    }
  };
  return { store: await again(), again, raw };
};
storeContract("SQLite", open);
bankStoreContract("SQLite", open);
dataKeyContract("SQLite", open);
importContract("SQLite", open);
keepingStoreContract("SQLite", open);

const CLOCK_POLICY = DEFAULT_POLICY.clock;
const ENTRY = {
  at: 0,
  event: "import",
  result: "done",
  serial: undefined,
  actor: "test",
  source: undefined,
  detail: {},
};

const KEY = {
  scope: "verify" as const,
  hash: Buffer.alloc(32, 1),
  createdAt: 0,
  revokedAt: undefined,
};

async function* noBatches(): AsyncGenerator<[]> {
  yield await Promise.resolve([]);
}

describe("SQLite", () => {
  it("keeps the audit append-only, and its file its owner's", async () => {
    const file = join(testDirectory(), "store.db");
    const store = openSqlite(file);
    await store.importTokens(noBatches(), () => ENTRY);
    await store.close();
    const db = openConnection(file);
    expect(() => db.exec("DELETE FROM audit")).toThrow("append-only");
    expect(() => db.exec("UPDATE audit SET event = 'x'")).toThrow("append-only");
    db.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("leaves nothing of what an import has put aside in the database", async () => {
    const file = join(testDirectory(), "store.db");
    const store = openSqlite(file);
    const serials = Array.from({ length: 2000 }, (_, index) => String(20_000_000 + index));
    await stock(store, serials);
    expect(await store.tokensBySerial(["20001999"])).toMatchObject([{ serial: "20001999" }]);
    const db = openConnection(file);
    expect(db.pragma("freelist_count", { simple: true })).toBe(0);
    db.close();
    await store.close();
  });

  it("refuses what is no database, by name and unchanged", () => {
    const path = testDirectory();
    writeFileSync(join(path, "store.db"), "this is a letter, not a database".repeat(100));
    expect(() => openSqlite(join(path, "store.db"))).toThrow(StoreUnavailable);
    expect(() => openSqlite(join(path, "missing", "store.db"))).toThrow(StoreUnavailable);
  });

  it.each(["notes", "tokens", "schema_version"])(
    "refuses another program's database, that has %s in it, and leaves it as it is",
    (table) => {
      const path = testDirectory();
      const file = join(path, "notes.db");
      const db = openConnection(file);
      db.exec(`CREATE TABLE ${table} (version TEXT)`);
      db.close();
      const before = readFileSync(file);
      expect(() => openSqlite(file)).toThrow("another program's database");
      expect(readFileSync(file)).toEqual(before);
      expect(readdirSync(path)).toEqual(["notes.db"]);
    },
  );

  it("makes a new database of small pages", async () => {
    const file = join(testDirectory(), "store.db");
    await openSqlite(file).close();
    const db = openConnection(file);
    expect(db.pragma("page_size", { simple: true })).toBe(1024);
    db.close();
  });

  it("refuses a database of a later version", async () => {
    const path = testDirectory();
    const file = join(path, "store.db");
    await openSqlite(file).close();
    const db = openConnection(file);
    db.exec("INSERT INTO schema_version VALUES (1000)");
    db.close();
    expect(() => openSqlite(file)).toThrow("later version");
    expect(readdirSync(path)).toEqual(["store.db"]);
  });

  it("learns the clocks anew where one offset in steps was kept", async () => {
    const file = join(testDirectory(), "store.db");
    const db = openConnection(file);
    db.exec("CREATE TABLE schema_version (version INTEGER PRIMARY KEY) STRICT");
    SQLITE_MIGRATIONS.slice(0, 3).forEach((sql, index) => {
      db.exec(sql);
      db.prepare("INSERT INTO schema_version VALUES (?)").run(index + 1);
    });
    db.exec("INSERT INTO tokens VALUES (1, '12345678', 1, x'00', NULL, NULL)");
    db.exec("INSERT INTO token_states VALUES (1, 'usable', 0, 2, 29000000, -3, 'C1')");
    db.close();
    const store = openSqlite(file);
    const [token] = await store.tokensBySerial(["12345678"]);
    expect(token).toMatchObject({ failures: 2, lastStep: 29_000_000, contract: "C1" });
    const { lowest, highest } = offsetRange(token!.clock, Date.now() / 1000, CLOCK_POLICY);
    expect([lowest, highest].map(Math.round)).toEqual([-780, 420]);
    await store.close();
  });

  it("takes over a database of an earlier version, with its audit", async () => {
    const file = join(testDirectory(), "store.db");
    const db = openConnection(file);
    db.exec("CREATE TABLE schema_version (version INTEGER PRIMARY KEY) STRICT");
    for (const [index, sql] of SQLITE_MIGRATIONS.slice(0, 3).entries()) {
      db.exec(sql);
      db.prepare("INSERT INTO schema_version VALUES (?)").run(index + 1);
    }
    const insert = db.prepare(
      "INSERT INTO audit VALUES (?, ?, ?, 0, 'x', 'y', ?, 'a', NULL, ?, ?)",
    );
    const detail = JSON.stringify({ contract: "C1" });
    insert.run(3, "writer b", 1, null, detail, Buffer.alloc(32, 1));
    insert.run(5, "writer a", 1, "10000001", "{}", Buffer.alloc(32, 2));
    insert.run(6, "writer b", 2, "10000001", detail, Buffer.alloc(32, 3));
    // Of another segment: that of the others is whole.
    insert.run(2000, "writer a", 2, "10000001", detail, Buffer.alloc(32, 4));
    db.close();
    const store = openSqlite(file);
    const list = async (about: object) =>
      (await store.listAudit({ after: 0, limit: 9, ...about })).map(
        ({ id, writer, sequence, hash }) => [id, writer, sequence, hash[0]],
      );
    const [one, two, three, four] = [
      [3, "writer b", 1, 1],
      [5, "writer a", 1, 2],
      [6, "writer b", 2, 3],
      [2000, "writer a", 2, 4],
    ];
    expect(await list({})).toEqual([one, two, three, four]);
    expect(await list({ serial: "10000001" })).toEqual([two, three, four]);
    expect(await list({ contract: "C1", newestFirst: true })).toEqual([four, three, one]);
    expect(await list({ contract: "C1", serial: "10000001" })).toEqual([three, four]);
    await store.close();
  });

  it("keeps nothing of what archived rows were about", async () => {
    const file = join(testDirectory(), "store.db");
    const store = openSqlite(file);
    const entry = { ...ENTRY, serial: "10000001", detail: { contract: "C1" } };
    for (let row = 0; row < 1100; row++) {
      await store.addApiKey({ ...KEY, id: String(row) }, entry);
    }
    const db = openConnection(file);
    const entered = (): unknown =>
      db
        .prepare(
          `SELECT (SELECT count(*) FROM audit_by_serial), (SELECT count(*) FROM audit_by_contract)`,
        )
        .raw()
        .get();
    expect(entered()).toEqual([1023, 1023]);
    await store.checkpointAudit(1, () => Buffer.alloc(64));
    await store.markArchived(0, 1, ENTRY);
    expect(await store.deleteArchived(1000)).toBe(1000);
    expect(entered()).toEqual([23, 23]);
    expect(await store.deleteArchived(1000)).toBe(100);
    expect(entered()).toEqual([0, 0]);
    db.close();
    await store.close();
  });

  it("finds what is old of the attempts at logins without a look at the others", async () => {
    const file = join(testDirectory(), "store.db");
    await openSqlite(file).close();
    const db = openConnection(file);
    const deleted = "DELETE FROM login_attempts WHERE last_at < 1";
    expect(db.prepare(`EXPLAIN QUERY PLAN ${deleted}`).get()).toMatchObject({
      detail: expect.stringContaining("login_attempts_by_time") as string,
    });
    db.close();
  });

  it("copies its log into the database beside the work", async () => {
    const file = join(testDirectory(), "store.db");
    const store = openSqlite(file);
    const before = statSync(file).size;
    const entry = { ...ENTRY, detail: { filling: "x".repeat(4000) } };
    for (let commit = 0; commit < 200; commit++) {
      await store.importTokens(noBatches(), () => entry);
    }
    await expect.poll(() => statSync(file).size).toBeGreaterThan(before);
    await store.close();
  });

  it("waits for another process's transaction, and keeps nobody else waiting", async () => {
    const file = join(testDirectory(), "store.db");
    const store = openSqlite(file);
    const other = openConnection(file);
    other.exec("BEGIN IMMEDIATE");
    const decided = store.decide([]);
    expect(await store.countTokens(0)).toMatchObject({ usable: 0 });
    other.exec("COMMIT");
    expect(await decided).toEqual([]);
    other.close();
    await store.close();
  });

  it("is opened and read while another process writes", async () => {
    const file = join(testDirectory(), "store.db");
    await openSqlite(file).close();
    const other = openConnection(file);
    other.exec("BEGIN IMMEDIATE");
    const store = openSqlite(file, 50);
    expect(await store.listAudit({ after: 0, limit: 9 })).toEqual([]);
    other.exec("COMMIT");
    other.close();
    await store.close();
  });

  it("answers with its own error while another process holds the database", async () => {
    const file = join(testDirectory(), "store.db");
    const store = openSqlite(file, 50);
    const other = openConnection(file);
    other.exec("BEGIN IMMEDIATE");
    await expect(store.decide([])).rejects.toThrow(StoreUnavailable);
    other.exec("COMMIT");
    other.close();
    expect(await store.decide([])).toEqual([]);
    await store.close();
  });
});
