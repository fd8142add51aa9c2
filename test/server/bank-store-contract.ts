import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Book } from "../../server/core/book.js";
import { japanDate } from "../../server/core/japan.js";
import { transfer } from "../../server/core/transfer.js";
import type { About, Store, Counted } from "../../server/store/store.js";
import { contractOf, CoreBank, NOON, userOf } from "../support/core-bank.js";
import { stock } from "../support/counting.js";
import type { StoreFixture } from "./store-contract.js";

const SESSION = { id: Buffer.alloc(32, 1), owner: { user: "a" }, createdAt: 1000 };

/** What every store keeps of the bank: contracts, users, transfers, sessions, attempts and mails. */
export function bankStoreContract(name: string, open: () => Promise<StoreFixture>): void {
  describe(`the bank in the store: ${name}`, () => {
    let fixture: StoreFixture;
    let store: Store;
    beforeEach(async () => {
      fixture = await open();
      ({ store } = fixture);
    });
    afterEach(async () => {
      await store.close();
    });

    const write = async (about: About, change: (book: Book) => void) => {
      const [outcome] = await store.decide([{ about, decide: change }]);
      expect(outcome).toMatchObject({ ok: true });
    };
    const enrol = (...ids: string[]) =>
      write({ contracts: ["C1"] }, (book) => {
        book.setContract(contractOf("C1"));
        for (const id of ids) book.setUser(userOf(id));
      });

    it("opens tokens alone, without the contracts they belong to", async () => {
      await enrol("a");
      await stock(store, ["10000001", "10000002"]);
      await write({ contracts: ["C1"], serials: ["10000001"] }, (book) => {
        book.setContract(contractOf("C2"));
        book.setToken("10000001", { ...book.token("10000001")!, contract: "C2" });
      });
      const book = await store.read({ users: ["a"], tokens: ["10000001", "99999999"] });
      expect(book.token("10000001")).toMatchObject({ contract: "C2" });
      expect(book.token("10000002")).toBeUndefined();
      expect(book.contract("C1")).toBeDefined();
      expect(book.contract("C2")).toBeUndefined();
      await write({ users: ["a"], tokens: ["10000001"] }, (locked) => {
        locked.setToken("10000001", { ...locked.token("10000001")!, failures: 2 });
      });
      expect(await store.tokensBySerial(["10000001"])).toMatchObject([{ failures: 2 }]);
    });

    it("keeps contracts, users, payees and transfers as they were written", async () => {
      const user = userOf("a", {
        ...{ holding: "revoked", serial: "12345678", availableAt: 5, refusedSerials: ["1", "2"] },
        ...{ codeFailures: 2, codeSuspended: true, stopped: true, lastLogin: 7, previousLogin: 6 },
      });
      const payee = { id: "P", contract: "C1", bank: "b", branch: "br", account: "1", name: "n" };
      const to = {
        bank: payee.bank,
        branch: payee.branch,
        account: payee.account,
        name: payee.name,
      };
      const transfer = {
        ...{ id: "T", contract: "C1", user: "a", payee: to, registered: true, amount: 9 },
        ...{ date: "2026-11-24", at: 8 },
      };
      await enrol("b");
      await write({ contracts: ["C1"] }, (book) => {
        book.setContract(contractOf("C1", { otpFrom: undefined, dailyLimit: 3 }));
        book.setUser(user);
        book.setPayee(payee);
        book.book(transfer);
      });
      const about = { users: ["b"], payee: "P", transfer: "T", transferDate: "2026-11-24" };
      const book = await store.read(about);
      expect(book.contract("C1")).toEqual(contractOf("C1", { otpFrom: undefined, dailyLimit: 3 }));
      expect(book.usersOf("C1")).toEqual([user, userOf("b")]);
      expect(book.payee("P")).toEqual(payee);
      expect(book.transfer("T")).toEqual(transfer);
      expect(book.bookedOn("C1", "2026-11-24")).toBe(9);
      expect(await store.listTransfers("C1", 10)).toEqual([transfer]);
      expect(await store.listPayees("C1")).toEqual([payee]);
      expect(await store.listContracts("", 10)).toEqual([{ id: "C1", name: "C1株式会社" }]);
    });

    it("knows a transfer again that is sent twice under its id", async () => {
      await write({ contracts: ["C1"] }, (book) => {
        book.setContract(contractOf("C1", { otpFrom: undefined }));
        book.setUser(userOf("a"));
      });
      const order = {
        ...{ id: "T", user: "a", amount: 9, date: japanDate(NOON) },
        ...{ payee: { name: "n", bank: "b", account: "1", branch: "br" } },
        ...{ confirmed: true, code: undefined },
      };
      const about = { users: ["a"], transfer: "T", transferDate: order.date };
      const decide = (book: Book) => transfer(book, new CoreBank().rules(), order);
      for (let sent = 0; sent < 2; sent++) {
        const [outcome] = await store.decide([{ about, decide }]);
        expect(outcome).toMatchObject({ ok: true, answer: { booked: true } });
      }
      expect(await store.listTransfers("C1", 10)).toHaveLength(1);
    });

    it("holds a session while it is used, and ends it for good", async () => {
      await enrol("a");
      const open = () =>
        write({ users: ["a"] }, (book) => {
          book.openSession(SESSION);
        });
      await open();
      expect(await store.session(SESSION.id, 1100)).toEqual(SESSION);
      expect(await store.session(SESSION.id, 1100 + 900)).toEqual(SESSION);
      expect(await store.session(SESSION.id, 1100 + 900 + 901)).toBeUndefined();
      expect(await store.session(SESSION.id, 1100)).toBeUndefined();
      await open();
      await store.endSession(SESSION.id);
      expect(await store.session(SESSION.id, 1100)).toBeUndefined();
      await open();
      await write({ users: ["a"] }, (book) => {
        book.endSessions({ user: "a" });
      });
      expect(await store.session(SESSION.id, 1100)).toBeUndefined();
    });

    it("ends a session after eight hours, however busy", async () => {
      await enrol("a");
      await write({ users: ["a"] }, (book) => {
        book.openSession(SESSION);
      });
      for (let now = 1000; now <= 1000 + 8 * 3600; now += 600) {
        expect(await store.session(SESSION.id, now)).toEqual(SESSION);
      }
      expect(await store.session(SESSION.id, 1001 + 8 * 3600)).toBeUndefined();
    });

    it("changes what is counted of attempts in one step, and forgets it after a day", async () => {
      const seen: (readonly Counted[])[] = [];
      const change = (keys: string[], at: number, next?: readonly Counted[]) =>
        store.changeAttempts(keys, at, (before) => {
          seen.push(before);
          return next;
        });
      const [one, two] = [
        { failures: 1, lastAt: 1000 },
        { failures: 2, lastAt: 2000 },
      ];
      await change(["a", "b"], 1000, [one, two]);
      await change(["b", "a", "c"], 2000);
      expect(seen[1]).toEqual([two, one, { failures: 0, lastAt: 0 }]);
      await change(["a"], 3000, [{ failures: 0, lastAt: 3000 }]);
      await change(["a", "b"], 2000 + 86_400_000);
      expect(seen[3]).toEqual([{ failures: 0, lastAt: 0 }, two]);
      await change(["b"], 2001 + 86_400_000);
      expect(seen[4]).toEqual([{ failures: 0, lastAt: 0 }]);
    });

    it("lists the newest audit rows of a contract first", async () => {
      await enrol("a");
      for (const event of ["one", "two", "three"]) {
        await write({ users: ["a"] }, (book) => {
          const caller = { actor: "test", source: undefined, at: 0 };
          book.record(caller, event, "done", { user: book.user("a") });
          book.record(caller, `other ${event}`, "done", {}, { contract: "C2" });
        });
      }
      const list = (after: number, limit: number) =>
        store.listAudit({ after, limit, contract: "C1", newestFirst: true });
      const [newest, before] = await list(0, 2);
      expect([newest!.event, before!.event]).toEqual(["three", "two"]);
      expect((await list(before!.id, 2)).map(({ event }) => event)).toEqual(["one"]);
    });
  });
}
