import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueApiKey } from "../../server/api-keys.js";
import { repeatedName } from "../../server/repeated-name.js";
import { KEY_SCOPES } from "../../server/store/store.js";
import { CONFIRMATION, PASSWORD, TestBank } from "../support/bank.js";
import { bodyFor, type Operation, operationsOf, type Route } from "../support/routes.js";

const SERIAL = "10000001";
const FIELDS: Readonly<Record<string, unknown>> = {
  ...{ id: "transfer-0001", user: "ichirodt", users: ["ichirodt"], serials: [SERIAL] },
  ...{ actor: "ichirodt", serial: SERIAL, code: "123456", codes: ["123456", "654321"] },
  ...{ form: "A-1", staff: "s1", status: "lost", lost: false, kind: "transfer" },
  ...{ confirmationPassword: CONFIRMATION, newConfirmationPassword: CONFIRMATION },
  ...{ password: PASSWORD, payee: "P1", amount: 1, date: "2026-11-24", mail: "a@example.co.jp" },
  ...{ contract: "C1", name: "割符", class: "general", needsCode: true, bank: "a", branch: "b" },
  ...{ account: "1", otpFrom: null, formDate: "2026-11-24", dailyLimit: 1 },
  ...{ seeds: "a", key: "b", dryRun: true, clockPpm: 20 },
};

let bank: TestBank;
const keys: string[] = [];
let operations: [route: string, operation: Operation][];
beforeAll(async () => {
  bank = await TestBank.start(1);
  for (const scope of KEY_SCOPES) {
    keys.push(
      (await issueApiKey(bank.store, scope, { actor: "test", source: undefined, at: bank.now }))
        .key,
    );
  }
  operations = operationsOf(bank.app).filter(([route]) => route.includes(" /v1/"));
});
afterAll(() => bank.close());

/** Sends a request with each key; the answer of the first that may. */
async function send(route: Route, payload?: string): Promise<Record<string, unknown>> {
  const { method, path: url } = route;
  for (const key of keys) {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const request = { method: method as "GET", url, headers, ...(payload && { payload }) };
    const reply = await bank.app.inject(request);
    if (reply.statusCode !== 403) return reply.json<Record<string, unknown>>();
  }
  throw new Error(`${method} ${url}: no key may`);
}

function routeOf(name: string): Route {
  const [method = "", pattern = ""] = name.split(" ");
  const path = pattern
    .replace("{serial}", SERIAL)
    .replace("contracts/{id}", "contracts/C1")
    .replace("{id}", "ichirodt");
  return { method, path };
}

/** Of every object in a schema, whether it takes fields that are not named. */
function openObjects(schema: unknown): unknown[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { type, additionalProperties } = schema as Record<string, unknown>;
  const isOpen = type === "object" && additionalProperties !== false;
  return [...(isOpen ? [schema] : []), ...Object.values(schema).flatMap(openObjects)];
}

/** Of other types than a value is. */
function wrongTypes(value: unknown): unknown[] {
  const each = [17, "17", true, {}, [17], null];
  return each.filter((other) => {
    const nameOf = (one: unknown): string =>
      Array.isArray(one) ? "array" : one === null ? "null" : typeof one;
    return nameOf(other) !== nameOf(value);
  });
}

describe("every route of the API's description", () => {
  it("takes no field that it does not name", () => {
    const bodies = operations.filter(([, { requestBody }]) => requestBody);
    expect(bodies.length).toBeGreaterThan(12);
    for (const [, { requestBody }] of bodies) expect(openObjects(requestBody)).toEqual([]);
  });

  it("refuses an unknown field of a body, and of a query, by its name", async () => {
    for (const [name, { requestBody }] of operations) {
      const route = routeOf(name);
      const body = bodyFor(bank.app, route, FIELDS);
      const payload = requestBody && JSON.stringify({ ...body, colour: "red" });
      if (payload) {
        expect([name, await send(route, payload)]).toMatchObject([
          name,
          { status: 400, code: "invalid_field", field: "colour" },
        ]);
      }
      const asked = { ...route, path: `${route.path}?colour=red` };
      expect([name, await send(asked, requestBody && JSON.stringify(body))]).toMatchObject([
        name,
        { status: 400, code: "invalid_field", field: "colour" },
      ]);
    }
  });

  it("refuses each field of another type, and coerces none", async () => {
    let sent = 0;
    for (const [name] of operations.filter(([, { requestBody }]) => requestBody)) {
      const route = routeOf(name);
      const body = bodyFor(bank.app, route, FIELDS);
      for (const [field, value] of Object.entries(body)) {
        for (const wrong of wrongTypes(value)) {
          // A payee is an id or an object; a contract may have no day from which codes are asked for.
          if (field === "payee" && typeof wrong === "object") continue;
          if (field === "payee" && typeof wrong === "string") continue;
          if (field === "otpFrom" && typeof wrong === "string") continue;
          const answer = await send(route, JSON.stringify({ ...body, [field]: wrong }));
          expect([name, field, wrong, answer]).toMatchObject([
            ...[name, field, wrong],
            { status: 400, code: "invalid_field" },
          ]);
          expect(String(answer.field).split(".")[0]).toBe(field);
          sent++;
        }
      }
    }
    expect(sent).toBeGreaterThan(300);
  });

  it("refuses a field that stands twice, by its name", async () => {
    for (const [name] of operations.filter(([, { requestBody }]) => requestBody)) {
      const route = routeOf(name);
      const body = bodyFor(bank.app, route, FIELDS);
      const [field, value] = Object.entries(body)[0]!;
      const text = `${JSON.stringify(body).slice(0, -1)},${JSON.stringify(field)}:${JSON.stringify(value)}}`;
      expect(await send(route, text)).toMatchObject({ status: 400, code: "invalid_field", field });
    }
    expect(await send({ method: "GET", path: "/v1/audit?limit=1&limit=2" })).toMatchObject({
      ...{ status: 400, code: "invalid_field", field: "limit" },
    });
  });

  it("tells no more of an unknown name than its beginning", async () => {
    const body = JSON.stringify({ code: "123456", serial: SERIAL, ["x".repeat(5000)]: 1 });
    const answer = await send({ method: "POST", path: "/v1/verify" }, body);
    expect(answer).toMatchObject({ code: "invalid_field", field: "x".repeat(64) });
    expect(JSON.stringify(answer).length).toBeLessThan(500);
  });
});

describe("a name that stands twice", () => {
  it.each([
    ['{"a":1,"a":2}', "a"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['[{"a":{"b":1,"b":2}}]', "b"],
    ['{"a":"\\"a\\":1","b":{"a":[{"a":1},{"a":2}]}}', undefined],
    ['{"a":"\\\\","b":"\\\\\\"","c":"{\\"a\\":1,\\"a\\":1}"}', undefined],
    ['{"":1,"":2}', ""],
    ['["a","a"]', undefined],
    ["17", undefined],
  ])("in %s is %s", (text, name) => {
    expect(repeatedName(text)).toBe(name);
  });
});
