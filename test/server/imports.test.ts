import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { provision } from "../../firmware/factory/provision.js";
import { writePskc } from "../../firmware/seedfile/pskc-write.js";
import { CallerGone } from "../../server/http/problem.js";
import { importSeeds } from "../../server/import-seeds.js";
import { codeOf, NOW, SEED, TestServer } from "../support/server.js";

const KEY = "00112233445566778899aabbccddeeff";
const CALLER = { actor: "test", source: undefined, at: NOW };

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.close());

const seedsFrom = (firstSerial: string, count: number) => [
  ...provision({
    ...{ firstSerial, count, start: NOW / 1000, expiry: NOW / 1000 + 86_400 },
    ...{ algorithm: "SHA1", board: "pixljs" },
  }),
];
const fileOf = (firstSerial: string, count: number) => ({
  seeds: [
    ...writePskc(seedsFrom(firstSerial, count), {
      ...{ kind: "preshared", key: Buffer.from(KEY, "hex") },
    }),
  ].join(""),
  key: KEY,
});
/** With the longest secrets, so that few lines are many pieces. */
const csvOf = (firstSerial: number, count: number) =>
  Array.from(
    { length: count },
    (_, index) => `${String(firstSerial + index)},${"00".repeat(64)},TOTP,6,60,sha512\n`,
  ).join("");
const send = (body: object) => server.send("admin", "POST", "/v1/imports", body);

/** Has something done when an import begins, and when it ends. */
const watchImports = (begins: () => void, ends: () => void) => {
  const importTokens = server.store.importTokens.bind(server.store);
  vi.spyOn(server.store, "importTokens").mockImplementation(async (...args) => {
    begins();
    await importTokens(...args);
    ends();
  });
};

describe("an import over HTTP", () => {
  it("lets codes be verified while it goes on", async () => {
    const url = await server.app.listen({ host: "127.0.0.1", port: 0 });
    const order: string[] = [];
    const body = JSON.stringify({ serial: SEED.serial, code: codeOf(SEED, NOW) });
    const authorization = `Bearer ${await server.key("verify")}`;
    const headers = { authorization, "content-type": "application/json" };
    const verified = new Promise<unknown>((resolve, reject) => {
      const verify = async () => {
        const reply = await fetch(`${url}/v1/verify`, { method: "POST", headers, body });
        order.push("verified");
        resolve(await reply.json());
      };
      watchImports(
        () => void verify().catch(reject),
        () => order.push("imported"),
      );
    });
    expect((await send(fileOf("20000001", 3000))).json.imported).toBe(3000);
    expect(await verified).toMatchObject({ accepted: true });
    expect(order).toEqual(["verified", "imported"]);
  });

  it("leaves time for other work between the pieces of its file", async () => {
    const order: string[] = [];
    const { store } = server;
    const tokensBySerial = store.tokensBySerial.bind(store);
    vi.spyOn(store, "tokensBySerial").mockImplementation((serials) => {
      order.push("read");
      return tokensBySerial(serials);
    });
    watchImports(
      () => setImmediate(() => order.push("other work")),
      () => undefined,
    );
    expect((await send(fileOf("20000001", 100))).json.imported).toBe(100);
    expect(order).toEqual(["other work", "read"]);
  });

  it("leaves time for other work between its batches of tokens", async () => {
    const order: string[] = [];
    const imported = importSeeds(server.store, server.vault, seedsFrom("20000001", 300), CALLER);
    setImmediate(() => order.push("other work"));
    await imported.then(() => order.push("imported"));
    expect(order).toEqual(["other work", "imported"]);
  });

  it("is one of ten at once; one more is asked to come later", async () => {
    let begun = 0;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const importTokens = server.store.importTokens.bind(server.store);
    const held = vi.spyOn(server.store, "importTokens").mockImplementation(async (...args) => {
      begun++;
      await released;
      await importTokens(...args);
    });
    const files = Array.from({ length: 10 }, (_, index) => fileOf(`2000${String(index)}001`, 300));
    const ten = files.map(send);
    await vi.waitUntil(() => begun === 10);
    const { status, headers, json } = await send(fileOf("30000001", 1));
    expect([status, json.code, headers["retry-after"]]).toEqual([503, "overloaded", "10"]);
    expect(json.detail).toBe("10 imports are under way; nothing was imported");
    release();
    for (const { json } of await Promise.all(ten)) expect(json.imported).toBe(300);
    held.mockRestore();
    expect((await send(fileOf("30000001", 1))).json.imported).toBe(1);
  });

  it.each([
    ["PSKC", fileOf("20000001", 3000)],
    ["CSV", { seeds: csvOf(20_000_001, 20_000) }],
  ])("of %s stores nothing where its caller hangs up before all was read", async (_, file) => {
    const url = await server.app.listen({ host: "127.0.0.1", port: 0 });
    const body = JSON.stringify(file);
    const hangUp = new AbortController();
    const ended = new Promise<unknown>((resolve) => {
      const importTokens = server.store.importTokens.bind(server.store);
      vi.spyOn(server.store, "importTokens").mockImplementation(async (...args) => {
        hangUp.abort();
        const imported = importTokens(...args);
        resolve(await imported.catch((error: unknown) => error));
        return imported;
      });
    });
    const authorization = `Bearer ${await server.key("admin")}`;
    const headers = { authorization, "content-type": "application/json" };
    const options = { method: "POST", headers, body, signal: hangUp.signal };
    const logged = vi.spyOn(server.app.log, "error");
    await expect(fetch(`${url}/v1/imports`, options)).rejects.toThrow("aborted");
    expect(await ended).toBeInstanceOf(CallerGone);
    await new Promise((resolve) => setImmediate(resolve));
    expect(logged).not.toHaveBeenCalled();
    expect(await server.store.tokensBySerial(["20000001"])).toEqual([undefined]);
  });

  it("of no text at all is refused", async () => {
    const { status, json } = await send({ seeds: "" });
    expect([status, json.code]).toEqual([400, "invalid_seed_file"]);
  });
});
