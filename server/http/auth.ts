import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import { findApiKey, idOfKey } from "../api-keys.js";
import type { KeyScope, Store, StoredApiKey } from "../store/store.js";
import type { Caller } from "../core/caller.js";
import { Problem } from "./problem.js";
import type { Traffic } from "./traffic.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The key it came with, once the gate has let it through. */
    apiKey: StoredApiKey | null;
  }
}

/** Lets requests through by their API keys. */
export class Gate {
  readonly #find: (presented: string) => Promise<StoredApiKey | undefined>;

  constructor(
    app: FastifyInstance,
    store: Store,
    readonly traffic: Traffic,
  ) {
    app.decorateRequest("apiKey", null);
    this.#find = onceATurn((presented) => findApiKey(store, presented));
  }

  /** A hook that lets a request through only with an API key of one of the scopes. */
  only(...scopes: KeyScope[]): onRequestAsyncHookHandler {
    return async (request) => {
      const { headers, ip } = request;
      const [, presented = ""] = /^Bearer ([\x21-\x7e]+)$/.exec(headers.authorization ?? "") ?? [];
      const id = idOfKey(presented) ?? "";
      this.traffic.beforeKey(ip, id);
      const key = id === "" ? undefined : await this.#find(presented);
      if (!key) {
        this.traffic.wrongKey(ip, id);
        throw new Problem("unauthorized");
      }
      this.traffic.rightKey(ip, id);
      if (!scopes.includes(key.scope)) throw new Problem("forbidden");
      request.apiKey = key;
    };
  }
}

/** Who a request comes from, for the rules and the audit. */
export function callerOf(request: FastifyRequest, at: number): Caller {
  return { actor: `key:${request.apiKey?.id ?? ""}`, source: request.ip, at };
}

/** The scope of the key a request came with. */
export function scopeOf(request: FastifyRequest): KeyScope | undefined {
  return request.apiKey?.scope;
}

/**
 * Looks each thing up once in a turn of the event loop, however many requests come in it: they are
 * simultaneous, and a key that is revoked is refused from the next turn on.
 */
function onceATurn<T>(find: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const found = new Map<string, Promise<T>>();
  return (key) => {
    if (found.size === 0) {
      setImmediate(() => {
        found.clear();
      });
    }
    const known = found.get(key) ?? find(key);
    found.set(key, known);
    return known;
  };
}
