import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TooSoon } from "../../server/attempts.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { FailureLimit } from "../../server/failure-limit.js";
import { PASSWORD, TestBank } from "../support/bank.js";
import { SEED, TestServer, codeOf, wrongCodeOf } from "../support/server.js";
import { Visitor } from "../support/visitor.js";

const SERIAL = "10000001";

describe("rule 20: guesses at a registration", () => {
  let bank: TestBank;
  beforeEach(async () => {
    bank = await TestBank.start(1);
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

describe("rule 63: wrong codes by serial", () => {
  it("are evaluated so many times an hour, also between a user's own successes", async () => {
    const server = await TestServer.start([{ ...SEED, expiry: undefined }]);
    const { serial: most } = DEFAULT_POLICY.hourlyFailures;
    let made = 0;
    const rounds = most / 3;
    for (let round = 0; round < rounds; round++) {
      server.now += 60_000;
      for (let count = 0; count < 3; count++, made++) {
        expect(await server.verify(wrongCodeOf(SEED, server.now))).toMatchObject({
          reason: "wrong_code",
        });
      }
      if (made < most) await server.verify(codeOf(SEED, server.now));
    }
    const body = { serial: SEED.serial, code: codeOf(SEED, server.now) };
    const limited = await server.send("verify", "POST", "/v1/verify", body);
    expect(limited.status).toBe(429);
    expect(limited.json.code).toBe("too_many_attempts");
    expect(Number(limited.headers["retry-after"])).toBeGreaterThan(0);
    server.now += 3_600_000;
    expect(await server.verify(codeOf(SEED, server.now))).toMatchObject({ accepted: true });
    await server.close();
  });

  it("are limited for each API key, whatever the serials", () => {
    const limit = new FailureLimit(2);
    limit.count("key:a", 0);
    limit.check("key:a", 0);
    limit.count("key:a", 1);
    expect(() => {
      limit.check("key:a", 2);
    }).toThrow(TooSoon);
    limit.check("key:b", 2);
    limit.check("key:a", 3_600_000);
    // Counts that are over make room.
    for (let index = 0; index < 10_001; index++) limit.count(`s${String(index)}`, 4_000_000);
    limit.count("late", 9_000_000);
    limit.check("s1", 9_000_000);
  });
});
