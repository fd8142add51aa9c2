import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import pg from "pg";
import { openPostgres } from "../../server/store/postgres.js";
import { type Store, StoreUnavailable, type Work } from "../../server/store/store.js";
import { userOf } from "../support/core-bank.js";
import { countOn, stock } from "../support/counting.js";
import { enrol, mixedBatches, SERIALS } from "../support/mixed-batches.js";
import { onServer, TestDatabases } from "../support/postgres.js";

const databases = new TestDatabases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

let url: string;
let stores: Store[];
beforeEach(async () => {
  url = await databases.database();
  stores = [await openPostgres(url), await openPostgres(url), await openPostgres(url)];
  await enrol(stores[0]!);
});
afterEach(async () => {
  for (const store of stores) await store.close();
});

describe("many processes over one PostgreSQL", () => {
  it("never wait for each other in a circle", async () => {
    const { works, done, counted, deadlocks } = await mixedBatches(url, 480);
    expect(works).toBe(2880);
    expect([done, counted]).toEqual([works, works]);
    expect(deadlocks).toBe(0);
  });

  it("keep a contract's daily limit together", async () => {
    const transfer = (id: string): Work<boolean> => ({
      about: { users: ["user0"], transfer: id, transferDate: "2026-11-24" },
      decide: (book) => {
        const day = { contract: "C1", date: "2026-11-24" };
        if (book.bookedOn(day.contract, day.date) + 30 > 100) return false;
        const payee = { bank: "b", branch: "b", account: "1", name: "n" };
        const booked = { id, user: "user0", payee, registered: true, amount: 30, at: 0, ...day };
        book.book(booked);
        return true;
      },
    });
    const all = await Promise.all(
      stores.flatMap((store, index) =>
        [1, 2, 3].map((each) => store.decide([transfer(`T${String(index)}${String(each)}`)])),
      ),
    );
    const booked = all.filter(([outcome]) => outcome?.ok === true && outcome.answer);
    expect(booked).toHaveLength(3);
    expect(await stores[0]!.listTransfers("C1", 10)).toHaveLength(3);
  });

  it("make one of what two of them make at once", async () => {
    const make = (contract: string): Work<string> => ({
      about: { contracts: [contract], users: ["newcomer"] },
      decide: (book) => {
        const there = book.user("newcomer");
        if (there) return `is ${there.contract}'s already`;
        book.setUser(userOf("newcomer", { contract }));
        return `is ${contract}'s now`;
      },
    });
    const outcomes = await Promise.all([
      stores[0]!.decide([make("C1")]),
      stores[1]!.decide([make("C2")]),
    ]);
    const answers = outcomes.map(([outcome]) => (outcome?.ok ? outcome.answer : "failed"));
    const owner = (await stores[2]!.read({ users: ["newcomer"] })).user("newcomer")!.contract;
    expect(answers.sort()).toEqual([`is ${owner}'s already`, `is ${owner}'s now`]);
  });

  it("answer that the store is unavailable where a row is held for too long", async () => {
    const impatient = await openPostgres(url, { statementTimeout: 1500 });
    stores.push(impatient);
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query("BEGIN; SELECT * FROM tokens WHERE serial = '10000001' FOR UPDATE");
    await expect(impatient.decide([countOn("10000001")])).rejects.toThrow(StoreUnavailable);
    expect(await impatient.decide([countOn("10000002")])).toEqual([{ ok: true, answer: 1 }]);
    await holder.query("ROLLBACK");
    await holder.end();
    expect(await impatient.decide([countOn("10000001")])).toEqual([{ ok: true, answer: 1 }]);
  });

  it("take each mail once", async () => {
    await stores[0]!.decide([
      {
        about: {},
        decide: (book) => {
          for (let mail = 0; mail < 30; mail++) {
            book.mail({ to: "a@example.jp", subject: String(mail), text: "t" });
          }
        },
      },
    ]);
    const claims = stores.map((store) => store.claimMails(1000, 2000, 20));
    const ids = (await Promise.all(claims)).flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(30);
    expect(await stores[0]!.claimMails(1999, 2999, 20)).toEqual([]);
    const [again] = await stores[0]!.claimMails(2001, 3001, 1);
    expect(again).toMatchObject({ subject: "0", attempts: 1 });
    await stores[0]!.mailSent(again!.id);
  });
});

describe("the audit of many writers", () => {
  it("is read on in order: nothing that commits late is missed", async () => {
    const reader = stores[2]!;
    const seen: number[] = [];
    const readOn = async (): Promise<number> => {
      const rows = await reader.listAudit({ after: seen.at(-1) ?? 0, limit: 50 });
      seen.push(...rows.map(({ id }) => id));
      return rows.length;
    };
    const state = { writing: true };
    const reading = (async () => {
      while (state.writing) await readOn();
    })();
    const write = async (store: Store, serial: string): Promise<void> => {
      for (let round = 0; round < 60; round++) await store.decide([countOn(serial)]);
    };
    await Promise.all(SERIALS.map((serial, index) => write(stores[index % 2]!, serial)));
    state.writing = false;
    await reading;
    while ((await readOn()) > 0);
    const all = await onServer(url, "SELECT id FROM audit ORDER BY id");
    expect(seen).toEqual(all.map(({ id }) => Number(id)));
    expect(seen.length).toBeGreaterThan(360);
  });

  it("ends below a transaction that still runs", async () => {
    const [store] = stores;
    const before = await store!.listAudit({ after: 0, limit: 100 });
    const late = new pg.Client({ connectionString: url });
    await late.connect();
    await late.query("BEGIN; SELECT pg_current_xact_id()");
    await store!.decide([countOn("10000001")]);
    expect(await store!.listAudit({ after: 0, limit: 100 })).toEqual(before);
    // Whoever looks back from the newest one sees it at once.
    const [newest] = await store!.listAudit({ after: 0, limit: 1, newestFirst: true });
    expect(newest).toMatchObject({ event: "count", serial: "10000001" });
    await late.query("COMMIT");
    await late.end();
    expect(await store!.listAudit({ after: 0, limit: 100 })).toHaveLength(before.length + 1);
  });
});

describe("signing the audit over PostgreSQL", () => {
  it("looks at the ends of the chains, not at each row, however many nobody has signed", async () => {
    await onServer(
      url,
      `INSERT INTO audit SELECT number, md5(mod(number, 3)::text)::uuid, number, 0, 'x', 'x', NULL, NULL,
         't', NULL, '{}', '\\x00' FROM generate_series(1, 30000) AS number`,
    );
    const looked = `SELECT (seq_tup_read + idx_tup_fetch)::int AS rows FROM pg_stat_user_tables
      WHERE relname = 'audit'`;
    const [before] = await onServer(url, looked);
    const signer = await openPostgres(url);
    const signed = await signer.checkpointAudit(1, () => Buffer.alloc(64));
    // The server counts what a connection did once that has ended.
    await signer.close();
    const counted = async () =>
      Number((await onServer(url, looked))[0]!.rows) - Number(before!.rows);
    while ((await counted()) === 0);
    expect(await counted()).toBeLessThan(100);
    const ends = signed!.heads.map(({ sequence }) => sequence).filter((last) => last > 29_000);
    expect(ends.sort()).toEqual([29_998, 29_999, 30_000]);
  });
});

describe("deleting what was archived over PostgreSQL", () => {
  it("is done by one at a time, each of whom finds what the other has left", async () => {
    const [one, other] = stores;
    for (let row = 0; row < 20; row++) await one!.decide([countOn(SERIALS[0]!)]);
    await one!.checkpointAudit(1, () => Buffer.alloc(64));
    const [line] = await one!.listAudit({ after: 0, limit: 1 });
    expect(await one!.markArchived(0, 1, line!)).toBe(true);
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query("BEGIN; SELECT FROM audit FOR UPDATE");
    const deleted = Promise.all([one!.deleteArchived(10), other!.deleteArchived(10)]);
    const waiting = `SELECT 1 FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    while ((await onServer(url, waiting)).length < 2);
    await holder.query("ROLLBACK");
    await holder.end();
    expect(await deleted).toEqual([10, 10]);
  });
});

describe("an import over PostgreSQL", () => {
  it("takes as long as it takes, whatever a statement may take", async () => {
    const store = await openPostgres(url, { statementTimeout: 1500 });
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query("BEGIN; LOCK TABLE tokens IN SHARE MODE");
    const imported = stock(store, ["20000001"]);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await other.query("COMMIT");
    await other.end();
    await imported;
    expect(await store.tokensBySerial(["20000001"])).toMatchObject([{ serial: "20000001" }]);
    await store.close();
  });

  it("writes whatever characters a serial has", async () => {
    const serial = "a\tb\nc\\d\\N日本";
    await stock(stores[0]!, [serial]);
    expect(await stores[0]!.tokensBySerial([serial])).toMatchObject([{ serial }]);
  });

  it("is done where only what it put aside cannot be removed", async () => {
    await onServer(
      url,
      `CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE 'no'; END $$ LANGUAGE plpgsql;
       CREATE TRIGGER refuse BEFORE DELETE ON staged_tokens EXECUTE FUNCTION refuse()`,
    );
    await stock(stores[0]!, ["20000001"]);
    expect(await stores[0]!.tokensBySerial(["20000001"])).toMatchObject([{ serial: "20000001" }]);
  });

  it("leaves nothing behind", async () => {
    const twice = stock(stores[0]!, ["20000001", "20000001"]);
    await expect(twice).rejects.toMatchObject({ name: "SerialTwice" });
    await expect(stock(stores[0]!, ["20000001", SERIALS[0]!])).rejects.toThrow("import again");
    await stock(stores[0]!, ["20000001"]);
    expect(await onServer(url, "SELECT serial FROM staged_tokens")).toEqual([]);
  });
});
