import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Batcher } from "../../server/batcher.js";
import { Clerk } from "../../server/clerk.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { ExpiryWatch } from "../../server/expiry-watch.js";
import { openVault } from "../../server/open.js";
import { StoreUnavailable } from "../../server/store/store.js";
import { TestBank } from "../support/bank.js";
import { MASTER_KEY, NOW } from "../support/server.js";

const [SERIAL, OTHER] = ["10000001", "10000002"] as const;
const DAY = 86_400_000; // milliseconds
const EXPIRY = NOW + 200 * DAY;

let bank: TestBank;
let watch: ExpiryWatch;
let problems: string[];
beforeEach(async () => {
  bank = await TestBank.start(3, EXPIRY / 1000);
  await bank.contract();
  await bank.holder("masuodt", "割符益男", OTHER, { class: "master" });
  await bank.holder("ichirodt", "データ一郎", SERIAL);
  problems = [];
  const vault = await openVault(bank.store, MASTER_KEY);
  const clerk = new Clerk(new Batcher(bank.store), vault, DEFAULT_POLICY, true);
  watch = new ExpiryWatch(
    clerk,
    () => bank.now,
    (problem) => problems.push(problem),
  );
});
afterEach(() => bank.close());

/** Looks at a time before the expiry; who is mailed, sorted. */
async function told(before: number): Promise<string[]> {
  bank.now = EXPIRY - before;
  await watch.look();
  const mails = await bank.store.claimMails(bank.now, bank.now + 1, 100);
  for (const { id } of mails) await bank.store.mailSent(id);
  return mails.map(({ to, text }) => `${to} ${text.includes("有効期限") ? "expiry" : text}`).sort();
}

const BOTH = ["ichirodt@example.co.jp expiry", "masuodt@example.co.jp expiry"];

describe("rule 55: users are told by mail that their token expires", () => {
  it("when 90, 30 and 7 days are left, once each, and their masters", async () => {
    expect(await told(90 * DAY + 1000)).toEqual([]);
    // Each holder, and the master: who is both, of his own token and of the other's.
    expect(await told(90 * DAY)).toEqual([...BOTH, BOTH[1]].sort());
    expect(await told(60 * DAY)).toEqual([]);
    expect((await told(30 * DAY)).length).toBe(3);
    expect(await told(8 * DAY)).toEqual([]);
    expect((await told(7 * DAY)).length).toBe(3);
    expect(await told(1 * DAY)).toEqual([]);
    expect(await told(0)).toEqual([]);
    const audit = await bank.store.listAudit({ after: 0, limit: 1000, serial: SERIAL });
    const days = audit.filter(({ event }) => event === "notice").map(({ detail }) => detail.days);
    expect(days).toEqual([90, 30, 7]);
  });

  it("who registers late, of the last of these days that has come", async () => {
    bank.now = EXPIRY - 20 * DAY;
    await bank.holder("jirodt", "データ二郎", "10000003");
    const all = await told(19 * DAY);
    expect(all.filter((each) => each.startsWith("jirodt"))).toHaveLength(1);
    expect(await told(18 * DAY)).toEqual([]);
  });

  it("anew with a new token", async () => {
    await told(20 * DAY);
    const book = await bank.store.read({ users: ["ichirodt"] });
    expect(book.user("ichirodt")!.expiryNoticed).toBe(30);
    await bank.bank.branchRevoke(["ichirodt"], { form: "f", staff: "s" }, bank.caller());
    bank.now += 3_600_000;
    await bank.bank.register("ichirodt", "10000003", bank.read("10000003"), bank.caller());
    await bank.lend("ichirodt", "10000003");
    bank.now += 60_000;
    await bank.bank.register("ichirodt", "10000003", bank.read("10000003"), bank.caller());
    expect((await told(19 * DAY)).some((each) => each.startsWith("ichirodt"))).toBe(true);
  });

  it("by a look that ends with its page where the server stops", async () => {
    const [token] = await bank.store.tokensBySerial([SERIAL]);
    let pages = 0;
    bank.store.listExpiring = (_until, _after, limit) => {
      // A bank whose tokens have no end.
      if (++pages === 100) throw new Error("looked on");
      return Promise.resolve(Array.from({ length: limit }, () => token!));
    };
    watch.start();
    await watch.stop();
    expect([pages, problems]).toEqual([1, []]);
  });

  it("by looks that go on while the store cannot be read", async () => {
    const list = bank.store.listExpiring.bind(bank.store);
    bank.store.listExpiring = () => Promise.reject(new StoreUnavailable("down"));
    watch.start();
    await watch.stop();
    expect(problems).toEqual(["StoreUnavailable"]);
    bank.store.listExpiring = list;
    expect((await told(7 * DAY)).length).toBe(3);
  });
});
