import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { issueApiKey } from "../../server/api-keys.js";
import { Overloaded } from "../../server/batcher.js";
import { Passwords } from "../../server/passwords.js";
import { Sessions } from "../../server/sessions.js";
import { Turns } from "../../server/turns.js";
import { CONFIRMATION, PAPER, PASSWORD, TestBank } from "../support/bank.js";
import { LogLines } from "../support/log-lines.js";
import { Visitor } from "../support/visitor.js";

/** Lets everything go on that waits for nothing else. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("turns", () => {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const act = (turns: Turns, owner: string) =>
    turns.take(owner, () => {
      begun.push(owner);
      return new Promise<void>((end) => ends.push(end));
    });
  beforeEach(() => {
    begun.length = 0;
    ends.length = 0;
  });
  const endOne = async (): Promise<void> => {
    ends.shift()!();
    await settled();
  };

  it("are two of one owner at once and four of all, and go round among who waits", async () => {
    const turns = new Turns();
    for (const owner of "aaaaabbbbbc") void act(turns, owner);
    await settled();
    expect(begun.join("")).toBe("aabb");
    while (ends.length > 0) await endOne();
    expect(begun.join("")).toBe("aabbacbabab");
  });

  it.each([
    { most: 4, owners: "aaaaaabcb", refused: "5:a" },
    { most: 4, owners: "aaaaaaabc", refused: "6:a" },
    { most: 2, owners: "aabbcde", refused: "6:e" },
  ])("are refused to $refused of $owners where $most may wait", async (given) => {
    const turns = new Turns(given.most);
    const refused: string[] = [];
    [...given.owners].forEach((owner, index) => {
      act(turns, owner).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Overloaded);
        refused.push(`${String(index)}:${owner}`);
      });
    });
    await settled();
    while (ends.length > 0) await endOne();
    expect(refused).toEqual([given.refused]);
    expect(begun).toHaveLength(given.owners.length - 1);
  });
});

describe("the hashing of passwords", () => {
  const log = new LogLines();
  let bank: TestBank;
  let sessions: Sessions;
  beforeEach(async () => {
    bank = await TestBank.start(1, undefined, { logger: { stream: log.stream } });
    await bank.contract({ otpFrom: undefined });
    for (const id of ["ichirodt", "jirodt"]) await bank.user(id, "データ", { needsCode: false });
    sessions = new Sessions(bank.bank.clerk, bank.bank.passwords);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await bank.close();
  });
  const change = (confirmationPassword: string, more: object = {}) =>
    bank.bank.changeProfile(
      {
        ...{ user: "ichirodt", code: undefined, confirmationPassword, ...more },
        ...{ password: "new-password", newConfirmationPassword: "atarashii2" },
      },
      bank.caller(),
    );

  it("is not done before somebody asks for it", async () => {
    const passwords = new Passwords({ logN: 4 });
    expect(passwords.computed).toBe(0);
    expect(await passwords.check(PASSWORD, undefined)).toBe(false);
    expect(passwords.computed).toBe(1);
  });

  it("of one user keeps no other one from logging in", async () => {
    const answered: string[] = [];
    const changes = Array.from({ length: 40 }, async () => {
      await change("wrong1");
      answered.push("change");
    });
    await settled();
    expect(await sessions.logIn("jirodt", PASSWORD, bank.caller())).toMatchObject({ in: true });
    expect(answered.length).toBeLessThan(10);
    await Promise.all(changes);
  });

  it("rule 39: is done of new ones only for whom a wrong confirmation password is counted", async () => {
    const { passwords } = bank.bank;
    const costOf = async (act: () => Promise<unknown>): Promise<number> => {
      const before = passwords.computed;
      await act();
      return passwords.computed - before;
    };
    const limit = { dailyLimit: 1 };
    for (const given of [CONFIRMATION, "wrong1"]) {
      expect(await costOf(() => change(given, limit))).toBe(1);
      expect(await costOf(() => change(given, { user: "nobody" }))).toBe(1);
    }
    for (let count = 0; count < 5; count++) expect(await costOf(() => change("wrong1"))).toBe(1);
    expect(await costOf(() => change(CONFIRMATION))).toBe(1);
    await bank.bank.resume(
      "ichirodt",
      { confirmationPassword: CONFIRMATION },
      PAPER,
      bank.caller(),
    );
    expect(await costOf(() => change(CONFIRMATION))).toBe(3);
    const login = await sessions.logIn("ichirodt", "new-password", bank.caller());
    expect(login).toMatchObject({ in: true });
  });

  it("is refused beyond what can be done soon, to API and pages, and nothing is decided", async () => {
    const { key } = await issueApiKey(bank.store, "portal", {
      actor: "test",
      source: undefined,
      at: bank.now,
    });
    const before = await bank.store.listAudit({ after: 0, limit: 9 });
    vi.spyOn(Turns.prototype, "take").mockRejectedValue(new Overloaded());
    const reply = await bank.app.inject({
      ...{ method: "POST", url: "/v1/revoke", headers: { authorization: `Bearer ${key}` } },
      payload: { users: ["ichirodt"], actor: "jirodt", confirmationPassword: CONFIRMATION },
    });
    expect([reply.statusCode, reply.headers["retry-after"]]).toEqual([503, "1"]);
    expect(reply.json()).toMatchObject({ code: "overloaded" });
    const page = await new Visitor(bank.url).send("/login", { id: "jirodt", password: PASSWORD });
    expect([page.status, page.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(log.lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    expect(await bank.store.listAudit({ after: 0, limit: 9 })).toEqual(before);
  });
});
