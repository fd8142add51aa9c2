import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writePskc } from "../../firmware/seedfile/pskc-write.js";
import { findApiKey, issueApiKey, revokeApiKey } from "../../server/api-keys.js";
import { PROBLEMS } from "../../server/http/problem.js";
import { StoreUnavailable } from "../../server/store/store.js";
import { codeOf, NOW, SEED, TestServer } from "../support/server.js";

const PAPER = { form: "A-0001", staff: "s001" };

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(async () => {
  await server.close();
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
      "clocks of a bench that errs by nothing",
      "invalid_field",
      "clockPpm",
      () => server.send("admin", "POST", "/v1/imports", { seeds: "hello", clockPpm: 0 }),
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

  it.each(["/v1/tokens/%ZZ", `/v1/tokens/${"1".repeat(300)}`])("the path %s", async (url) => {
    const { status, headers, json } = await server.send("branch", "GET", url);
    expect(json).toMatchObject({ status });
    expect(["not_found", "malformed_request", "invalid_field"]).toContain(json.code);
    expect(headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(JSON.stringify(json)).not.toContain("11111");
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

  it("a seed file that another import brings in meanwhile: again, it is there", async () => {
    const key = "0".repeat(32);
    const wanted = { kind: "preshared", key: Buffer.alloc(16) } as const;
    const seeds = [...writePskc([{ ...SEED, serial: "50000005" }], wanted)].join("");
    const importing = () => server.send("admin", "POST", "/v1/imports", { seeds, key });
    const { store } = server;
    const find = store.tokensBySerial.bind(store);
    store.tokensBySerial = async (serials) => {
      const found = await find(serials);
      store.tokensBySerial = find;
      expect((await importing()).json).toMatchObject({ imported: 1 });
      return found;
    };
    const { status, headers, json } = await importing();
    expect([status, headers["retry-after"], json.code]).toEqual([503, "1", "unavailable"]);
    expect((await importing()).json).toMatchObject({ imported: 0, unchanged: 1 });
    const rows = await store.listAudit({ after: 0, limit: 100 });
    expect(
      rows.filter(({ event, detail }) => event === "import" && detail.imported === 1),
    ).toHaveLength(2);
  });

  it("keys that are wrong, revoked or no keys", async () => {
    const { id, key } = await issueApiKey(server.store, "verify", {
      actor: "test",
      source: undefined,
      at: NOW,
    });
    expect(await findApiKey(server.store, key)).toMatchObject({ id, scope: "verify" });
    const changed = key.slice(0, -2) + (key.endsWith("AA") ? "BB" : "AA");
    expect(await findApiKey(server.store, changed)).toBeUndefined();
    expect(await findApiKey(server.store, key.replace(id, "0".repeat(12)))).toBeUndefined();
    expect(await findApiKey(server.store, "no key")).toBeUndefined();
    await revokeApiKey(server.store, id, { actor: "test", source: undefined, at: NOW });
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
