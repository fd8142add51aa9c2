import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { attempt, TooSoon } from "../../server/attempts.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { FailureLimit } from "../../server/failure-limit.js";
import { Sessions } from "../../server/sessions.js";
import { openSqlite } from "../../server/store/sqlite.js";
import { type Store, StoreUnavailable } from "../../server/store/store.js";
import { PASSWORD, TestBank } from "../support/bank.js";
import { LogLines } from "../support/log-lines.js";
import { SEED, TestServer, codeOf, wrongCodeOf } from "../support/server.js";
import { Visitor } from "../support/visitor.js";

const SERIAL = "10000001";

describe("rule 20: guesses at a registration", () => {
  let bank: TestBank;
  beforeEach(async () => {
    bank = await TestBank.start(2);
    await bank.contract();
    for (let user = 0; user < 6; user++) await bank.user(`user${String(user)}`, "利用者");
    await bank.lend("user0", SERIAL);
  });
  afterEach(() => bank.close());
  const guess = (user: number, code: string, serial = SERIAL) =>
    bank.bank.register(`user${String(user)}`, serial, code, bank.caller());

  it("at one serial slow down, whoever makes them, and suspend no token", async () => {
    const wrong = bank.wrong(SERIAL);
    // Four a user: none of them is stopped.
    for (let count = 0; count < 11; count++) await guess(count % 3, wrong);
    await expect(guess(3, wrong)).rejects.toThrow(TooSoon);
    // Not even the right one is looked at.
    await expect(guess(3, bank.read(SERIAL))).rejects.toThrow(TooSoon);
    const [token] = await bank.store.tokensBySerial([SERIAL]);
    expect(token).toMatchObject({ suspended: false, failures: 0, lastStep: -1 });
    bank.now += 1_000;
    expect(await guess(3, bank.read(SERIAL))).toMatchObject({ registered: true });
  });

  it("at many serials slow down for the contract, and for no other one", async () => {
    await bank.contract({ id: "C2" });
    await bank.user("other", "他社", { contract: "C2" });
    let made = 0;
    const tooSoon = async (): Promise<boolean> => {
      for (let user = 0; user < 6; user++) {
        for (let count = 0; count < 4; count++) {
          const serial = String(20_000_000 + made++);
          const refused = await guess(user, "123456", serial).catch((error: unknown) => error);
          if (refused instanceof TooSoon) return true;
        }
      }
      return false;
    };
    expect(await tooSoon()).toBe(true);
    expect(made).toBe(22);
    const answer = await bank.bank.register("other", SERIAL, "123456", bank.caller());
    expect(answer).toMatchObject({ reason: "wrong_code" });
  });

  it("what is no guess is not counted: a used code, a user who may not register", async () => {
    const code = bank.read(SERIAL);
    expect(await guess(0, code)).toMatchObject({ registered: true });
    for (let count = 0; count < 15; count++) {
      expect(await guess(0, code)).toMatchObject({ reason: "not_allowed" });
      expect(await guess(1, code)).toMatchObject({ reason: "wrong_code" });
    }
    bank.now += 60_000;
    expect(await guess(1, bank.read(SERIAL))).toMatchObject({ registered: true });
  });

  it("are not forgotten for what proves nothing: a used code, a user who may not register", async () => {
    const other = "10000002";
    await bank.lend("user4", other);
    const used = bank.read(other);
    await guess(4, used, other);
    for (let count = 0; count < 10; count++) {
      await guess(count % 3, "000000", other);
      expect(await guess(4, used, other)).toMatchObject({ reason: "not_allowed" });
      expect(await guess(5, used, other)).toMatchObject({ reason: "wrong_code" });
    }
    await guess(3, "000000", other);
    await expect(guess(3, "000000", other)).rejects.toThrow(TooSoon);
  });

  it("a page that says so is no error in the log, nor is a path that is none's", async () => {
    const log = new LogLines();
    const logged = await TestBank.start(1, undefined, { logger: { stream: log.stream } });
    const visitor = new Visitor(logged.url);
    let reply = await visitor.fetch("/nothing");
    while (reply.status !== 429) {
      reply = await visitor.send("/login", { id: "nobody", password: PASSWORD });
    }
    await logged.close();
    expect(log.lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  it("the page says how long to wait", async () => {
    for (let count = 0; count < 11; count++) await guess(count % 3, "000000", "99999999");
    const visitor = new Visitor(bank.url);
    await visitor.send("/login", { id: "user3", password: PASSWORD });
    const reply = await visitor.send("/registration", { serial: "99999999", code: "123456" });
    expect(reply.status).toBe(429);
    expect(reply.headers.get("retry-after")).toBe("1");
    expect(await reply.text()).toContain("1秒ほどお待ちください");
  });
});

describe("rule 62: guesses at a password", () => {
  let bank: TestBank;
  let sessions: Sessions;
  beforeEach(async () => {
    bank = await TestBank.start(1);
    await bank.contract();
    await bank.user("ichirodt", "データ一郎");
    sessions = new Sessions(bank.bank.clerk, bank.bank.passwords);
  });
  afterEach(() => bank.close());
  const logIn = (source: string, password: string) =>
    sessions.logIn("ichirodt", password, { ...bank.caller(), source });

  it("from one network of IPv6 slow down together, whichever of its addresses they come from", async () => {
    for (let host = 1; host <= 4; host++) await logIn(`2001:db8:1:2::${String(host)}`, "guess");
    await expect(logIn("2001:db8:1:2:ffff::1", PASSWORD)).rejects.toThrow(TooSoon);
    expect(await logIn("2001:db8:1:3::1", PASSWORD)).toMatchObject({ in: true });
  });

  it("that were not wrong wait for nothing but their turn, if many come from one address", async () => {
    const users = Array.from({ length: 30 }, (_, index) => `user${String(index)}`);
    for (const id of users) await bank.user(id, "利用者");
    const caller = { ...bank.caller(), source: "192.0.2.1" };
    const logins = users.map((id) => sessions.logIn(id, PASSWORD, caller));
    for (const login of await Promise.all(logins)) expect(login).toMatchObject({ in: true });
  });

  it("at once are no more than one after the other, at a user and of an address", async () => {
    const guessed = async (id: (count: number) => string, source: string): Promise<number> => {
      const before = bank.bank.passwords.computed;
      const caller = { ...bank.caller(), source };
      const guesses = Array.from({ length: 60 }, (_, count) =>
        sessions.logIn(id(count), "guess", caller),
      );
      const refused = (await Promise.allSettled(guesses)).filter(
        ({ status }) => status === "rejected",
      );
      const looked = bank.bank.passwords.computed - before;
      expect(refused).toHaveLength(60 - looked);
      return looked;
    };
    expect(await guessed(() => "ichirodt", "192.0.2.1")).toBe(4);
    expect(await guessed((count) => `user${String(count)}`, "192.0.2.2")).toBe(21);
  });

  it("are counted under short keys, whatever a proxy tells of the address", async () => {
    const change = vi.spyOn(bank.store, "changeAttempts");
    await logIn("x".repeat(9000), "guess");
    const keys = change.mock.calls.flatMap(([named]) => named);
    expect(Math.max(...keys.map((key) => key.length))).toBeLessThan(200);
  });
});

describe("rule 63: wrong codes by serial", () => {
  it("are evaluated so many times an hour, also between a user's own successes", async () => {
    const server = await TestServer.start([{ ...SEED, expiry: undefined }]);
    const { serial: most } = DEFAULT_POLICY.hourlyFailures;
    const verify = async (code: string) =>
      (await server.send("verify", "POST", "/v1/verify", { serial: SEED.serial, code })).status;
    let wrong = 0;
    for (let status = 200; status === 200 && wrong < 3 * most; wrong += status === 200 ? 1 : 0) {
      // Never five in a row: the user's own success comes in between.
      if (wrong % 4 === 3) await verify(codeOf(SEED, server.now));
      server.now += 60_000;
      status = await verify(wrongCodeOf(SEED, server.now));
    }
    // As many as an hour has, and what has drained meanwhile.
    expect(wrong).toBeGreaterThanOrEqual(most);
    expect(wrong).toBeLessThan(2.5 * most);
    const [token] = await server.store.tokensBySerial([SEED.serial]);
    expect(token!.suspended).toBe(false);
    const body = { serial: SEED.serial, code: codeOf(SEED, server.now) };
    const limited = await server.send("verify", "POST", "/v1/verify", body);
    expect(limited.status).toBe(429);
    expect(limited.json.code).toBe("too_many_attempts");
    expect(Number(limited.headers["retry-after"])).toBeGreaterThan(0);
    server.now += 3_600_000;
    expect(await server.verify(codeOf(SEED, server.now))).toMatchObject({ accepted: true });
    await server.close();
  });

  it("are limited for each API key, which a right code makes up for; nobody is shut out for long", () => {
    const limit = new FailureLimit(2);
    limit.count("key:a", true, 0);
    limit.check("key:a", 0);
    limit.count("key:a", true, 0);
    const tooSoon = () => {
      limit.check("key:a", 0);
    };
    expect(tooSoon).toThrow(new TooSoon(1800));
    limit.check("key:b", 0);
    limit.check("key:a", 1_800_000);
    limit.count("key:a", false, 0);
    limit.check("key:a", 0);
    limit.count("key:a", false, 0);
    limit.count("key:a", false, 0);
  });

  it("of a process whose share is less than one an hour, one is evaluated, then as rarely", () => {
    const limit = new FailureLimit(0.5);
    limit.check("key:a", 0);
    limit.count("key:a", true, 0);
    expect(() => {
      limit.check("key:a", 0);
    }).toThrow(new TooSoon(7200));
    limit.check("key:a", 7_200_000);
  });

  it("by user there is no such limit: the bank's users are not shut out", async () => {
    const server = await TestServer.start([SEED]);
    const { key } = DEFAULT_POLICY.hourlyFailures;
    for (let index = 0; index < key + 10; index += 100) {
      await Promise.all(
        Array.from({ length: 100 }, () =>
          server.send("verify", "POST", "/v1/verify", { user: "nobody", code: "000000" }),
        ),
      );
    }
    expect(await server.verify(codeOf(SEED, server.now))).toMatchObject({ accepted: true });
    await server.close();
  });
});

describe("attempts", () => {
  const limits = [{ key: "k", free: 2 }];
  const fail = (store: Store, at: number, failed = true) =>
    attempt(store, limits, at, () =>
      Promise.resolve({ answer: 1, proof: failed ? "wrong" : "right" }),
    );

  it("forget a failure each quarter of an hour, also while right ones are made", async () => {
    const store = openSqlite(":memory:");
    for (let count = 0; count < 3; count++) await fail(store, 0);
    await expect(fail(store, 0)).rejects.toThrow(TooSoon);
    const shared = [{ key: "own", free: 1 }, ...limits];
    // Right ones at a key that others share neither wipe what is counted there, nor keep it alive.
    for (const at of [900_000, 1_800_000]) {
      await attempt(store, shared, at, () => Promise.resolve({ answer: 1, proof: "right" }));
    }
    await fail(store, 1_800_000);
    await fail(store, 1_800_000);
    await expect(fail(store, 1_800_000)).rejects.toThrow(TooSoon);
    await store.close();
  });

  it("that could not be made are no failures", async () => {
    const store = openSqlite(":memory:");
    for (let count = 0; count < 9; count++) {
      const down = attempt(store, limits, 0, () => Promise.reject(new StoreUnavailable("down")));
      await expect(down).rejects.toThrow("down");
    }
    expect(await fail(store, 0)).toBe(1);
    await store.close();
  });

  it("that were decided stand, also where taking the count back fails", async () => {
    const store = openSqlite(":memory:");
    const change = store.changeAttempts.bind(store);
    let calls = 0;
    store.changeAttempts = (...given) =>
      ++calls === 2 ? Promise.reject(new StoreUnavailable("down")) : change(...given);
    expect(await fail(store, 0, false)).toBe(1);
    await store.close();
  });
});
