import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Transfer } from "../../../server/core/book.js";
import { japanDate } from "../../../server/core/japan.js";
import { dailyLimit, transfer, type TransferAnswer } from "../../../server/core/transfer.js";
import { contractOf, CoreBank, holder, NOON, tokenOf, userOf } from "../../support/core-bank.js";

const SERIAL = "12345678";
const DAY = 86_400;
const PAYEE = { bank: "見本銀行", branch: "本店", account: "普通 1234567", name: "カ)ミホン" };

/** One contract asks for codes, up to 500,000 yen a day; the other does not. */
const bankOf = () =>
  new CoreBank(
    contractOf("C1", { dailyLimit: 500_000 }),
    contractOf("C2", { otpFrom: undefined }),
    holder("ichiro", SERIAL),
    holder("jiro", SERIAL),
    userOf("saburo", { contract: "C2" }),
    tokenOf(SERIAL),
    { id: "P1", contract: "C1", ...PAYEE },
    { id: "P2", contract: "C2", ...PAYEE },
  );

const order = fc.record({
  id: fc.constantFrom("T1", "T2", "T3", "T4", "T5", "T6"),
  user: fc.constantFrom("ichiro", "jiro", "saburo"),
  payee: fc.constantFrom("P1", "P2", PAYEE),
  amount: fc.oneof(fc.integer({ min: 1, max: 300_000 }), fc.constantFrom(200_000, 500_000)),
  days: fc.integer({ min: -1, max: 31 }).map((days) => (days > 1 && days < 30 ? 0 : days)),
  confirmed: fc.integer({ min: 0, max: 9 }).map((chance) => chance > 0),
  code: fc.constantFrom("right", "right", "wrong", undefined),
  wait: fc.constantFrom(0, 60, 120),
});
type Order = typeof order extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** Has orders sent one after the other, and each answer judged with what was booked before. */
function judge(
  verdict: (seen: {
    bank: CoreBank;
    asked: Order & { date: string };
    answer: TransferAnswer;
    booked: readonly Transfer[];
  }) => void,
): void {
  fc.assert(
    fc.property(fc.array(order, { maxLength: 15 }), (orders) => {
      const bank = bankOf();
      const booked: Transfer[] = [];
      for (const { wait, ...asked } of orders) {
        bank.now += wait;
        const date = japanDate(bank.now + asked.days * DAY);
        const code =
          asked.code && (asked.code === "right" ? bank.code(SERIAL) : bank.wrong(SERIAL));
        const answer = bank.act((book, rules) => transfer(book, rules, { ...asked, date, code }));
        verdict({ bank, asked: { ...asked, wait, date }, answer, booked });
        booked.push(...bank.changes!.transfers);
      }
    }),
  );
}

describe("transfers, in whatever order they are sent", () => {
  it("rules 30, 31: never come to more on one day than the contract's limit", () => {
    judge(({ bank, answer, booked }) => {
      if (!answer.booked) return;
      const { contract, date } = answer.transfer;
      const limit = contract === "C1" ? 500_000 : 200_000;
      expect(dailyLimit(bank.book(), bank.rules(), contract)).toBe(limit);
      const all = new Map([...booked, answer.transfer].map((each) => [each.id, each]));
      const sum = [...all.values()]
        .filter((each) => each.contract === contract && each.date === date)
        .reduce((total, { amount }) => total + amount, 0);
      expect(sum).toBeLessThanOrEqual(limit);
    });
  });

  it("rules 25, 26: need a code only to a payee entered now, where the contract has tokens", () => {
    judge(({ bank, asked, answer }) => {
      const needs = asked.user !== "saburo" && typeof asked.payee !== "string";
      const said = bank.said();
      if (!needs) expect(said.filter((line) => line.startsWith("verify"))).toEqual([]);
      if (bank.changes!.transfers.length === 0) return;
      expect(answer.booked).toBe(true);
      expect(said).toEqual([...(needs ? ["verify accepted"] : []), "transfer booked"]);
      if (needs) expect(asked.code).toBe("right");
    });
  });

  it("rule 32: are booked once, as they were confirmed, within 30 days, by who confirmed them", () => {
    judge(({ bank, asked, answer, booked }) => {
      const known = booked.find(({ id }) => id === asked.id);
      if (known) expect(bank.changes!.transfers).toEqual([]);
      if (!answer.booked) return;
      expect(asked.confirmed).toBe(true);
      const { id, user, amount, date } = asked;
      expect(answer.transfer).toMatchObject({ id, user, amount, date, payee: PAYEE });
      if (known) expect(answer.transfer).toEqual(known);
      else expect(date >= japanDate(bank.now) && date <= japanDate(bank.now + 30 * DAY)).toBe(true);
    });
  });

  it("rule 27: go to no payee of another contract's", () => {
    judge(({ asked, answer }) => {
      const own = asked.user === "saburo" ? "P2" : "P1";
      if (typeof asked.payee === "string" && asked.payee !== own) expect(answer.booked).toBe(false);
    });
  });

  it("a refused one has booked nothing and says why", () => {
    judge(({ bank, answer }) => {
      if (answer.booked) return;
      expect(bank.changes!.transfers).toEqual([]);
      expect(bank.said().at(-1)).toBe(`transfer ${answer.reason}`);
      expect(bank.now).toBeGreaterThanOrEqual(NOON);
    });
  });
});
