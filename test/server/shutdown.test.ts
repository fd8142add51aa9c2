import { Agent, request } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { issueApiKey } from "../../server/api-keys.js";
import { importSeeds } from "../../server/import-seeds.js";
import { openVault } from "../../server/open.js";
import { Mailer } from "../../server/mailer.js";
import { runServer } from "../../server/run-server.js";
import { openSqlite } from "../../server/store/sqlite.js";
import { StoreUnavailable } from "../../server/store/store.js";
import { ServingProcess } from "../support/cli.js";
import { LogLines } from "../support/log-lines.js";
import { copiedDatabase } from "../support/directory.js";
import { MASTER, MASTER_KEY, SEED } from "../support/server.js";

/** Of an expired token no code is counted: there may be any number of them. */
const EXPIRED = { ...SEED, start: 0, expiry: 1_600_000_000 };
const CLIENTS = 32;

let key: string;
const database = copiedDatabase(async (path) => {
  const store = openSqlite(path);
  const caller = { actor: "test", source: undefined, at: Date.now() };
  await importSeeds(store, await openVault(store, MASTER_KEY), [EXPIRED], caller);
  ({ key } = await issueApiKey(store, "verify", caller));
  await store.close();
});

let server: ServingProcess | undefined;
let agent: Agent;
beforeEach(() => {
  agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
});
afterEach(async () => {
  agent.destroy();
  await server?.stop("SIGKILL");
  server = undefined;
});

async function serve(...more: string[]): Promise<ServingProcess> {
  server = await ServingProcess.serve(MASTER, "--db", `sqlite:${database()}`, ...more);
  return server;
}

/** Sends a code over a connection that stays open. @returns undefined where no answer came */
async function verify(url: string): Promise<{ status: number; body: string } | undefined> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  return new Promise((resolve) => {
    const sent = request(`${url}/v1/verify`, { agent, method: "POST", headers }, (reply) => {
      let body = "";
      reply.on("data", (chunk: Buffer) => (body += chunk.toString()));
      reply.on("end", () => {
        resolve({ status: reply.statusCode!, body });
      });
      reply.on("error", () => {
        resolve(undefined);
      });
    });
    sent.on("error", () => {
      resolve(undefined);
    });
    sent.end(JSON.stringify({ serial: EXPIRED.serial, code: "123456" }));
  });
}

async function decided(): Promise<number> {
  const store = openSqlite(database());
  let [rows, last] = [0, 0];
  for (;;) {
    const page = await store.listAudit({ after: last, limit: 1000 });
    rows += page.filter(({ event }) => event === "verify").length;
    if (page.length < 1000) break;
    last = page.at(-1)!.id;
  }
  await store.close();
  return rows;
}

describe("a stop while decisions are under way", () => {
  it("answers them, however long the store takes, and closes the store after", async () => {
    const store = openSqlite(database());
    const received = vi.spyOn(store, "apiKey");
    const closed = vi.spyOn(store, "close");
    const decide = store.decide.bind(store);
    store.decide = async (works) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(closed).not.toHaveBeenCalled();
      return decide(works);
    };
    const log = new LogLines();
    const stop = new AbortController();
    const settings = { host: "127.0.0.1", port: 0, drain: 0, now: Date.now, store };
    const vault = await openVault(store, MASTER_KEY);
    const logger = { level: "info", stream: log.stream };
    const announced = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const ended = runServer({ ...settings, vault, logger }, stop.signal);
    await expect.poll(() => announced.mock.calls.length).toBe(1);
    const url = /ready at (http:\S+)/.exec(String(announced.mock.calls[0]![0]))![1]!;
    announced.mockRestore();
    const replies = Array.from({ length: CLIENTS }, () => verify(url));
    await expect.poll(() => received.mock.calls.length).toBe(CLIENTS);
    stop.abort();
    for (const reply of await Promise.all(replies)) expect(reply).toMatchObject({ status: 200 });
    await ended;
    expect(closed).toHaveBeenCalledTimes(1);
    expect(await decided()).toBe(CLIENTS);
    const [starting, , stopping, stopped] = log.lines;
    expect(starting).toMatchObject({ msg: "starting", store: "sqlite" });
    expect(starting!.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect([stopping!.msg, stopped!.msg]).toEqual([
      "stopping: what came in is answered",
      "stopped",
    ]);
  });
});

it("a server that cannot be built closes the store and ends", async () => {
  const store = openSqlite(database());
  const vault = await openVault(store, MASTER_KEY);
  const closed = vi.spyOn(store, "close");
  vi.spyOn(Mailer.prototype, "start").mockImplementation(() => {
    throw new Error("broken");
  });
  const mail = { url: "smtp://127.0.0.1:1", from: "warifu@localhost" };
  const settings = { host: "127.0.0.1", port: 0, drain: 0, now: Date.now, store, vault, mail };
  const timers = vi.spyOn(globalThis, "setInterval");
  const cleared = vi.spyOn(globalThis, "clearInterval");
  const { signal } = new AbortController();
  await expect(runServer(settings, signal)).rejects.toThrow("broken");
  expect(closed).toHaveBeenCalledTimes(1);
  expect(timers).toHaveBeenCalled();
  // What was begun is over: nothing keeps the process from ending.
  for (const { value } of timers.mock.results) expect(cleared).toHaveBeenCalledWith(value);
  vi.restoreAllMocks();
});

it("a server that cannot read its data keys at its start closes the store and ends", async () => {
  const store = openSqlite(database());
  const vault = await openVault(store, MASTER_KEY);
  const closed = vi.spyOn(store, "close");
  store.listDataKeys = () => Promise.reject(new StoreUnavailable("away"));
  const settings = { host: "127.0.0.1", port: 0, drain: 0, now: Date.now, store, vault };
  const { signal } = new AbortController();
  await expect(runServer(settings, signal)).rejects.toThrow("away");
  expect(closed).toHaveBeenCalledTimes(1);
});

describe("SIGTERM under load", () => {
  it("has each decision answered: as many answers as rows in the audit", async () => {
    const server = await serve();
    const { url } = server;
    let answered = 0;
    const others: unknown[] = [];
    const client = async (): Promise<void> => {
      for (;;) {
        const reply = await verify(url);
        if (!reply) return;
        if (reply.body === '{"accepted":false,"reason":"expired"}') answered += 1;
        else others.push(reply);
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    while (answered < 500) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await server.stop("SIGTERM")).toBe(0);
    await Promise.all(clients);
    expect(others).toEqual([]);
    expect(await decided()).toBe(answered);
    expect(server.output).toMatch(/stopping[^]*stopped/);
  });

  it("is told at /readyz for as long as it drains, while codes are decided", async () => {
    const server = await serve("--drain", "2");
    const { url } = server;
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const ended = server.stop("SIGTERM");
    while ((await fetch(`${url}/readyz`)).status !== 503);
    expect(await verify(url)).toMatchObject({ status: 200 });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await ended).toBe(0);
    expect(await verify(url)).toBeUndefined();
    expect(await decided()).toBe(1);
  });
});
