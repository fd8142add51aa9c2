import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writePskc } from "../../firmware/seedfile/pskc-write.js";
import { codeOf, NOW, SEED, TestServer, wrongCodeOf } from "../support/server.js";

const PAPER = { form: "A-0001", staff: "s001" };
const WRONG = wrongCodeOf(SEED, NOW);
const EXPIRED = { ...SEED, serial: "10000003", expiry: NOW / 1000 - 1 };
const OTHER = { ...SEED, serial: "20000002", secret: Buffer.alloc(20, 9) };

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start([SEED, EXPIRED, OTHER]);
});
afterEach(async () => {
  await server.close();
});

describe("POST /v1/verify", () => {
  it("accepts a code once", async () => {
    const code = codeOf(SEED, NOW);
    expect(await server.verify(code)).toEqual({ accepted: true, serial: SEED.serial });
    expect(await server.verify(code)).toEqual({ accepted: false, reason: "already_used" });
  });

  it("accepts the next minute's code in the next minute", async () => {
    await server.verify(codeOf(SEED, NOW));
    server.now += 60_000;
    expect(await server.verify(codeOf(SEED, server.now))).toMatchObject({ accepted: true });
  });

  it("suspends at the fifth wrong code, and unlock restores", async () => {
    for (let i = 0; i < 4; i++) {
      expect(await server.verify(WRONG)).toEqual({ accepted: false, reason: "wrong_code" });
    }
    expect(await server.verify(WRONG)).toEqual({ accepted: false, reason: "suspended" });
    expect(await server.verify(codeOf(SEED, NOW))).toEqual({
      accepted: false,
      reason: "suspended",
    });
    const unlock = { serials: [SEED.serial, OTHER.serial], ...PAPER };
    expect((await server.send("branch", "POST", "/v1/unlock", unlock)).json).toEqual({
      unlocked: [SEED.serial],
      unchanged: [OTHER.serial],
    });
    expect(await server.verify(codeOf(SEED, NOW))).toMatchObject({ accepted: true });
  });

  it("revoke stops a token at once", async () => {
    const revoke = { serials: [SEED.serial], ...PAPER };
    const first = await server.send("branch", "POST", "/v1/revoke", revoke);
    expect(first.json).toEqual({ revoked: [SEED.serial], unchanged: [] });
    expect(await server.verify(codeOf(SEED, NOW))).toEqual({ accepted: false, reason: "revoked" });
    const second = await server.send("branch", "POST", "/v1/revoke", revoke);
    expect(second.json).toEqual({ revoked: [], unchanged: [SEED.serial] });
  });

  it("refuses an expired token, an unknown serial and an unknown user", async () => {
    expect(await server.verify(codeOf(SEED, NOW), EXPIRED.serial)).toEqual({
      accepted: false,
      reason: "expired",
    });
    const unknown = { accepted: false, reason: "wrong_code" };
    expect(await server.verify(codeOf(SEED, NOW), "99999999")).toEqual(unknown);
    const user = { user: "tarodt", code: codeOf(SEED, NOW) };
    expect((await server.send("verify", "POST", "/v1/verify", user)).json).toEqual(unknown);
  });

  it("lets exactly one of 200 parallel requests with one code through", async () => {
    const code = codeOf(SEED, NOW);
    const answers = await Promise.all(Array.from({ length: 200 }, () => server.verify(code)));
    expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1);
    expect(answers.filter(({ reason }) => reason === "already_used")).toHaveLength(199);
  });

  it("evaluates no sixth of many parallel guesses", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => server.verify(WRONG)));
    expect(answers.filter(({ reason }) => reason === "wrong_code")).toHaveLength(4);
    expect(answers.filter(({ reason }) => reason === "suspended")).toHaveLength(46);
  });
});

describe("POST /v1/tokens/{serial}/resync", () => {
  it("finds a clock that is two hours off again", async () => {
    const codes = [codeOf(SEED, NOW, 120), codeOf(SEED, NOW, 121)];
    const url = `/v1/tokens/${SEED.serial}/resync`;
    const found = await server.send("branch", "POST", url, { codes, ...PAPER });
    expect(found.json).toEqual({ resynchronized: true, clockOffset: 121 });
    server.now += 60_000;
    expect(await server.verify(codeOf(SEED, server.now, 121))).toMatchObject({ accepted: true });
  });

  it("counts a pair that fits nowhere", async () => {
    const url = `/v1/tokens/${SEED.serial}/resync`;
    const codes = [codeOf(SEED, NOW, 9), codeOf(SEED, NOW, 7)];
    const wrong = await server.send("branch", "POST", url, { codes, ...PAPER });
    expect(wrong.json).toEqual({ resynchronized: false, reason: "wrong_code" });
    const token = await server.send("branch", "GET", `/v1/tokens/${SEED.serial}`);
    expect(token.json).toMatchObject({ failures: 1 });
  });
});

describe("tokens, imports, audit", () => {
  it("show tokens without their seeds", async () => {
    const one = await server.send("admin", "GET", `/v1/tokens/${SEED.serial}`);
    expect(one.json).toEqual({
      serial: SEED.serial,
      algorithm: "SHA1",
      status: "usable",
      suspended: false,
      failures: 0,
      clockOffset: 0,
      clock: { offset: [-600.016, 600.016], ratePpm: [-56, 56], window: 21 },
      startsAt: new Date(SEED.start! * 1000).toISOString(),
      expiresAt: new Date(SEED.expiry! * 1000).toISOString(),
      expired: false,
    });
    const page = await server.send("branch", "GET", "/v1/tokens?limit=2&after=10000003");
    expect((page.json.tokens as { serial: string }[]).map(({ serial }) => serial)).toEqual([
      SEED.serial,
      OTHER.serial,
    ]);
  });

  it("import an encrypted seed file, once", async () => {
    const seed = {
      ...SEED,
      serial: "40000004",
      secret: Buffer.alloc(20, 4),
      start: undefined,
      expiry: undefined,
    };
    const key = "00112233445566778899aabbccddeeff";
    const seeds = [...writePskc([seed], { kind: "preshared", key: Buffer.from(key, "hex") })].join(
      "",
    );
    const send = () => server.send("admin", "POST", "/v1/imports", { seeds, key });
    expect((await send()).json).toEqual({
      imported: 1,
      unchanged: 0,
      dryRun: false,
      signature: "none",
    });
    expect((await send()).json).toMatchObject({ imported: 0, unchanged: 1 });
    expect(await server.verify(codeOf(seed, NOW), seed.serial)).toMatchObject({ accepted: true });
    const token = await server.send("admin", "GET", "/v1/tokens/40000004");
    expect(token.json).toMatchObject({ startsAt: null, expiresAt: null, expired: false });
  });

  it("take clocks that were set at a bench for as good as the bench says", async () => {
    const start = NOW / 1000 - 1000;
    const [set, unset] = [
      { ...SEED, serial: "50000005", secret: Buffer.alloc(20, 5), start },
      { ...SEED, serial: "60000006", secret: Buffer.alloc(20, 6), start: undefined },
    ];
    const key = "00112233445566778899aabbccddeeff";
    const kept = { kind: "preshared", key: Buffer.from(key, "hex") } as const;
    const body = { seeds: [...writePskc([set, unset], kept)].join(""), key, clockPpm: 20 };
    expect((await server.send("admin", "POST", "/v1/imports", body)).json.imported).toBe(2);
    const clock = async (serial: string) =>
      (await server.send("admin", "GET", `/v1/tokens/${serial}`)).json.clock;
    expect(await clock("50000005")).toEqual({
      offset: [-5.048, 5.048],
      ratePpm: [-26, 26],
      window: 2,
    });
    expect(await clock("60000006")).toMatchObject({ ratePpm: [-26, 26], window: 21 });
    const { json } = await server.send("audit", "GET", "/v1/audit");
    expect(json.rows).toContainEqual(
      expect.objectContaining({ detail: { imported: 2, unchanged: 0, clockPpm: 20 } }),
    );
  });

  it("write down who did what to which token, and never a code", async () => {
    const code = codeOf(SEED, NOW);
    await server.verify(code);
    await server.verify(WRONG);
    await server.send("branch", "POST", "/v1/revoke", { serials: [SEED.serial], ...PAPER });
    const { json } = await server.send("audit", "GET", `/v1/audit?serial=${SEED.serial}`);
    const rows = json.rows as Record<string, unknown>[];
    expect(rows.map(({ event, result }) => `${String(event)} ${String(result)}`)).toEqual([
      "verify accepted",
      "verify wrong_code",
      "revoke revoked",
    ]);
    expect(rows[2]).toMatchObject({
      detail: PAPER,
      source: "127.0.0.1",
      at: new Date(NOW).toISOString(),
    });
    expect(rows[2]!.actor).toMatch(/^key:[0-9a-f]{12}$/);
    expect(JSON.stringify(rows)).not.toContain(code);
    expect(JSON.stringify(rows)).not.toContain(WRONG);
    const all = await server.send("audit", "GET", "/v1/audit?after=1&limit=1");
    expect(all.json.rows).toHaveLength(1);
  });

  it("describe the API and the server's state", async () => {
    const { json } = await server.send(undefined, "GET", "/openapi.json");
    expect(Object.keys(json.paths as object)).toEqual(
      expect.arrayContaining([
        "/v1/verify",
        "/v1/unlock",
        "/v1/revoke",
        "/v1/imports",
        "/v1/audit",
        "/healthz",
      ]),
    );
    expect((await server.send(undefined, "GET", "/healthz")).json).toEqual({ status: "ok" });
    expect((await server.send(undefined, "GET", "/readyz")).json).toEqual({ status: "ok" });
  });
});
