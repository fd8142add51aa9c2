import { createHash, generateKeyPairSync } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { provableAudit } from "../../server/audit-export.js";
import { decodeAuditLine, encodeAuditLine, proofOf } from "../../server/audit-file.js";
import { signAudit } from "../../server/audit-signer.js";
import { auditText, CHAIN_START, type AuditEntry } from "../../server/core/audit.js";
import { AuditReader } from "../../server/core/audit-proof.js";
import { clockOfUnknownHistory } from "../../server/core/clock/prior.js";
import { stateOf } from "../../server/core/decision.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import type { TokenState } from "../../server/core/token.js";
import { contractOf, userOf } from "../support/core-bank.js";
import type { About, NewToken, Store, Work } from "../../server/store/store.js";

const AT = 1_795_000_000_000;
const CLOCK = clockOfUnknownHistory(2, AT / 1000, DEFAULT_POLICY.clock);

export function newToken(serial: string): NewToken {
  return {
    serial,
    algorithm: 1,
    sealedSeed: Buffer.from(`sealed ${serial}`),
    start: 1000,
    expiry: undefined,
    clock: CLOCK,
  };
}

function entry(event: string, serial?: string): AuditEntry {
  const detail = { form: "A-1", count: 3 };
  return { at: AT, event, result: "done", serial, actor: "test", source: "127.0.0.1", detail };
}

/** Tokens one a batch. */
async function* batchesOf(serials: readonly string[]): AsyncGenerator<NewToken[]> {
  for (const serial of serials) yield await Promise.resolve([newToken(serial)]);
}

async function* one(batch: NewToken[]): AsyncGenerator<NewToken[]> {
  yield await Promise.resolve(batch);
}

const CALLER = { actor: "test", source: undefined, at: 0 };

/** A work that counts one failure on a token and answers with the count. */
function countOn(serial: string): Work<number> {
  return {
    about: { serials: [serial] },
    decide: (book) => {
      const token = book.token(serial)!;
      const failures = token.failures + 1;
      book.setToken(serial, { ...stateOf(token), failures });
      book.record(CALLER, "count", "counted", { serial });
      return failures;
    },
  };
}

/** A store that is empty, and the same one opened again, by another process as it were. */
export interface StoreFixture {
  store: Store;
  readonly again: () => Promise<Store>;
  /** Runs a statement past the store. */
  readonly raw: (sql: string) => Promise<unknown>;
}

/** What every store does, whatever keeps its rows. */
export function storeContract(name: string, open: () => Promise<StoreFixture>): void {
  describe(`the store contract: ${name}`, () => {
    let fixture: StoreFixture | undefined;
    const fresh = async (...serials: string[]): Promise<Store> => {
      fixture = await open();
      await fixture.store.importTokens(batchesOf(serials), () => entry("import"));
      return fixture.store;
    };
    afterEach(async () => {
      await fixture?.store.close();
      fixture = undefined;
    });

    it("keeps tokens and lists them by serial", async () => {
      const store = await fresh("20000002", "10000001", "30000003");
      expect(await store.tokensBySerial(["10000001", "99999999"])).toEqual([
        {
          serial: "10000001",
          algorithm: 1,
          sealedSeed: Buffer.from("sealed 10000001"),
          dataKey: 0,
          start: 1000,
          expiry: undefined,
          status: "usable",
          suspended: false,
          failures: 0,
          lastStep: -1,
          clock: CLOCK,
        },
        undefined,
      ]);
      const serials = async (after: string, limit: number) =>
        (await store.listTokens(after, limit)).map((token) => token.serial);
      expect(await serials("", 2)).toEqual(["10000001", "20000002"]);
      expect(await serials("20000002", 2)).toEqual(["30000003"]);
    });

    it("imports all tokens or none", async () => {
      const store = await fresh("10000001");
      const twice = store.importTokens(batchesOf(["10000002", "10000003", "10000002"]), () =>
        entry("x"),
      );
      await expect(twice).rejects.toMatchObject({ name: "SerialTwice", serial: "10000002" });
      await expect(
        store.importTokens(batchesOf(["10000004", "10000001"]), () => entry("x")),
      ).rejects.toMatchObject({
        name: "StoreUnavailable",
        message: "a token of this import was imported meanwhile: import again",
      });
      await store.importTokens(batchesOf(["10000005"]), () => undefined);
      const found = await store.tokensBySerial(["10000002", "10000003", "10000004", "10000005"]);
      expect(found).toEqual([undefined, undefined, undefined, undefined]);
      await store.importTokens(batchesOf(["10000002", "10000003"]), () => entry("again"));
      expect((await store.listTokens("", 9)).map(({ serial }) => serial)).toEqual([
        "10000001",
        "10000002",
        "10000003",
      ]);
    });

    it("counts tokens by how they stand, the gravest first", async () => {
      const serials = Array.from({ length: 9 }, (_, index) => String(10000001 + index));
      const store = await fresh(...serials);
      const dated = { ...newToken("20000001"), expiry: 5000 };
      await store.importTokens(one([dated]), () => entry("import"));
      const set = (serial: string, changes: Partial<TokenState>): Work<void> => ({
        about: { serials: [serial] },
        decide: (book) => {
          book.setToken(serial, { ...stateOf(book.token(serial)!), ...changes });
        },
      });
      await store.decide([
        set(serials[0]!, { suspended: true }),
        set(serials[1]!, { suspended: true, status: "revoked" }),
        set(serials[2]!, { status: "lost" }),
        set(serials[3]!, { status: "faulty" }),
        set(serials[4]!, { status: "faulty" }),
      ]);
      const counts = { usable: 5, suspended: 1, expired: 0, revoked: 1, lost: 1, faulty: 2 };
      expect(await store.countTokens(4999)).toEqual(counts);
      expect(await store.countTokens(5000)).toEqual({ ...counts, usable: 4, expired: 1 });
      await store.decide([set("20000001", { suspended: true })]);
      expect(await store.countTokens(5000)).toEqual({ ...counts, usable: 4, suspended: 2 });
    });

    it("counts no tokens where there are none", async () => {
      const none = { usable: 0, suspended: 0, expired: 0, revoked: 0, lost: 0, faulty: 0 };
      expect(await (await fresh()).countTokens(0)).toEqual(none);
    });

    it("answers a ping, and changes nothing by it", async () => {
      const store = await fresh("10000001");
      const [tokens, audit] = [
        await store.listTokens("", 9),
        await store.listAudit({ after: 0, limit: 9 }),
      ];
      await store.ping();
      expect(await store.listTokens("", 9)).toEqual(tokens);
      expect(await store.listAudit({ after: 0, limit: 9 })).toEqual(audit);
    });

    it("decides in order, each work on what the one before left", async () => {
      const store = await fresh("10000001", "10000002");
      const outcomes = await store.decide([
        countOn("10000001"),
        countOn("10000002"),
        countOn("10000001"),
      ]);
      expect(outcomes).toEqual([1, 1, 2].map((answer) => ({ ok: true, answer })));
      const [token] = await store.tokensBySerial(["10000001"]);
      expect(token?.failures).toBe(2);
    });

    it("undoes a failing work alone", async () => {
      const store = await fresh("10000001");
      const failing: Work<number> = {
        about: { serials: ["10000001"] },
        decide: () => {
          throw new Error("rule failed");
        },
      };
      const outcomes = await store.decide([countOn("10000001"), failing, countOn("10000001")]);
      expect(outcomes.map((outcome) => (outcome.ok ? outcome.answer : "failed"))).toEqual([
        1,
        "failed",
        2,
      ]);
      expect(await store.listAudit({ after: 0, limit: 10, serial: "10000001" })).toHaveLength(2);
    });

    it("fails alone a work whose rows the schema refuses", async () => {
      const store = await fresh("10000001");
      const nobodys: Work<number> = {
        about: { contracts: ["C1"] },
        decide: (book) => {
          book.setUser({ ...userOf("a"), contract: "no such contract" });
          book.record(CALLER, "user", "kept");
          return 0;
        },
      };
      const outcomes = await store.decide([countOn("10000001"), nobodys, countOn("10000001")]);
      expect(outcomes.map((outcome) => (outcome.ok ? outcome.answer : "failed"))).toEqual([
        1,
        "failed",
        2,
      ]);
      const rows = await store.listAudit({ after: 0, limit: 10 });
      expect(rows.map(({ event }) => event)).toEqual(["import", "count", "count"]);
    });

    it("makes a decision again over the whole book where a narrow one is not enough", async () => {
      const store = await fresh("10000001");
      await store.decide([
        {
          about: { contracts: ["C1"], serials: ["10000001"] },
          decide: (book) => {
            book.setContract(contractOf("C1"));
            book.setUser(userOf("a", { holding: "registered", serial: "10000001" }));
            book.setToken("10000001", { ...book.token("10000001")!, contract: "C1" });
          },
        },
      ]);
      const holders = (about: About): Work<string[]> => ({
        about: { ...about, narrow: true },
        decide: (book) => book.holders("10000001").map(({ id }) => id),
      });
      const works = [holders({ serials: ["10000001"] }), holders({ users: ["a"] })];
      const outcomes = await store.decide(works);
      expect(outcomes).toEqual([
        { ok: true, answer: ["a"] },
        { ok: true, answer: ["a"] },
      ]);
    });

    it("gives a work several tokens, unknown ones as undefined", async () => {
      const store = await fresh("10000001");
      const [outcome] = await store.decide([
        {
          about: { serials: ["10000001", "88888888"] },
          decide: (book) => ["10000001", "88888888"].map((serial) => book.token(serial)?.serial),
        },
      ]);
      expect(outcome).toEqual({ ok: true, answer: ["10000001", undefined] });
    });

    it("is durable: what was answered is there when the store is opened again", async () => {
      const store = await fresh("10000001");
      await store.decide([countOn("10000001")]);
      await store.close();
      fixture!.store = await fixture!.again();
      const [token] = await fixture!.store.tokensBySerial(["10000001"]);
      expect(token?.failures).toBe(1);
    });

    it("lets two processes decide on one token without losing a count", async () => {
      const store = await fresh("10000001");
      const other = await fixture!.again();
      const counts: number[] = [];
      for (let round = 0; round < 20; round++) {
        const both = [store, other].map((each) => each.decide([countOn("10000001")]));
        for (const [outcome] of await Promise.all(both)) {
          if (outcome?.ok) counts.push(outcome.answer);
        }
      }
      await other.close();
      expect([...counts].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 40 }, (_, i) => i + 1),
      );
    });

    it("chains each process's audit rows by hash, without a gap", async () => {
      const store = await fresh("10000001");
      const other = await fixture!.again();
      await store.decide([countOn("10000001"), countOn("10000001")]);
      await expect(
        store.importTokens(batchesOf(["10000001"]), () => entry("lost")),
      ).rejects.toThrow();
      await other.decide([countOn("10000001")]);
      await store.decide([countOn("10000001")]);
      await other.close();
      const rows = await store.listAudit({ after: 0, limit: 100 });
      expect(rows.map(({ event }) => event)).toEqual([
        "import",
        "count",
        "count",
        "count",
        "count",
      ]);
      const writers = new Set(rows.map(({ writer }) => writer));
      expect(writers.size).toBe(2);
      for (const writer of writers) {
        let before: Uint8Array = CHAIN_START;
        rows
          .filter((row) => row.writer === writer)
          .forEach((row, index) => {
            expect(row.sequence).toBe(index + 1);
            const hash = createHash("sha256").update(before).update(auditText(row)).digest();
            expect(Buffer.from(row.hash)).toEqual(hash);
            before = row.hash;
          });
      }
      expect(rows[0]).toMatchObject({
        at: AT,
        source: "127.0.0.1",
        detail: { form: "A-1", count: 3 },
      });
    });

    it("joins the chains in signed checkpoints that prove an export", async () => {
      const { privateKey, publicKey } = generateKeyPairSync("ed25519");
      const store = await fresh("10000001");
      const other = await fixture!.again();
      const proved = async (from: number): Promise<number> => {
        const reader = new AuditReader(proofOf(publicKey));
        for await (const line of provableAudit(store, from, Infinity)) {
          reader.take(decodeAuditLine(encodeAuditLine(line)));
        }
        reader.end();
        return reader.rows;
      };
      await store.decide([countOn("10000001"), countOn("10000001")]);
      await other.decide([countOn("10000001")]);
      expect(await signAudit(store, privateKey, AT)).toMatchObject({ number: 1, at: AT });
      expect(await signAudit(other, privateKey, AT)).toBeUndefined();
      await other.decide([countOn("10000001")]);
      const second = await signAudit(other, privateKey, AT + 1);
      expect(second).toMatchObject({ number: 2, heads: [{ sequence: 2 }] });
      await other.close();
      expect((await store.auditCheckpoints(1, 9)).map(({ number }) => number)).toEqual([2]);
      const { writer } = second!.heads[0]!;
      const rows = await store.auditOf(writer, 1, 9);
      expect(rows.map(({ sequence }) => sequence)).toEqual([2]);
      expect(await proved(0)).toBe(5);
      expect(await proved(AT + 1)).toBe(1);
    });

    it("pages through the audit, also by serial", async () => {
      const store = await fresh("10000001", "10000002");
      await store.decide([countOn("10000001"), countOn("10000002"), countOn("10000001")]);
      const first = await store.listAudit({ after: 0, limit: 2 });
      expect(first).toHaveLength(2);
      expect(await store.listAudit({ after: first[1]!.id, limit: 10 })).toHaveLength(2);
      const own = await store.listAudit({ after: 0, limit: 10, serial: "10000001" });
      expect(own.map(({ serial }) => serial)).toEqual(["10000001", "10000001"]);
    });

    it("finds a serial's rows among thousands of others", async () => {
      const store = await fresh("10000001", "10000002");
      const others = Array.from({ length: 4200 }, () => countOn("10000002"));
      await store.decide([countOn("10000001"), ...others, countOn("10000001")]);
      const counts = async (newestFirst: boolean, after = 0) => {
        const rows = await store.listAudit({ after, limit: 9, serial: "10000001", newestFirst });
        return rows.map(({ id }) => id);
      };
      const [first, last] = await counts(false);
      expect(last! - first!).toBe(4201);
      expect(await counts(true)).toEqual([last, first]);
      expect(await counts(true, last)).toEqual([first]);
      expect(await counts(false, first)).toEqual([last]);
    });

    it("keeps API keys until they are revoked", async () => {
      const store = await fresh();
      const key = {
        id: "k1",
        scope: "verify" as const,
        hash: Buffer.alloc(32, 1),
        createdAt: AT,
        revokedAt: undefined,
      };
      await store.addApiKey(key, entry("apikey_create"));
      expect(await store.apiKey("k1")).toEqual(key);
      expect(await store.apiKey("k2")).toBeUndefined();
      expect(await store.revokeApiKey("k1", AT + 1, entry("apikey_revoke"))).toBe(true);
      expect(await store.revokeApiKey("k1", AT + 2, entry("apikey_revoke"))).toBe(false);
      expect(await store.listApiKeys()).toEqual([{ ...key, revokedAt: AT + 1 }]);
      const events = (await store.listAudit({ after: 0, limit: 10 })).map(({ event }) => event);
      expect(events).toEqual(["import", "apikey_create", "apikey_revoke"]);
    });

    it("can be read and written", async () => {
      const store = await fresh();
      await store.ping();
    });
  });
}
