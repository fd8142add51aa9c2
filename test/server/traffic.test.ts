import { afterEach, describe, expect, it } from "vitest";
import { issueApiKey, revokeApiKey } from "../../server/api-keys.js";
import { TooSoon } from "../../server/attempts.js";
import { Buckets } from "../../server/buckets.js";
import { DEFAULT_POLICY, type TrafficPolicy } from "../../server/core/policy.js";
import { networkOf } from "../../server/network.js";
import { Problem } from "../../server/http/problem.js";
import { Traffic } from "../../server/http/traffic.js";
import { TestBank } from "../support/bank.js";

const ADDRESS = "192.0.2.1";

describe("buckets", () => {
  it("hold so many drops, and lose one at a time", () => {
    const buckets = new Buckets(2, 500);
    const take = (at: number): void => {
      buckets.check("a", at);
      buckets.add("a", 1, at);
    };
    take(0);
    take(0);
    expect(() => {
      take(499);
    }).toThrow(new TooSoon(1));
    take(500);
    expect(() => {
      take(500);
    }).toThrow(TooSoon);
    buckets.check("b", 500);
    // A clock that was set back drains nothing, and breaks nothing.
    expect(() => {
      take(0);
    }).toThrow(TooSoon);
  });

  it("remember no more keys than they may, and none that has drained", () => {
    const buckets = new Buckets(5, 1000, 100);
    for (let key = 0; key < 1000; key++) buckets.add(String(key), 1, key);
    expect(buckets.size).toBe(100);
    buckets.add("999", -1, 999);
    expect(buckets.size).toBe(99);
  });
});

describe("what is counted as one caller", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:0db8:0001:0002::", "2001:db8:1:2::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["unknown", "unknown"],
    ["", ""],
  ])("%s is %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it("whatever a proxy tells, it is short", () => {
    for (const text of ["x".repeat(9000), ":".repeat(9000), "1:".repeat(9000), "::".repeat(99)]) {
      expect(networkOf(text).length).toBeLessThan(100);
    }
  });
});

describe("traffic", () => {
  const none = { perSecond: 0, atOnce: 0 };
  const traffic = (changes: Partial<TrafficPolicy>) => {
    const clock = { at: 0 };
    const off = { key: none, stranger: none, wrongKeys: none };
    const policy = { ...off, connections: 0, connectionsOfAddress: 0, ...changes };
    return { clock, limits: new Traffic(policy, () => clock.at) };
  };

  it("of an API key is limited where the bank says so, wherever it comes from", () => {
    const { clock, limits } = traffic({ key: { perSecond: 2, atOnce: 3 } });
    for (const address of [ADDRESS, "192.0.2.2", "192.0.2.3"]) limits.rightKey(address, "a");
    const again = (): void => {
      limits.rightKey(ADDRESS, "a");
    };
    expect(again).toThrow(Problem);
    limits.rightKey(ADDRESS, "b");
    clock.at = 500;
    again();
    expect(again).toThrow(Problem);
  });

  it("by default knows no limit for a key that is right", () => {
    const { limits } = traffic({ ...DEFAULT_POLICY.traffic });
    for (let count = 0; count < 100_000; count++) limits.rightKey(ADDRESS, "a");
  });

  it("with wrong keys is limited by address; who has shown a right one there goes on", () => {
    const { clock, limits } = traffic({ wrongKeys: { perSecond: 1, atOnce: 2 } });
    limits.beforeKey(ADDRESS, "right");
    limits.rightKey(ADDRESS, "right");
    for (const id of ["wrong", ""]) {
      limits.beforeKey(ADDRESS, id);
      limits.wrongKey(ADDRESS, id);
    }
    const more = (id: string) => () => {
      limits.beforeKey(ADDRESS, id);
    };
    expect(more("wrong")).toThrow(TooSoon);
    more("right")();
    limits.beforeKey("192.0.2.2", "wrong");
    // A wrong secret under a right one's name, and it is as any other.
    limits.wrongKey(ADDRESS, "right");
    expect(more("right")).toThrow(TooSoon);
    clock.at = 2000;
    more("wrong")();
  });

  it("remembers a bounded number of callers", () => {
    const { limits } = traffic({ wrongKeys: { perSecond: 1, atOnce: 1 } });
    for (let count = 0; count < 25_000; count++) limits.rightKey(ADDRESS, String(count));
    limits.wrongKey(ADDRESS, "x");
    limits.beforeKey(ADDRESS, "24999");
    expect(() => {
      limits.beforeKey(ADDRESS, "1");
    }).toThrow(TooSoon);
  });
});

describe("over HTTP", () => {
  let bank: TestBank;
  afterEach(() => bank.close());
  const start = async (traffic: Partial<TrafficPolicy>): Promise<void> => {
    const policy = { ...DEFAULT_POLICY, traffic: { ...DEFAULT_POLICY.traffic, ...traffic } };
    bank = await TestBank.start(1, undefined, { policy });
  };
  const audit = (key?: string, address = ADDRESS) =>
    bank.app.inject({
      url: "/v1/audit",
      remoteAddress: address,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    });

  it("a page is refused to an address that asks too often, and health to nobody", async () => {
    await start({ stranger: { perSecond: 1, atOnce: 3 } });
    const page = (url: string) => bank.app.inject({ url, remoteAddress: ADDRESS });
    for (let count = 0; count < 3; count++) expect((await page("/login")).statusCode).toBe(200);
    const refused = await page("/nothing");
    expect(refused.json()).toMatchObject({ status: 429, code: "too_many_requests" });
    expect(refused.headers["retry-after"]).toBe("1");
    expect((await bank.app.inject({ url: "/login", remoteAddress: "::2" })).statusCode).toBe(200);
    for (const url of ["/healthz", "/readyz", "/metrics"]) {
      expect((await page(url)).statusCode).toBe(200);
    }
  });

  it("a key that is sent too often is told how long to wait", async () => {
    await start({ key: { perSecond: 1, atOnce: 2 } });
    const { key } = await issueApiKey(bank.store, "audit", {
      actor: "test",
      source: undefined,
      at: bank.now,
    });
    for (let count = 0; count < 2; count++) expect((await audit(key)).statusCode).toBe(200);
    const refused = await audit(key);
    expect(refused.json()).toMatchObject({ status: 429, code: "too_many_requests" });
    expect(refused.headers["retry-after"]).toBe("1");
  });

  it("wrong keys end in 429 for their address, where a right one goes on until it is revoked", async () => {
    await start({ wrongKeys: { perSecond: 1, atOnce: 3 } });
    const { id, key } = await issueApiKey(bank.store, "audit", {
      actor: "test",
      source: undefined,
      at: bank.now,
    });
    const wrong = key.slice(0, -3) + (key.endsWith("AAA") ? "BBB" : "AAA");
    expect((await audit(key)).statusCode).toBe(200);
    const found: string[] = [];
    const find = bank.store.apiKey.bind(bank.store);
    bank.store.apiKey = (each) => (found.push(each), find(each));
    const statuses = [];
    for (const each of [wrong.replace(id, "0".repeat(12)), "x", undefined, "y"]) {
      statuses.push((await audit(each)).statusCode);
    }
    expect(statuses).toEqual([401, 401, 401, 429]);
    const refused = await audit("z");
    expect(refused.json()).toMatchObject({ code: "too_many_attempts" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await audit(key)).statusCode).toBe(200);
    expect((await audit(key, "192.0.2.9")).statusCode).toBe(200);
    await revokeApiKey(bank.store, id, { actor: "test", source: undefined, at: bank.now });
    await new Promise((resolve) => setImmediate(resolve));
    expect((await audit(key)).statusCode).toBe(401);
    found.length = 0;
    expect((await audit(key)).statusCode).toBe(429);
    // Refused before it is looked for.
    expect(found).toEqual([]);
  });
});
