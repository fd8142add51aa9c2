import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openPostgres } from "../../server/store/postgres.js";
import { StoreUnavailable } from "../../server/store/store.js";
import { countOn, stock } from "../support/counting.js";
import { onServer, TestDatabases } from "../support/postgres.js";

const databases = new TestDatabases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

let url: string;
let holder: pg.Client;
beforeEach(async () => {
  url = await databases.database();
  holder = new pg.Client({ connectionString: url });
  await holder.connect();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(async () => {
  vi.useRealTimers();
  await holder.end();
});

/** Lets half an hour pass, as far as the driver can tell, once somebody waits for what is held. */
async function letHalfAnHourPass(): Promise<void> {
  const waiting = `SELECT 1 FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  while ((await onServer(url, waiting)).length === 0);
  vi.advanceTimersByTime(1_800_000);
  await holder.query("ROLLBACK");
}

describe("what may take long over PostgreSQL", () => {
  it("is the schema, which another process is bringing up to date", async () => {
    await holder.query("BEGIN; SELECT pg_advisory_xact_lock(7730982115)");
    const opened = openPostgres(url);
    await letHalfAnHourPass();
    await (await opened).close();
  });

  it("is a step of the schema", async () => {
    await holder.query("BEGIN; CREATE TABLE tokens ()");
    const opened = openPostgres(url);
    await letHalfAnHourPass();
    await (await opened).close();
  });

  it("is a look over all that an import has put aside", async () => {
    const store = await openPostgres(url);
    const serials = Array.from({ length: 10_000 }, (_, index) => String(10_000_000 + index));
    const held = "BEGIN; LOCK TABLE staged_tokens IN ACCESS EXCLUSIVE MODE";
    const imported = stock(store, serials, () => holder.query(held));
    await letHalfAnHourPass();
    await imported;
    expect((await store.countTokens(0)).usable).toBe(10_000);
    await store.close();
  });

  it("is a look for the ends of the audit's chains, to sign them", async () => {
    const store = await openPostgres(url);
    await stock(store, ["10000001"]);
    await holder.query("BEGIN; LOCK TABLE audit IN ACCESS EXCLUSIVE MODE");
    const signed = store.checkpointAudit(1, () => Buffer.alloc(64));
    await letHalfAnHourPass();
    expect(await signed).toMatchObject({ number: 1, heads: [{ sequence: 1 }] });
    await store.close();
  });

  it("is nothing else: a decision that waits for a row is given up", async () => {
    const store = await openPostgres(url);
    await stock(store, ["10000001"]);
    await holder.query("BEGIN; SELECT FROM tokens FOR UPDATE");
    const decided = store.decide([countOn("10000001")]);
    const refused = expect(decided).rejects.toThrow(StoreUnavailable);
    await letHalfAnHourPass();
    await refused;
    await store.close();
  });
});
