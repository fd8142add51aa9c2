import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { buildApp } from "../../server/http/app.js";
import { openVault } from "../../server/open.js";
import { StoreWatch } from "../../server/store-watch.js";
import { openConnection } from "../../server/store/sqlite-driver.js";
import { openSqlite } from "../../server/store/sqlite.js";
import { StoreUnavailable } from "../../server/store/store.js";
import { LogLines } from "../support/log-lines.js";
import { testDirectory } from "../support/directory.js";
import { MASTER_KEY, NOW } from "../support/server.js";

let directory: string;
let log: LogLines;
let leaving: AbortController;
let app: Awaited<ReturnType<typeof buildApp>>;
let store: ReturnType<typeof openSqlite>;
beforeEach(async () => {
  directory = testDirectory();
  log = new LogLines();
  leaving = new AbortController();
  store = openSqlite(join(directory, "store.db"), 20);
  app = await buildApp({
    store,
    vault: await openVault(store, MASTER_KEY),
    now: () => NOW,
    logger: { level: "info", stream: log.stream },
    leaving: leaving.signal,
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await app.close();
});

/** An answer older than a second is asked for anew. */
function aSecondPasses(): void {
  const later = performance.now() + 1_001;
  vi.spyOn(performance, "now").mockImplementation(() => later);
}

describe("/healthz and /readyz", () => {
  it("say that the process lives, and which store answers", async () => {
    expect((await app.inject("/healthz")).json()).toEqual({ status: "ok" });
    const ready = await app.inject("/readyz");
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: "ok", store: "sqlite" }]);
  });

  it("tell a store that can be read but not written, and that it is back", async () => {
    const other = openConnection(join(directory, "store.db"));
    other.exec("BEGIN IMMEDIATE");
    const reply = await app.inject("/readyz");
    expect(reply.json()).toMatchObject({ status: 503, code: "unavailable" });
    expect(reply.headers).toMatchObject({
      "content-type": expect.stringMatching(/^application\/problem\+json/) as string,
      "retry-after": "1",
    });
    expect((await app.inject("/healthz")).statusCode).toBe(200);
    expect((await app.inject("/metrics")).body).toContain("warifu_store_up 0");
    other.exec("COMMIT");
    other.close();
    aSecondPasses();
    expect((await app.inject("/readyz")).statusCode).toBe(200);
    vi.restoreAllMocks();
    expect(log.messages).toEqual(["the store is lost", "the store is found again"]);
  });

  it("say 503 once the server is leaving, while all else is served", async () => {
    leaving.abort();
    const ready = await app.inject("/readyz");
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toMatchObject({ code: "unavailable", detail: "the server is stopping" });
    expect((await app.inject("/healthz")).statusCode).toBe(200);
    const served = await app.inject("/login");
    expect([served.statusCode, served.headers.connection]).toEqual([200, "close"]);
    expect(log.messages).toEqual([]);
  });
});

describe("the watch over the store", () => {
  it("says once that it is lost, and once that it is found again", async () => {
    let lost = false;
    let pings = 0;
    store.ping = () => {
      pings += 1;
      return lost ? Promise.reject(new StoreUnavailable("the disk is full")) : Promise.resolve();
    };
    vi.useFakeTimers();
    // What is to be done with a store that is back fails at first: until it is done, it is not found.
    let recovering = false;
    let done = 0;
    const watch = new StoreWatch(store, app.log, () => {
      if (recovering) return Promise.reject(new StoreUnavailable("recovering"));
      done += 1;
      return Promise.resolve();
    });
    watch.start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([pings, done]).toEqual([2, 2]);
    [lost, recovering] = [true, true];
    await vi.advanceTimersByTimeAsync(20_000);
    expect(watch.up).toBe(false);
    lost = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(watch.up).toBe(false);
    recovering = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(watch.up).toBe(true);
    await watch.stop();
    const before = pings;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(pings).toBe(before);
    expect(log.lines).toMatchObject([
      { level: 50, store: "sqlite", problem: "the disk is full", msg: "the store is lost" },
      { level: 30, msg: "the store is found again" },
    ]);
  });

  it("asks the store at most once a second, however often it is asked itself", async () => {
    const ping = vi.spyOn(store, "ping");
    const watch = new StoreWatch(store, app.log, () => Promise.resolve());
    await Promise.all(Array.from({ length: 50 }, () => watch.look()));
    for (let count = 0; count < 50; count++) await watch.look();
    expect(ping).toHaveBeenCalledTimes(1);
  });
});
