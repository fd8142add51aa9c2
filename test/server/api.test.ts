import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PROBLEMS } from "../../server/http/problem.js";
import { StoreUnavailable } from "../../server/store/store.js";
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
    expect((await send()).json).toEqual({ imported: 1, unchanged: 0 });
    expect((await send()).json).toEqual({ imported: 0, unchanged: 1 });
    expect(await server.verify(codeOf(seed, NOW), seed.serial)).toMatchObject({ accepted: true });
    const token = await server.send("admin", "GET", "/v1/tokens/40000004");
    expect(token.json).toMatchObject({ startsAt: null, expiresAt: null, expired: false });
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

describe("bad requests", () => {
  const verify = (body: unknown) => () => server.send("verify", "POST", "/v1/verify", body);
  const cases: [
    name: string,
    code: keyof typeof PROBLEMS,
    field: string | undefined,
    send: () => ReturnType<TestServer["send"]>,
  ][] = [
    ["an empty body", "malformed_json", undefined, verify("")],
    ["a body that is not JSON", "malformed_json", undefined, verify('{"serial":')],
    ["no object", "invalid_field", "body", verify([])],
    ["no code", "invalid_field", "code", verify({ serial: SEED.serial })],
    ["neither serial nor user", "invalid_field", "serial", verify({ code: "123456" })],
    [
      "serial and user",
      "invalid_field",
      "serial",
      verify({ serial: SEED.serial, user: "a", code: "123456" }),
    ],
    ["five digits", "invalid_field", "code", verify({ serial: SEED.serial, code: "12345" })],
    ["seven digits", "invalid_field", "code", verify({ serial: SEED.serial, code: "1234567" })],
    [
      "full-width digits",
      "invalid_field",
      "code",
      verify({ serial: SEED.serial, code: "１２３４５６" }),
    ],
    [
      "a space after the code",
      "invalid_field",
      "code",
      verify({ serial: SEED.serial, code: "123456 " }),
    ],
    [
      "a line end after the code",
      "invalid_field",
      "code",
      verify({ serial: SEED.serial, code: "123456\n" }),
    ],
    [
      "a number for the code",
      "invalid_field",
      "code",
      verify({ serial: SEED.serial, code: 123456 }),
    ],
    [
      "a number for the serial",
      "invalid_field",
      "serial",
      verify({ serial: 12345678, code: "123456" }),
    ],
    [
      "a serial of seven digits",
      "invalid_field",
      "serial",
      verify({ serial: "1234567", code: "123456" }),
    ],
    [
      "a serial of thirteen digits",
      "invalid_field",
      "serial",
      verify({ serial: "1234567890123", code: "123456" }),
    ],
    [
      "an unknown field",
      "invalid_field",
      "colour",
      verify({ serial: SEED.serial, code: "123456", colour: "red" }),
    ],
    [
      "a huge body",
      "body_too_large",
      undefined,
      verify({ serial: SEED.serial, code: "1".repeat(20_000) }),
    ],
    [
      "no API key",
      "unauthorized",
      undefined,
      () => server.send(undefined, "POST", "/v1/verify", { serial: SEED.serial, code: "123456" }),
    ],
    [
      "the wrong scope",
      "forbidden",
      undefined,
      () => server.send("audit", "POST", "/v1/verify", { serial: SEED.serial, code: "123456" }),
    ],
    ["an unknown path", "not_found", undefined, () => server.send("verify", "GET", "/v1/nothing")],
    [
      "an unknown serial to revoke",
      "unknown_serial",
      "serial",
      () =>
        server.send("branch", "POST", "/v1/revoke", {
          serials: [SEED.serial, "99999999"],
          ...PAPER,
        }),
    ],
    [
      "an unknown serial to look at",
      "unknown_serial",
      "serial",
      () => server.send("branch", "GET", "/v1/tokens/99999999"),
    ],
    [
      "an unknown serial to resynchronize",
      "unknown_serial",
      "serial",
      () =>
        server.send("branch", "POST", "/v1/tokens/99999999/resync", {
          codes: ["123456", "654321"],
          ...PAPER,
        }),
    ],
    [
      "no form number",
      "invalid_field",
      "form",
      () => server.send("branch", "POST", "/v1/unlock", { serials: [SEED.serial], staff: "s" }),
    ],
    [
      "a code of a pair",
      "invalid_field",
      "codes.1",
      () =>
        server.send("branch", "POST", `/v1/tokens/${SEED.serial}/resync`, {
          codes: ["123456", "x"],
          ...PAPER,
        }),
    ],
    [
      "twice the same code",
      "invalid_field",
      "codes",
      () =>
        server.send("branch", "POST", `/v1/tokens/${SEED.serial}/resync`, {
          codes: ["123456", "123456"],
          ...PAPER,
        }),
    ],
    [
      "a limit that is no number",
      "invalid_field",
      "limit",
      () => server.send("audit", "GET", "/v1/audit?limit=all"),
    ],
    [
      "a seed file that is none",
      "invalid_seed_file",
      "seed file",
      () => server.send("admin", "POST", "/v1/imports", { seeds: "hello" }),
    ],
    [
      "a seed file with a document type",
      "invalid_seed_file",
      "seed file",
      () =>
        server.send("admin", "POST", "/v1/imports", {
          seeds: '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        }),
    ],
  ];

  it.each(cases)("%s: %s", async (_name, code, field, send) => {
    const before = await server.store.listTokens("", 100);
    const { status, headers, json } = await send();
    expect(json).toMatchObject({
      status: PROBLEMS[code].status,
      code,
      ...(field === undefined ? {} : { field }),
    });
    expect(status).toBe(PROBLEMS[code].status);
    expect(headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(JSON.stringify(json)).not.toMatch(/node_modules|\.js:|12345678901234567890/);
    expect(await server.store.listTokens("", 100)).toEqual(before);
  });

  it("a body that is no JSON by its type", async () => {
    const reply = await server.app.inject({
      method: "POST",
      url: "/v1/verify",
      headers: {
        "content-type": "text/plain",
        authorization: `Bearer ${await server.key("verify")}`,
      },
      payload: "serial=1",
    });
    expect(reply.json()).toMatchObject({ status: 415, code: "unsupported_media_type" });
  });

  it("a serial that is another token already", async () => {
    const other = { ...SEED, secret: Buffer.alloc(20, 5) };
    const seeds = [
      ...writePskc([{ ...SEED, serial: "50000005" }, other], {
        kind: "preshared",
        key: Buffer.alloc(16),
      }),
    ].join("");
    const reply = await server.send("admin", "POST", "/v1/imports", { seeds, key: "0".repeat(32) });
    expect(reply.json).toMatchObject({ status: 409, code: "serial_conflict", field: "serial" });
    expect(await server.store.tokensBySerial(["50000005"])).toEqual([undefined]);
  });

  it("keys that are wrong, revoked or no keys", async () => {
    const { findApiKey, issueApiKey, revokeApiKey } = await import("../../server/api-keys.js");
    const { id, key } = await issueApiKey(server.store, "verify", "test", NOW);
    expect(await findApiKey(server.store, key)).toMatchObject({ id, scope: "verify" });
    const changed = key.slice(0, -2) + (key.endsWith("AA") ? "BB" : "AA");
    expect(await findApiKey(server.store, changed)).toBeUndefined();
    expect(await findApiKey(server.store, key.replace(id, "0".repeat(12)))).toBeUndefined();
    expect(await findApiKey(server.store, "no key")).toBeUndefined();
    await revokeApiKey(server.store, id, "test", NOW);
    expect(await findApiKey(server.store, key)).toBeUndefined();
  });

  it("a store that cannot commit gives 503 and no answer", async () => {
    server.store.decide = () => Promise.reject(new StoreUnavailable("disk full"));
    const body = { serial: SEED.serial, code: codeOf(SEED, NOW) };
    const { status, headers, json } = await server.send("verify", "POST", "/v1/verify", body);
    expect(json).toMatchObject({ code: "unavailable" });
    expect(JSON.stringify(json)).not.toContain("disk full");
    expect([status, headers["retry-after"]]).toEqual([503, "1"]);
  });

  it("an error of ours tells the caller nothing of it", async () => {
    server.vault.open = () => {
      throw new Error("secret detail");
    };
    const body = { serial: SEED.serial, code: codeOf(SEED, NOW) };
    const { status, json } = await server.send("verify", "POST", "/v1/verify", body);
    expect([status, json.code]).toEqual([500, "internal"]);
    expect(JSON.stringify(json)).not.toContain("secret detail");
    const [token] = await server.store.tokensBySerial([SEED.serial]);
    expect(token?.failures).toBe(0);
  });
});
