import { describe, expect, it } from "vitest";
import { Book, NotRead, type Pages, type Transfer } from "../../server/core/book.js";
import { contractOf, holder, NOON, tokenOf, userOf } from "../support/core-bank.js";

const CALLER = { actor: "K1", source: "192.0.2.1", at: NOON * 1000 };
const PAYEE = { bank: "見本銀行", branch: "本店", account: "普通 1234567", name: "カ)ミホン" };
const SERIAL = "12345678";
const transferOf = (id: string, changes: Partial<Transfer> = {}): Transfer => ({
  ...{ id, contract: "C1", user: "b", payee: PAYEE, registered: false, amount: 5 },
  ...{ date: "2026-11-24", at: NOON, ...changes },
});

const PAGES: Pages = {
  tokens: [tokenOf(SERIAL)],
  users: [
    userOf("b", { holding: "issued", serial: SERIAL }),
    userOf("c", { contract: "C2" }),
    holder("a", SERIAL),
    holder("d", "99999999"),
  ],
  contracts: [contractOf("C1"), contractOf("C2")],
  payees: [{ id: "P1", contract: "C1", ...PAYEE }],
  transfers: [
    transferOf("T1"),
    transferOf("T2", { amount: 7 }),
    transferOf("T3", { date: "2026-11-25" }),
    transferOf("T4", { contract: "C2" }),
  ],
  staff: [{ id: "s1", name: "店員", passwordHash: "", ended: false }],
};
const bookOf = (changes: Partial<Pages> = {}): Book => new Book({ ...PAGES, ...changes });
const idsOf = (things: readonly { readonly id: string }[]) => things.map(({ id }) => id);

describe("the book of a decision", () => {
  it("has what stands in its pages, and no more", () => {
    const book = bookOf();
    expect(book.token(SERIAL)?.serial).toBe(SERIAL);
    expect([book.token("1"), book.token(undefined)]).toEqual([undefined, undefined]);
    expect(book.user("a")?.id).toBe("a");
    expect(book.contract("C2")?.id).toBe("C2");
    expect(book.payee("P1")).toEqual({ id: "P1", contract: "C1", ...PAYEE });
    expect([book.transfer("T2")?.amount, book.transfer("T9")]).toEqual([7, undefined]);
    expect([book.staff("s1")?.id, book.staff("s2")]).toEqual(["s1", undefined]);
  });

  it("has a contract's users in the order of their login IDs, whatever theirs in the pages", () => {
    expect(idsOf(bookOf().usersOf("C1"))).toEqual(["a", "b", "d"]);
    expect(idsOf(bookOf().everyone()).sort()).toEqual(["a", "b", "c", "d"]);
  });

  it("has for a token's holders who has registered it, not to whom it was lent", () => {
    expect(idsOf(bookOf().holders(SERIAL))).toEqual(["a"]);
  });

  it("adds up what a contract has booked for a day, this decision's too", () => {
    const book = bookOf();
    expect(book.bookedOn("C1", "2026-11-24")).toBe(12);
    expect(book.bookedOn("C1", "2026-11-26")).toBe(0);
    book.book(transferOf("T5", { amount: 100 }));
    expect(book.bookedOn("C1", "2026-11-24")).toBe(112);
    expect(idsOf(book.changes.transfers)).toEqual(["T5"]);
  });

  it("reads what the decision wrote before, and keeps it as a change", () => {
    const book = bookOf();
    const { failures, suspended, ...rest } = tokenOf(SERIAL);
    book.setToken(SERIAL, { ...rest, failures: failures + 2, suspended });
    expect(book.token(SERIAL)).toEqual({ ...tokenOf(SERIAL), failures: 2 });
    // The state alone: neither seed nor serial is there to be written.
    const { status, lastStep, clock, contract } = rest;
    const state = { status, suspended, failures: 2, lastStep, clock, contract };
    expect([...book.changes.tokens]).toEqual([[SERIAL, state]]);
    book.setUser(userOf("a", { stopped: true }));
    expect(book.user("a")!.stopped).toBe(true);
    book.setContract(contractOf("C1", { dailyLimit: 1 }));
    expect(book.contract("C1")!.dailyLimit).toBe(1);
    book.setPayee({ ...book.payee("P1")!, name: "カ)ベツ" });
    expect(book.payee("P1")!.name).toBe("カ)ベツ");
    book.setStaff({ ...book.staff("s1")!, ended: true });
    expect(book.staff("s1")!.ended).toBe(true);
    const { users, contracts, payees, staff } = book.changes;
    const changed = [users, contracts, payees, staff].map((things) => [...things.keys()]);
    expect(changed).toEqual([["a"], ["C1"], ["P1"], ["s1"]]);
  });

  it("that was opened without contracts gives none of their users either", () => {
    const narrow = bookOf({ narrow: true });
    expect(narrow.token(SERIAL)).toBeDefined();
    expect(narrow.user("a")).toBeDefined();
    for (const read of [
      () => narrow.contract("C1"),
      () => narrow.usersOf("C1"),
      () => narrow.everyone(),
      () => narrow.holders(SERIAL),
    ]) {
      expect(read).toThrow(NotRead);
    }
    expect(new NotRead().name).toBe("NotRead");
    expect(bookOf({ narrow: false }).everyone()).toHaveLength(4);
  });
});

describe("what it says in the audit", () => {
  const lineOf = (
    ...about: Parameters<Book["record"]> extends [unknown, ...infer Rest] ? Rest : never
  ) => {
    const book = bookOf();
    book.record(CALLER, ...about);
    return book.changes.audit;
  };

  it("has who, from where and when, whom with his contract, and the act's own detail", () => {
    const user = userOf("c", { contract: "C2" });
    expect(lineOf("verify", "accepted", { serial: SERIAL, user }, { count: 1 })).toEqual([
      {
        ...{ at: NOON * 1000, event: "verify", result: "accepted", serial: SERIAL, actor: "K1" },
        ...{ source: "192.0.2.1", detail: { user: "c", contract: "C2", count: 1 } },
      },
    ]);
  });

  it("has the contract of a token that nobody is named of, and none where there is none", () => {
    expect(lineOf("token", "lost", { serial: SERIAL })[0]!.detail).toEqual({ contract: "C1" });
    expect(lineOf("token", "lost", { serial: "1" })[0]!.detail).toEqual({});
    expect(lineOf("mail", "off")[0]!.detail).toEqual({});
  });
});
