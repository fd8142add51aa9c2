import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { openSqlite } from "../../server/store/sqlite.js";
import { StoreUnavailable } from "../../server/store/store.js";
import { withDirectory } from "../support/server.js";
import { storeContract } from "./store-contract.js";

storeContract("SQLite", () => {
  const directory = withDirectory();
  const again = () => openSqlite(join(directory.path, "store.db"));
  return {
    store: again(),
    again,
    remove: () => {
      directory.remove();
      return Promise.resolve();
    },
  };
});

const ENTRY = {
  at: 0,
  event: "import",
  result: "done",
  serial: undefined,
  actor: "test",
  source: undefined,
  detail: {},
};

async function* noBatches(): AsyncGenerator<[]> {
  yield await Promise.resolve([]);
}

describe("SQLite", () => {
  it("keeps the audit append-only, and its file its owner's", async () => {
    const { path, remove } = withDirectory();
    const file = join(path, "store.db");
    const store = openSqlite(file);
    await store.importTokens(noBatches(), () => ENTRY);
    await store.close();
    const db = new Database(file);
    expect(() => db.exec("DELETE FROM audit")).toThrow("append-only");
    expect(() => db.exec("UPDATE audit SET event = 'x'")).toThrow("append-only");
    db.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    remove();
  });

  it("refuses what is no database, by name and unchanged", () => {
    const { path, remove } = withDirectory();
    writeFileSync(join(path, "store.db"), "this is a letter, not a database".repeat(100));
    expect(() => openSqlite(join(path, "store.db"))).toThrow(StoreUnavailable);
    expect(() => openSqlite(join(path, "missing", "store.db"))).toThrow(StoreUnavailable);
    remove();
  });

  it("refuses a database of a later version", async () => {
    const { path, remove } = withDirectory();
    const file = join(path, "store.db");
    await openSqlite(file).close();
    const db = new Database(file);
    db.exec("INSERT INTO schema_version VALUES (1000)");
    db.close();
    expect(() => openSqlite(file)).toThrow("later version");
    remove();
  });

  it("answers with its own error while another process holds the database", async () => {
    const { path, remove } = withDirectory();
    const file = join(path, "store.db");
    const store = openSqlite(file, 50);
    const other = new Database(file);
    other.exec("BEGIN IMMEDIATE");
    await expect(store.decide([])).rejects.toThrow(StoreUnavailable);
    other.exec("COMMIT");
    other.close();
    expect(await store.decide([])).toEqual([]);
    await store.close();
    remove();
  });
});
