import { connect } from "node:net";
import fc from "fast-check";
import type { KeyScope } from "../../../server/store/store.js";
import { CONFIRMATION, PASSWORD } from "../../support/bank.js";
import { bodyFor, routesOf } from "../../support/routes.js";
import { anyText, changedJson, editedText, mostlyMutants } from "../mutate.js";
import type { Target } from "../target.js";
import { type CallerName, CALLERS, FuzzedBank, SERIAL } from "./fuzzed-bank.js";

/** A request; in its body and path `{{code}}` stands for the token's code, `{{form}}` for the form's. */
interface Request {
  readonly as: CallerName;
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

/** What a valid request may hold, by the names of fields. */
const FIELDS: Readonly<Record<string, unknown>> = {
  ...{ id: "ichirodt", user: "ichirodt", users: ["ichirodt"], actor: "ichirodt" },
  ...{ serial: SERIAL, serials: [SERIAL], form: "A-1", staff: "s1", name: "割符", status: "lost" },
  ...{ contract: "C1", class: "general", mail: "a@example.co.jp", kind: "transfer", bank: "a" },
  ...{ branch: "b", account: "1", amount: 1, date: "2026-11-24", otpFrom: null },
  ...{ payee: { bank: "a", branch: "b", account: "1", name: "c" } },
  ...{ formDate: "2026-11-24", dailyLimit: 1, dryRun: true, lost: false, needsCode: true },
  ...{
    password: PASSWORD,
    newConfirmationPassword: CONFIRMATION,
    confirmationPassword: CONFIRMATION,
  },
  ...{ code: "{{code}}", codes: ["{{code}}", "123456"], key: "a1b2c3d4".repeat(4) },
  ...{ seeds: `20000001,${"c0ffee00".repeat(5)},TOTP`, clockPpm: 20 },
};
const FORM = new URLSearchParams(
  Object.entries({ ...FIELDS, formToken: "{{form}}" } as Record<string, unknown>).map(
    ([name, value]): [string, string] => [name, String(value)],
  ),
).toString();
const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
/** Of those who may, and of all others too. */
const WHO: Readonly<Record<string, readonly CallerName[]>> = {
  "/v1/verify": ["verify"],
  "/v1/audit": ["audit"],
  "/v1/imports": ["admin"],
  "/v1/operations": ["portal"],
};

/** A valid request of every route. */
async function validRequests(): Promise<Request[]> {
  const { bank } = await FuzzedBank.open();
  const routes = routesOf(bank.app, SERIAL).filter(
    ({ method, path }) => method !== "HEAD" && !path.includes("*"),
  );
  const requests = routes.flatMap((route): Request[] => {
    const { method, path } = route;
    if (!path.startsWith("/v1/")) {
      const body = method === "POST" ? FORM : "";
      const as: CallerName = path.startsWith("/branch") ? "staff" : "user";
      return [{ as, method, path, type: body ? FORM_TYPE : "", body }];
    }
    const reads = method === "GET" || method === "HEAD";
    const body = reads ? "" : JSON.stringify(bodyFor(bank.app, route, FIELDS));
    return (WHO[path] ?? ["branch", "portal"]).map((as) => ({
      ...{ as, method, path, type: reads ? "" : JSON_TYPE, body },
    }));
  });
  await bank.close();
  return requests;
}

function mutantOf(request: Request): fc.Arbitrary<Request> {
  const same = {
    ...Object.fromEntries(Object.entries(request).map(([k, v]) => [k, fc.constant(v)])),
  };
  const as = fc.oneof(
    { weight: 5, arbitrary: fc.constant(request.as) },
    { weight: 1, arbitrary: fc.constantFrom(...CALLERS) },
  );
  const path = fc.oneof(
    { weight: 4, arbitrary: fc.constant(request.path) },
    { weight: 2, arbitrary: editedText(fc.constant(request.path)) },
    {
      weight: 2,
      arbitrary: editedText(
        fc.constant("limit=5&after=1&serial=10000001&id=ichirodt&to=/login"),
      ).map((query) => `${request.path}?${query}`),
    },
  );
  const { body: text, type: kind } = request;
  const body =
    kind === JSON_TYPE
      ? changedJson(fc.constant(text))
      : fc.oneof(fc.constant(text), editedText(fc.constant(text)));
  const type = fc.oneof(
    { weight: 9, arbitrary: fc.constant(kind) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(JSON_TYPE, FORM_TYPE, "text/plain", "application/xml", ""),
    },
  );
  return fc.record({ ...same, as, path, body, type } as {
    [Name in keyof Request]: fc.Arbitrary<Request[Name]>;
  });
}

function anyRequest(requests: readonly Request[]): fc.Arbitrary<Request> {
  return fc.record({
    as: fc.constantFrom(...CALLERS),
    method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"),
    path: fc.oneof(
      fc.constantFrom(...requests.map(({ path }) => path)),
      anyText.map((text) => `/${text}`),
    ),
    type: fc.constantFrom(JSON_TYPE, FORM_TYPE, "text/plain", "a"),
    body: fc.oneof(anyText, fc.json()),
  });
}

/** The requests are the same for every bank. */
let known: Promise<Request[]> | undefined;

/** Every route, by requests that are almost right. */
export async function httpRequests(): Promise<Target<Request>> {
  known ??= validRequests();
  const requests = await known;
  const fuzzed = await FuzzedBank.open();
  const take = async (request: Request): Promise<void> => {
    const { url, headers, payload } = filledIn(request, fuzzed);
    const method = request.method as "GET";
    const sent = { method, url, headers, ...(payload === "" ? {} : { payload }) };
    const reply = await fuzzed.bank.app.inject(sent);
    const body = /^(?:text|application\/[a-z+]*json)/.test(String(reply.headers["content-type"]))
      ? reply.body
      : "";
    const hasBody = method !== ("HEAD" as string) && reply.statusCode !== 304;
    if (hasBody) {
      fuzzed.expectAnswer(reply.statusCode, String(reply.headers["content-type"]), body);
    }
  };
  const mutants = fc.constantFrom(...requests).chain(mutantOf);
  return {
    inputs: mostlyMutants(mutants, anyRequest(requests)),
    take,
    end: async () => fuzzed.close(),
  };
}

function filledIn({ as, path, type, body }: Request, fuzzed: FuzzedBank) {
  const visitor = fuzzed.visitors.get(as);
  const code = body.includes("{{code}}") ? fuzzed.nextCode() : "";
  const fill = (text: string): string =>
    text
      .replaceAll("{{code}}", code)
      .replaceAll("%7B%7Bcode%7D%7D", code)
      .replaceAll("%7B%7Bform%7D%7D", visitor?.form ?? "");
  const headers: Record<string, string> = { host: "bank.test" };
  if (type !== "") headers["content-type"] = type;
  if (visitor) headers.cookie = visitor.cookie;
  else headers.authorization = `Bearer ${fuzzed.keys.get(as as KeyScope) ?? ""}`;
  // What a URL cannot hold, a client cannot send; on a socket it can.
  const url = fill(path).replace(/[^\w/?=&%.;:@!$'()*+,~-]/gu, (each) =>
    encodeURIComponent(Buffer.from(each).toString()),
  );
  return { url: url.replace(/^\/*/, "/"), headers, payload: fill(body) };
}

const RAW = [
  "POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
  'POST /v1/verify HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {{key}}\r\nContent-Type: application/json\r\nContent-Length: 38\r\n\r\n{"serial":"10000001","code":"123456"} ',
  "POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nid=ab\r\n0\r\n\r\n",
  "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  "GET /language/en?to=/login HTTP/1.1\r\nHost: a\r\nCookie: warifu=x; language=ja\r\nAccept: text/html\r\n\r\n",
];

/** Bytes on a socket that are almost a request. */
export async function rawRequests(): Promise<Target<string>> {
  const fuzzed = await FuzzedBank.open();
  const { port } = new URL(fuzzed.bank.url);
  const key = fuzzed.keys.get("verify")!;
  const take = async (text: string): Promise<void> => {
    const answer = await exchange(Number(port), text.replaceAll("{{key}}", key));
    for (const each of answer.split(/(?=HTTP\/1\.1 \d{3} )/)) {
      const [head = "", body = ""] = each.split(/\r\n\r\n/, 2);
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0);
      const type = /^content-type: (.*)$/im.exec(head)?.[1]?.trim() ?? "";
      // Where Node.js itself refuses, it sends a status alone.
      if (["", "0"].includes(body.trim()) && status >= 400 && status < 500) continue;
      if (type.startsWith("text/html")) continue;
      fuzzed.expectAnswer(status, type, body);
    }
  };
  return {
    inputs: mostlyMutants(editedText(fc.constantFrom(...RAW)), anyText),
    take,
    end: async () => fuzzed.close(),
  };
}

/** Sends bytes, then no more, and takes all that comes back. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  let answer = "";
  socket.setEncoding("latin1").on("data", (part: string) => (answer += part));
  // Whoever is answered before he has sent everything may be cut off.
  socket.on("error", () => undefined);
  socket.end(Buffer.from(text));
  await new Promise((resolve) => socket.once("close", resolve));
  return answer;
}
