import type { FastifyInstance } from "fastify";
import { codeGenerator } from "../../firmware/otp/totp.js";
import type { Seed } from "../../firmware/seedfile/seed.js";
import { issueApiKey } from "../../server/api-keys.js";
import { buildApp } from "../../server/http/app.js";
import { importSeeds } from "../../server/import-seeds.js";
import { nodeHash } from "../../server/hashes.js";
import { openVault } from "../../server/open.js";
import { openSqlite } from "../../server/store/sqlite.js";
import type { KeyScope, Store } from "../../server/store/store.js";
import type { Vault } from "../../server/vault.js";

export const MASTER_KEY = Buffer.alloc(32, 7);
/** The environment of a command that is to open what it wraps. */
export const MASTER = { WARIFU_MASTER_KEY: MASTER_KEY.toString("hex") };
export const NOW = Date.UTC(2026, 10, 23, 3, 0, 30); // milliseconds, the middle of a minute

export const SEED: Seed = {
  serial: "12345678",
  secret: Buffer.from("12345678901234567890"),
  algorithm: "SHA1",
  start: NOW / 1000 - 1000,
  expiry: NOW / 1000 + 100_000,
  timeDrift: 0,
};

/** The code a seed shows at a time, so many steps away. */
export function codeOf(seed: Seed, milliseconds: number, distance = 0): string {
  return codeGenerator(nodeHash(1), seed.secret)(Math.floor(milliseconds / 60_000) + distance);
}

/** A six-digit code that the seed shows nowhere near a time. */
export function wrongCodeOf(seed: Seed, milliseconds: number): string {
  const near = Array.from({ length: 31 }, (_, index) => codeOf(seed, milliseconds, index - 15));
  return ["000000", "111111", "222222"].find((code) => !near.includes(code))!;
}

/** A server in this process, with its clock in the test's hand. */
export class TestServer {
  now = NOW;
  readonly #keys = new Map<KeyScope, string>();

  private constructor(
    readonly app: FastifyInstance,
    readonly store: Store,
    readonly vault: Vault,
  ) {}

  static async start(seeds: readonly Seed[] = [SEED], path = ":memory:", mostWaiting?: number) {
    const store = openSqlite(path);
    const vault = await openVault(store, MASTER_KEY);
    const clock = { read: () => NOW };
    const app = await buildApp({
      store,
      vault,
      now: () => clock.read(),
      passwordCost: { logN: 10 },
      mostWaiting,
    });
    const server = new TestServer(app, store, vault);
    clock.read = () => server.now;
    await importSeeds(store, vault, seeds, { actor: "test", source: undefined, at: NOW });
    return server;
  }

  async key(scope: KeyScope): Promise<string> {
    let key = this.#keys.get(scope);
    key ??= (await issueApiKey(this.store, scope, { actor: "test", source: undefined, at: NOW }))
      .key;
    this.#keys.set(scope, key);
    return key;
  }

  /** Sends a request with a key of the scope; `body` goes as JSON, a string as it is. */
  async send(
    scope: KeyScope | undefined,
    method: "GET" | "POST" | "PUT",
    url: string,
    body?: unknown,
  ) {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (scope) headers.authorization = `Bearer ${await this.key(scope)}`;
    const payload = typeof body === "string" ? body : JSON.stringify(body);
    const reply = await this.app.inject({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { payload }),
    });
    return {
      status: reply.statusCode,
      headers: reply.headers,
      json: reply.json<Record<string, unknown>>(),
    };
  }

  async verify(code: string, serial = SEED.serial): Promise<Record<string, unknown>> {
    return (await this.send("verify", "POST", "/v1/verify", { serial, code })).json;
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}
