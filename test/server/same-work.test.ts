import type Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as hashes from "../../server/hashes.js";
import { issueApiKey } from "../../server/api-keys.js";
import { Sessions } from "../../server/sessions.js";
import { StoreWatch } from "../../server/store-watch.js";
import { Vault } from "../../server/vault.js";
import { openConnection } from "../../server/store/sqlite-driver.js";
import { PASSWORD, TestBank } from "../support/bank.js";

/** What is done for a request: what an observer with a clock could tell serials and users apart by. */
const work = { seedsOpened: 0, hashes: 0, reads: 0 };

vi.mock("../../server/hashes.js", async (original) => {
  const { nodeHash, ...others } = await original<typeof hashes>();
  return {
    ...others,
    nodeHash: (algorithm: number) => {
      const hash = nodeHash(algorithm);
      return { ...hash, digest: (message: Uint8Array) => (work.hashes++, hash.digest(message)) };
    },
  };
});

const db = openConnection(":memory:");
const statements = Object.getPrototypeOf(db.prepare("SELECT 1")) as Database.Statement;
db.close();
const [prototypes, methods] = [
  { vault: Vault.prototype, statements },
  // eslint-disable-next-line @typescript-eslint/unbound-method -- bound again by who calls them
  { open: Vault.prototype.open, get: statements.get, all: statements.all },
];
prototypes.vault.open = counting("seedsOpened", methods.open);
prototypes.statements.get = counting("reads", methods.get);
prototypes.statements.all = counting("reads", methods.all);

/** The same, counted. */
function counting<This, Args extends unknown[], Result>(
  what: keyof typeof work,
  act: (this: This, ...args: Args) => Result,
) {
  return function (this: This, ...args: Args): Result {
    work[what]++;
    return act.apply(this, args);
  };
}

const HELD = "10000001";
const STOCK = "10000002";
const ELSEWHERE = "10000003";
const OURS = "10000004";
const UNKNOWN = "99999999";

let bank: TestBank;
beforeEach(async () => {
  // Its looks, every five seconds, would be counted as reads of whatever is asked meanwhile.
  vi.spyOn(StoreWatch.prototype, "start").mockReturnValue();
  bank = await TestBank.start(4);
  await bank.contract();
  await bank.contract({ id: "C2" });
  for (const id of ["other1", "other2", "other3"]) await bank.user(id, "他社", { contract: "C2" });
  await bank.lend("other1", ELSEWHERE);
  await bank.holder("ichirodt", "データ一郎", HELD);
  await bank.user("jirodt", "データ二郎");
  await bank.lend("jirodt", OURS);
});
afterEach(() => bank.close());

/** What an act costs. */
async function costOf(act: () => Promise<unknown>): Promise<typeof work> {
  const before = { ...work };
  await act();
  return {
    seedsOpened: work.seedsOpened - before.seedsOpened,
    hashes: work.hashes - before.hashes,
    reads: work.reads - before.reads,
  };
}

describe("the work is the same, counted in seeds opened, hashes and reads of the store,", () => {
  it("for a known and an unknown serial or user at /v1/verify", async () => {
    const { key } = await issueApiKey(bank.store, "verify", {
      actor: "test",
      source: undefined,
      at: bank.now,
    });
    const headers = { authorization: `Bearer ${key}` };
    const verify = (about: object) => async () => {
      const payload = { ...about, code: bank.wrong(HELD) };
      const reply = await bank.app.inject({ method: "POST", url: "/v1/verify", headers, payload });
      expect(reply.json()).toEqual({ accepted: false, reason: "wrong_code" });
    };
    const known = await costOf(verify({ serial: HELD }));
    expect(known).toMatchObject({ seedsOpened: 1 });
    expect(known.hashes).toBeGreaterThanOrEqual(22);
    expect(await costOf(verify({ serial: STOCK }))).toEqual(known);
    expect(await costOf(verify({ serial: UNKNOWN }))).toEqual(known);
    const byUser = await costOf(verify({ user: "ichirodt" }));
    expect(await costOf(verify({ user: "nobody" }))).toEqual(byUser);
    expect({ ...byUser, reads: 0 }).toEqual({ ...known, reads: 0 });
  });

  it("for a serial that can and cannot be at a registration", async () => {
    await bank.user("saburodt", "データ三郎");
    const guess = (serial: string, user: string) => async () => {
      const answer = await bank.bank.register(user, serial, bank.wrong(OURS), bank.caller());
      expect(answer).toEqual({ registered: false, reason: "wrong_code" });
    };
    // The first one finds no attempts counted yet.
    await guess(UNKNOWN, "jirodt")();
    const known = await costOf(guess(OURS, "jirodt"));
    expect(known).toMatchObject({ seedsOpened: 1 });
    for (const serial of [UNKNOWN, ELSEWHERE, STOCK, HELD]) {
      expect(await costOf(guess(serial, "saburodt"))).toEqual(known);
    }
  });

  it("for a known and an unknown user at a login, whose password is hashed each time", async () => {
    const { clerk, passwords } = bank.bank;
    const sessions = new Sessions(clerk, passwords);
    const costs = [];
    for (const id of ["ichirodt", "jirodt", "other1", "nobody"]) {
      const hashed = passwords.computed;
      costs.push(
        await costOf(async () => {
          const caller = { ...bank.caller(), source: id };
          expect(await sessions.logIn(id, "wrong-password", caller)).toMatchObject({ in: false });
        }),
      );
      expect(passwords.computed).toBe(hashed + 1);
    }
    for (const cost of costs) expect(cost).toEqual(costs[0]);
    expect(await sessions.logIn("ichirodt", PASSWORD, bank.caller())).toMatchObject({ in: true });
  });
});
