import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { importSeeds } from "../../server/import-seeds.js";
import { StoreUnavailable } from "../../server/store/store.js";
import { codeOf, NOW, SEED, TestServer, wrongCodeOf } from "../support/server.js";

const EXPIRED = { ...SEED, serial: "10000003", expiry: NOW / 1000 - 1 };
const PAPER = { form: "A-0001", staff: "s001" };

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start([SEED, EXPIRED]);
});
afterEach(async () => {
  await server.close();
});

async function text(): Promise<string> {
  const reply = await server.app.inject("/metrics");
  expect(reply.headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
  return reply.body;
}

/** The samples of a text in Prometheus' format, by their names and labels. */
async function samples(): Promise<Map<string, number>> {
  const lines = (await text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [, name, value] = /^([a-z0-9_]+(?:\{(?:[a-z_]+="[^"]*",?)+\})?) (\S+)$/i.exec(line)!;
      return [name!, Number(value)];
    }),
  );
}

describe("GET /metrics", () => {
  it("counts verifications by their results, and what else was decided", async () => {
    const code = codeOf(SEED, NOW);
    await server.verify(code);
    await server.verify(code);
    for (let count = 0; count < 5; count++) await server.verify(wrongCodeOf(SEED, NOW));
    await server.verify(code, EXPIRED.serial);
    await server.verify(code, "99999999");
    await server.send("branch", "POST", "/v1/unlock", { serials: [SEED.serial], ...PAPER });
    const found = await samples();
    const results = { accepted: 1, already_used: 1, wrong_code: 6, expired: 1 };
    for (const [result, count] of Object.entries(results)) {
      expect(found.get(`warifu_verifications_total{result="${result}"}`), result).toBe(count);
    }
    expect(found.get('warifu_acts_total{event="lock",result="suspended"}')).toBe(1);
    expect(found.get('warifu_acts_total{event="unlock",result="unlocked"}')).toBe(1);
  });

  it("counts nothing that was not stored", async () => {
    server.store.decide = () => Promise.reject(new StoreUnavailable("gone"));
    await server.verify(codeOf(SEED, NOW));
    const found = await samples();
    expect([...found.keys()].filter((name) => name.startsWith("warifu_verif"))).toEqual([]);
    const failed = 'method="POST",route="/v1/verify",status="503"';
    expect(found.get(`warifu_http_request_duration_seconds_count{${failed}}`)).toBe(1);
  });

  it("tells how large batches were, and times each of them once", async () => {
    // The first one opens its data key, and is decided twice for it.
    await server.verify(codeOf(SEED, NOW));
    const before = await samples();
    await Promise.all(Array.from({ length: 20 }, () => server.verify(codeOf(SEED, NOW))));
    const found = await samples();
    const grown = (name: string): number => found.get(name)! - before.get(name)!;
    expect(grown("warifu_batch_size_sum")).toBe(20);
    const batches = grown("warifu_batch_size_count");
    expect(batches).toBeGreaterThan(0);
    expect(grown("warifu_batch_commit_seconds_count")).toBe(batches);
    expect(grown("warifu_batch_queue_seconds_count")).toBe(batches);
    expect(found.get("warifu_batch_commit_seconds_sum")).toBeGreaterThan(0);
  });

  it("times requests by their route's pattern, never by their path", async () => {
    await server.send("branch", "GET", `/v1/tokens/${SEED.serial}`);
    await server.send("branch", "GET", "/v1/nothing/12345678");
    const found = await samples();
    const count = "warifu_http_request_duration_seconds_count";
    expect(found.get(`${count}{method="GET",route="/v1/tokens/:serial",status="200"}`)).toBe(1);
    expect(found.get(`${count}{method="GET",route="none",status="404"}`)).toBe(1);
  });

  it("tells tokens by state and mails, counted at most once a minute", async () => {
    const tokens = async (state: string) =>
      (await samples()).get(`warifu_tokens{state="${state}"}`);
    expect([await tokens("usable"), await tokens("expired"), await tokens("lost")]).toEqual([
      1, 1, 0,
    ]);
    expect((await samples()).get('warifu_mails{state="waiting"}')).toBe(0);
    const caller = { actor: "test", source: undefined, at: NOW };
    await importSeeds(server.store, server.vault, [{ ...SEED, serial: "10000004" }], caller);
    expect(await tokens("usable")).toBe(1);
    server.now += 60_000;
    await expect.poll(() => tokens("usable")).toBe(2);
  });

  it("answers without what the store does not tell", async () => {
    server.store.countTokens = () => Promise.reject(new StoreUnavailable("gone"));
    const found = await samples();
    expect([...found.keys()].filter((name) => name.startsWith("warifu_tokens"))).toEqual([]);
    expect(found.get("warifu_store_up")).toBe(1);
  });

  it("tells the process's figures, the version and the store", async () => {
    const found = await samples();
    expect(found.get("process_resident_memory_bytes")).toBeGreaterThan(0);
    const [info] = [...found.keys()].filter((name) => name.startsWith("warifu_build_info"));
    expect(info).toMatch(/\{version="\d+\.\d+\.\d+",store="sqlite"\}$/);
  });

  it("names no serial, no user, no key and no code", async () => {
    const code = codeOf(SEED, NOW);
    await server.verify(code);
    await server.send("verify", "POST", "/v1/verify", { user: "tarodt", code });
    await server.send("branch", "GET", `/v1/users/tarodt?a=${SEED.serial}`);
    const key = await server.key("verify");
    const [, id] = key.split("_");
    for (const hidden of [SEED.serial, "tarodt", code, key, id!]) {
      expect(await text()).not.toContain(hidden);
    }
  });

  it("is each server's own", async () => {
    await server.verify(codeOf(SEED, NOW));
    const other = await TestServer.start();
    const reply = await other.app.inject("/metrics");
    expect(reply.body).not.toContain("warifu_verifications_total{");
    await other.close();
  });
});
