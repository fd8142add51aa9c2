import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { issueApiKey } from "../../server/api-keys.js";
import { KEY_SCOPES } from "../../server/store/store.js";
import { CONFIRMATION, PASSWORD, TestBank } from "../support/bank.js";
import { LogLines } from "../support/log-lines.js";
import { bodyFor, routesOf } from "../support/routes.js";
import { Visitor } from "../support/visitor.js";

const SERIAL = "10000001";
/** What a request may hold, by the names of its fields; each secret can be told from all other text. */
const SECRETS = {
  password: "marked-password-1",
  newConfirmationPassword: "markednew1",
  confirmationPassword: "markedconf1",
  code: "918273",
  first: "827364",
  second: "736455",
  codes: ["827364", "736455"],
  key: "a1b2c3d4".repeat(4),
  seeds: `${SERIAL},${"c0ffee".repeat(7)},TOTP`,
};
const OPEN = {
  ...{ id: "ichirodt", user: "ichirodt", users: ["ichirodt"], actor: "ichirodt" },
  ...{ serial: SERIAL, serials: [SERIAL], form: "A-1", staff: "s1", name: "割符", status: "lost" },
  ...{ contract: "C1", class: "general", mail: "a@example.co.jp", kind: "profile", bank: "a" },
  ...{ branch: "b", account: "1", amount: 1, date: "2026-11-24", otpFrom: null },
  ...{ formDate: "2026-11-24", dailyLimit: 1, dryRun: true, lost: false, needsCode: true },
};
const FIELDS: Record<string, unknown> = { ...OPEN, ...SECRETS };

let log: LogLines;
let bank: TestBank;
let hidden: string[];
beforeEach(async () => {
  log = new LogLines();
  bank = await TestBank.start(2, undefined, { logger: { level: "trace", stream: log.stream } });
  await bank.contract();
  await bank.holder("ichirodt", "データ一郎", SERIAL, { class: "master" });
  await bank.staff();
  const seeds = bank.seeds.map(({ secret }) => Buffer.from(secret).toString("hex"));
  hidden = [...Object.values(SECRETS).flat(), ...seeds, PASSWORD, CONFIRMATION];
});
afterEach(() => bank.close());

/** Sends to every route what it takes, and what it does not, with each key. */
async function driveApi(): Promise<Set<number>> {
  const statuses = new Set<number>();
  for (const scope of KEY_SCOPES) {
    const { key } = await issueApiKey(bank.store, scope, {
      actor: "test",
      source: undefined,
      at: bank.now,
    });
    hidden.push(key, key.slice(-43));
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    for (const { method, path } of routesOf(bank.app, SERIAL)) {
      const url = `${path}?code=${SECRETS.code}&password=${SECRETS.password}`;
      const body = JSON.stringify(bodyFor(bank.app, { method, path }, FIELDS));
      const payloads = method === "GET" || method === "HEAD" ? [""] : [body, body.slice(0, -1)];
      for (const payload of payloads) {
        const request = { method: method as "GET", headers, ...(payload && { payload }) };
        for (const target of [path, url]) {
          statuses.add((await bank.app.inject({ ...request, url: target })).statusCode);
        }
      }
    }
  }
  return statuses;
}

/**
 * Sends every form, as a user and as the branch's staff.
 * @param failure what the store breaks with, once they are logged in
 */
async function drivePages(failure?: Error): Promise<Set<number>> {
  const statuses = new Set<number>();
  const decide = bank.store.decide.bind(bank.store);
  for (const [login, id, home] of [
    ["/login", "ichirodt", "/"],
    ["/branch/login", "madoguchi", "/branch"],
  ] as const) {
    const visitor = new Visitor(bank.url);
    bank.store.decide = decide;
    await visitor.send(login, { id, password: PASSWORD });
    if (failure) bank.store.decide = () => Promise.reject(failure);
    hidden.push(visitor.cookie.split("=")[1]!);
    for (const { method, path } of routesOf(bank.app, SERIAL)) {
      if (path.startsWith("/v1") || path === "/logout") continue;
      if (method === "GET") statuses.add((await visitor.fetch(path)).status);
      if (method !== "POST") continue;
      const fields = Object.entries(FIELDS).map(([name, value]) => [name, String(value)]);
      const reply = await visitor.send(path, Object.fromEntries(fields) as Record<string, string>, {
        from: home,
      });
      statuses.add(reply.status);
    }
  }
  return statuses;
}

function expectNothingTold(): void {
  expect(log.lines.length).toBeGreaterThan(0);
  for (const secret of hidden) expect(log.text).not.toContain(secret);
}

describe("the log, at its most talkative, holds no secret", () => {
  it("of any request that the API gets", async () => {
    const statuses = await driveApi();
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 403, 409]));
    expectNothingTold();
  });

  it("of any form", async () => {
    expect([...(await drivePages())]).toEqual(expect.arrayContaining([200, 303, 422]));
    expectNothingTold();
  });

  it("where something breaks whose words hold all of them", async () => {
    const failure = new Error(hidden.join(" "), { cause: hidden });
    expect(await drivePages(failure)).toContain(500);
    bank.store.decide = () => Promise.reject(failure);
    expect(await driveApi()).toContain(500);
    expect(log.messages).toContain("Something went wrong here");
    expectNothingTold();
  });

  it("of a caller without a key, or a path that is none's", async () => {
    for (const { method, path } of routesOf(bank.app, SERIAL)) {
      const headers = { authorization: `Bearer ${SECRETS.password}` };
      await bank.app.inject({ method: method as "GET", url: path, headers });
    }
    await bank.app.inject(`/v1/nothing/${SECRETS.code}?password=${SECRETS.password}`);
    await bank.app.inject(`/%ZZ${SECRETS.code}`);
    expectNothingTold();
  });
});
