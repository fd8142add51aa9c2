import type { FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import { findApiKey } from "../api-keys.js";
import type { KeyScope, Store, StoredApiKey } from "../store/store.js";
import type { Caller } from "../core/book.js";
import { Problem } from "./problem.js";

const keys = new WeakMap<FastifyRequest, StoredApiKey>();

/** A hook that lets a request through only with an API key of one of the scopes. */
export function requireScope(store: Store, ...scopes: KeyScope[]): onRequestAsyncHookHandler {
  const find = onceATurn((presented) => findApiKey(store, presented));
  return async (request) => {
    const [, presented] = /^Bearer ([\x21-\x7e]+)$/.exec(request.headers.authorization ?? "") ?? [];
    const key = presented === undefined ? undefined : await find(presented);
    if (!key) throw new Problem("unauthorized");
    if (!scopes.includes(key.scope)) throw new Problem("forbidden");
    keys.set(request, key);
  };
}

/** Who a request comes from, for the rules and the audit. */
export function callerOf(request: FastifyRequest, at: number): Caller {
  return { actor: `key:${keys.get(request)?.id ?? ""}`, source: request.ip, at };
}

/** The scope of the key a request came with. */
export function scopeOf(request: FastifyRequest): KeyScope | undefined {
  return keys.get(request)?.scope;
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
