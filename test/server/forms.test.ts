import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PASSWORD, TestBank } from "../support/bank.js";
import { Visitor } from "../support/visitor.js";

/** Every form of the pages: where it stands, and who has to be logged in to see it. */
const FORMS = [
  ["/login", undefined],
  ["/stop", undefined],
  ["/registration", "jirodt"],
  ["/transfer", "masuodt"],
  ["/profile", "masuodt"],
  ["/resync", "masuodt"],
  ["/administration/users/unlock", "masuodt"],
  ["/administration/users/revoke", "masuodt"],
  ["/branch/login", undefined],
  ["/branch/new-contract", "staff"],
  ["/branch/contracts/C1/edit", "staff"],
  ["/branch/contracts/C1/users/new", "staff"],
  ["/branch/contracts/C1/payees/new", "staff"],
  ["/branch/users/jirodt", "staff"],
  ["/branch/tokens/10000001", "staff"],
] as const;

const MARKUP = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
const BAD = {
  nothing: "",
  spaces: "   ",
  markup: MARKUP,
  "full-width digits": "１２３４５６７８",
  "very long": "9".repeat(5000),
  "a line break": "12\r\n34",
  "a NUL": "12\u000034",
  "half a character": "\ud800",
  "a right-to-left mark": "12\u202e34",
} as const;

let bank: TestBank;
beforeAll(async () => {
  bank = await TestBank.start(2);
  await bank.contract();
  await bank.holder("masuodt", "割符益男", "10000001", { class: "master" });
  await bank.user("jirodt", "データ二郎");
  await bank.staff();
});
afterAll(() => bank.close());

/** What is kept, but for the audit and what counts wrong entries. */
async function kept(): Promise<unknown> {
  const { store } = bank;
  const book = await store.read({ contracts: ["C1"] });
  const counted = { confirmationFailures: 0, confirmationSuspended: false, codeFailures: 0 };
  const users = book.usersOf("C1").map((user) => ({ ...user, ...counted }));
  const lists = [
    store.listContracts("", 99),
    store.listPayees("C1"),
    store.listTransfers("C1", 99),
  ];
  return [users, book.contract("C1"), await Promise.all(lists)];
}

async function enter(who: string | undefined): Promise<Visitor> {
  const visitor = new Visitor(bank.url);
  // Waiting times after wrong entries are not what this is about.
  bank.now += 86_400_000;
  if (who === "staff") {
    await visitor.send("/branch/login", { id: "madoguchi", password: PASSWORD });
  } else if (who) await visitor.send("/login", { id: who, password: PASSWORD });
  return visitor;
}

describe.each(FORMS)("the form at %s", (path, who) => {
  it.each(Object.entries(BAD))("with %s in its fields changes nothing", async (_name, text) => {
    const visitor = await enter(who);
    const page = await visitor.get(path);
    const main = page.slice(page.indexOf("<main"));
    const action = /<form method="post" action="([^"]+)"/.exec(main)![1]!;
    const names = [...main.matchAll(/<(?:input|select)[^>]* name="(\w+)"/g)].map(
      ([, name]) => name!,
    );
    const fields = names.filter((name) => name !== "formToken");
    expect(fields.length).toBeGreaterThan(0);
    const before = await kept();
    for (const chosen of [fields, ...fields.map((field) => [field])]) {
      const sent = Object.fromEntries(chosen.map((field) => [field, text]));
      const reply = await visitor.send(action, sent, { from: path });
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.status).toBeLessThan(500);
      const told = await reply.text();
      expect(told).not.toContain(MARKUP);
      expect(told).not.toContain("<script");
      expect(told).toContain('role="alert"');
    }
    expect(await kept()).toEqual(before);
  });

  it("with a field sent many times, or unknown ones, changes nothing", async () => {
    const visitor = await enter(who);
    const before = await kept();
    const page = await visitor.get(path);
    const [, formToken = ""] = /name="formToken" value="([^"]+)"/.exec(page) ?? [];
    const action = /<main[^]*<form method="post" action="([^"]+)"/.exec(page)![1]!;
    const many = Array.from({ length: 200 }, (_, index) => ["id", String(index)]);
    const body = new URLSearchParams([["formToken", formToken], ...many, ["__proto__", "x"]]);
    const reply = await visitor.fetch(action, { method: "POST", body });
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    expect(await kept()).toEqual(before);
  });
});
