import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeOf, SEED, TestServer, wrongCodeOf } from "../support/server.js";

const PAPER = { form: "A-0001", staff: "s001" };
const PASSWORDS = { password: "password-1", confirmationPassword: "kakunin1" };
const OTHER = { ...SEED, serial: "23456789", secret: Buffer.alloc(20, 5), expiry: undefined };
const OWN = { ...SEED, expiry: undefined };

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start([OWN, OTHER]);
  const contract = {
    name: "割符商事",
    otpFrom: "2026-04-01T00:00:00+09:00",
    dailyLimit: 1_000_000,
  };
  await branch("PUT", "/v1/contracts/C1", { ...contract, formDate: "2026-03-01" });
  for (const [id, userClass] of [
    ["masuo", "master"],
    ["ichiro", "general"],
  ]) {
    const user = { contract: "C1", name: id, class: userClass, mail: `${id!}@example.co.jp` };
    const needsCode = id === "ichiro";
    await branch("PUT", `/v1/users/${id!}`, { ...user, needsCode, ...PASSWORDS });
  }
});
afterEach(() => server.close());

async function branch(method: "POST" | "PUT", url: string, body: object) {
  const { status, json } = await server.send("branch", method, url, { ...body, ...PAPER });
  return status === 200 ? json : { status, ...json };
}

async function portal(url: string, body: object) {
  const { status, json } = await server.send("portal", "POST", url, body);
  return status === 200 ? json : { status, ...json };
}

/** Lends and registers the token of a seed. */
async function enrol(user: string, seed = OWN) {
  await branch("POST", `/v1/users/${user}/token`, { serial: seed.serial });
  const code = codeOf(seed, server.now);
  const answer = await portal(`/v1/users/${user}/registration`, { serial: seed.serial, code });
  server.now += 60_000;
  return answer;
}

const suspend = async () => {
  const code = wrongCodeOf(OWN, server.now);
  for (let guess = 0; guess < 5; guess++) {
    await server.send("verify", "POST", "/v1/verify", { user: "ichiro", code });
  }
};

describe("the API of users", () => {
  it("registers, and verifies by user from then on", async () => {
    expect(await enrol("ichiro")).toEqual({ registered: true, serial: OWN.serial });
    const verify = async (user: string, code: string) =>
      (await server.send("verify", "POST", "/v1/verify", { user, code })).json;
    const code = codeOf(OWN, server.now);
    expect(await verify("ichiro", code)).toEqual({ accepted: true, serial: OWN.serial });
    expect(await verify("ichiro", code)).toEqual({ accepted: false, reason: "already_used" });
    expect(await verify("masuo", code)).toEqual({ accepted: false, reason: "unregistered" });
    expect(await verify("nobody", code)).toEqual({ accepted: false, reason: "wrong_code" });
  });

  it("resynchronizes", async () => {
    await enrol("ichiro");
    const codes = [9, 10].map((distance) => codeOf(OWN, server.now, distance));
    const url = "/v1/users/ichiro/resync";
    const wrong = await portal(url, { codes, confirmationPassword: "wrong" });
    expect(wrong).toEqual({ resynchronized: false, reason: "wrong_password" });
    expect(await portal(url, { codes })).toEqual({ resynchronized: true, clockOffset: 10 });
    const unknown = await portal("/v1/users/nobody/resync", { codes });
    expect(unknown).toEqual({ resynchronized: false, reason: "wrong_code" });
  });

  it("transfers once, and changes information", async () => {
    await enrol("ichiro");
    const proof = { user: "ichiro", confirmationPassword: PASSWORDS.confirmationPassword };
    const payee = { bank: "見本銀行", branch: "本店", account: "1", name: "カ)ミホン" };
    const order = { kind: "transfer", payee, amount: 5000, date: "2026-11-24", id: "order-0001" };
    const code = codeOf(OWN, server.now);
    expect(await portal("/v1/operations", { ...proof, ...order })).toEqual({
      done: false,
      reason: "code_needed",
    });
    for (let sent = 0; sent < 2; sent++) {
      expect(await portal("/v1/operations", { ...proof, ...order, code })).toEqual({
        done: true,
        id: "order-0001",
      });
    }
    expect(await server.store.listTransfers("C1", 10)).toHaveLength(1);
    expect(await portal("/v1/operations", { ...proof, kind: "transfer", payee })).toMatchObject({
      status: 400,
      field: "amount",
    });
    server.now += 60_000;
    const change = { ...proof, kind: "profile", mail: "new@example.co.jp" };
    expect(await portal("/v1/operations", change)).toMatchObject({ reason: "code_needed" });
    const next = codeOf(OWN, server.now);
    const nothing = { ...proof, kind: "profile", code: next };
    expect(await portal("/v1/operations", nothing)).toMatchObject({ status: 400, field: "mail" });
    // What was refused has not used the code up.
    expect(await portal("/v1/operations", { ...change, code: next })).toEqual({ done: true });
  });

  it.each(["\u0000", "\ud800", "a\ud83d", "ichiro\u202e"])(
    "a user who cannot be written down is not asked about: %j",
    async (user) => {
      const asked = await server.send("verify", "POST", "/v1/verify", { user, code: "123456" });
      expect(asked).toMatchObject({ status: 400, json: { code: "invalid_field", field: "user" } });
    },
  );

  it("a payee registered beforehand is named by its id", async () => {
    await enrol("ichiro");
    const payee = {
      contract: "C1",
      bank: "見本銀行",
      branch: "本店",
      account: "1",
      name: "カ)ミホン",
    };
    expect(await branch("PUT", "/v1/payees/payee-1", payee)).toEqual({ payee: "payee-1" });
    const proof = { user: "ichiro", confirmationPassword: PASSWORDS.confirmationPassword };
    const order = { kind: "transfer", payee: "payee-1", amount: 5000, date: "2026-11-24" };
    expect(await portal("/v1/operations", { ...proof, ...order })).toMatchObject({ done: true });
  });

  it("masters unlock and revoke; others may not", async () => {
    await enrol("ichiro");
    await suspend();
    const act = { users: ["ichiro"], confirmationPassword: PASSWORDS.confirmationPassword };
    for (const url of ["/v1/unlock", "/v1/revoke"]) {
      expect(await portal(url, { ...act, actor: "ichiro" })).toMatchObject({
        status: 403,
        code: "not_permitted",
      });
    }
    const wrong = { ...act, actor: "masuo", confirmationPassword: "wrong" };
    expect(await portal("/v1/unlock", wrong)).toEqual({ unlocked: [], reason: "wrong_password" });
    expect(await portal("/v1/unlock", { ...act, actor: "masuo" })).toEqual({
      unlocked: ["ichiro"],
    });
    expect(await portal("/v1/revoke", { ...act, actor: "masuo" })).toEqual({ revoked: ["ichiro"] });
    expect(await portal("/v1/unlock", { actor: "masuo" })).toMatchObject({ field: "users" });
  });
});

describe("the API of the branch", () => {
  it("unlocks and revokes by user and by serial, a serial for all of its users", async () => {
    await enrol("ichiro");
    await enrol("masuo");
    await suspend();
    expect(await branch("POST", "/v1/unlock", { users: ["masuo"] })).toEqual({
      unlocked: ["ichiro", "masuo"],
    });
    expect(await branch("POST", "/v1/revoke", { users: ["masuo"] })).toEqual({
      revoked: ["masuo"],
    });
    expect(await branch("POST", "/v1/revoke", { serials: [OWN.serial, OTHER.serial] })).toEqual({
      revoked: [OWN.serial, OTHER.serial],
      unchanged: [],
    });
    const state = await server.send("branch", "GET", "/v1/users/ichiro");
    expect(state.json).toMatchObject({ state: "revoked", serial: null });
    expect(await branch("POST", "/v1/revoke", {})).toMatchObject({ field: "serials" });
  });

  it("tells a user's state, and the contracts", async () => {
    const state = async (id: string) =>
      (await server.send("branch", "GET", `/v1/users/${id}`)).json;
    expect(await state("ichiro")).toMatchObject({ state: "unregistered", availableAt: null });
    await enrol("ichiro");
    expect(await state("ichiro")).toEqual({
      ...{ user: "ichiro", contract: "C1", name: "ichiro", class: "general", stopped: false },
      ...{
        state: "registered",
        authentication: "available",
        serial: OWN.serial,
        availableAt: null,
      },
    });
    expect(await state("nobody")).toMatchObject({ code: "unknown_user" });
    expect((await server.send("branch", "GET", "/v1/contracts")).json).toEqual({
      contracts: [{ id: "C1", name: "割符商事" }],
    });
  });

  it("takes lost tokens out of service, and gives users their ID back", async () => {
    await enrol("ichiro");
    const url = `/v1/tokens/${OWN.serial}/retirement`;
    expect(await branch("POST", url, { status: "lost" })).toEqual({ users: ["ichiro"] });
    const again = { password: "password-2", confirmationPassword: "kakunin2" };
    expect(await branch("POST", "/v1/users/ichiro/resume", again)).toEqual({ user: "ichiro" });
    expect(await branch("POST", "/v1/users/ichiro/resume", {})).toEqual({ user: "ichiro" });
  });

  it.each([
    ["POST", "/v1/users/nobody/token", { serial: OWN.serial }, 404, "unknown_user"],
    ["POST", "/v1/users/ichiro/token", { serial: "99999999" }, 404, "unknown_serial"],
    ["POST", "/v1/tokens/99999999/retirement", { status: "lost" }, 404, "unknown_serial"],
    ["PUT", "/v1/users/new", { ...PASSWORDS, contract: "C9" }, 404, "unknown_contract"],
    ["PUT", "/v1/users/ichiro", { ...PASSWORDS, contract: "C1" }, 409, "exists"],
  ] as const)("%s %s %j: %i %s", async (method, url, body, status, code) => {
    const named = { name: "n", class: "general", mail: "n@example.co.jp" };
    const whole = method === "PUT" ? { ...named, ...body } : body;
    expect(await branch(method, url, whole)).toMatchObject({ status, code });
  });

  it("refuses to lend what is another's, out of service, or more than one", async () => {
    const contract = { name: "他社", otpFrom: null, dailyLimit: 0, formDate: "2026-03-01" };
    await branch("PUT", "/v1/contracts/C2", contract);
    const user = { contract: "C2", name: "n", class: "master", mail: "n@example.co.jp" };
    await branch("PUT", "/v1/users/elsewhere", { ...user, ...PASSWORDS });
    await enrol("ichiro");
    const lend = (id: string, serial: string) =>
      branch("POST", `/v1/users/${id}/token`, { serial });
    const belongs = { code: "other_contract", title: "It belongs to another contract" };
    expect(await lend("elsewhere", OWN.serial)).toMatchObject(belongs);
    const payee = { bank: "b", branch: "b", account: "1", name: "n" };
    const keep = (contract: string) => branch("PUT", "/v1/payees/p", { ...payee, contract });
    await keep("C1");
    expect(await keep("C2")).toMatchObject(belongs);
    expect(await lend("ichiro", OTHER.serial)).toMatchObject({ code: "has_token" });
    await branch("POST", `/v1/tokens/${OTHER.serial}/retirement`, { status: "faulty" });
    expect(await lend("masuo", OTHER.serial)).toMatchObject({ code: "not_in_service" });
  });

  it("takes no time that is none of the calendar for the contract's start", async () => {
    const contract = { name: "割符商事", formDate: "2026-03-01", dailyLimit: 1 };
    const otpFrom = "2026-04-01T23:59:60Z";
    expect(await branch("PUT", "/v1/contracts/C1", { ...contract, otpFrom })).toMatchObject({
      status: 400,
      field: "otpFrom",
    });
    const book = await server.store.read({ contracts: ["C1"] });
    expect(book.contract("C1")!.otpFrom).toBeDefined();
  });

  it("its paths are closed to other keys", async () => {
    for (const scope of ["verify", "portal", "audit"] as const) {
      const { status } = await server.send(scope, "GET", "/v1/contracts");
      expect(status).toBe(403);
    }
    const { status } = await server.send("branch", "POST", "/v1/operations", {});
    expect(status).toBe(403);
  });
});

it("rule 30: parallel transfers of a contract without tokens never exceed a day's limit", async () => {
  const contract = { name: "割符商事", otpFrom: null, dailyLimit: 1_000_000 };
  await branch("PUT", "/v1/contracts/C1", { ...contract, formDate: "2026-03-01" });
  const payee = { bank: "b", branch: "br", account: "1", name: "n" };
  const order = { user: "ichiro", kind: "transfer", payee, amount: 15_000, date: "2026-11-24" };
  const confirmationPassword = PASSWORDS.confirmationPassword;
  const replies = await Promise.all(
    Array.from({ length: 60 }, () => portal("/v1/operations", { ...order, confirmationPassword })),
  );
  expect(replies.filter((reply) => "done" in reply && reply.done)).toHaveLength(13);
  const booked = await server.store.listTransfers("C1", 100);
  expect(booked.reduce((sum, { amount }) => sum + amount, 0)).toBe(195_000);
  // The next day's is untouched.
  const next = { ...order, date: "2026-11-25", confirmationPassword };
  expect(await portal("/v1/operations", next)).toMatchObject({ done: true });
});
