import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from "fastify";
import { findApiKey, idOfKey } from "../api-keys.js";
import type { KeyScope, Store, StoredApiKey } from "../store/store.js";
import type { Caller } from "../core/book.js";
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
  readonly #find: (presented: string) => Found | Promise<Found>;

  constructor(
    app: FastifyInstance,
    store: Store,
    readonly traffic: Traffic,
  ) {
    app.decorateRequest("apiKey", null);
    this.#find = onceATurn((presented) => findApiKey(store, presented));
  }

  /**
   * A hook that lets a request through only with an API key of one of the scopes. It goes on at once where
   * the key is known: to read a body that has come in before it is waited for costs Node more.
   */
  only(...scopes: KeyScope[]): onRequestHookHandler {
    return (request, _reply, done) => {
      const { headers, ip } = request;
      const [, presented = ""] = /^Bearer ([\x21-\x7e]+)$/.exec(headers.authorization ?? "") ?? [];
      const id = idOfKey(presented) ?? "";
      this.traffic.beforeKey(ip, id);
      const letIn = (key: Found): void => {
        if (!key) {
          this.traffic.wrongKey(ip, id);
          throw new Problem("unauthorized");
        }
        this.traffic.rightKey(ip, id);
        if (!scopes.includes(key.scope)) throw new Problem("forbidden");
        request.apiKey = key;
      };
      const found = id === "" ? undefined : this.#find(presented);
      if (found instanceof Promise) {
        found.then(letIn).then(() => {
          done();
        }, done);
      } else {
        letIn(found);
        done();
      }
    };
  }
}

type Found = StoredApiKey | undefined;

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
function onceATurn<T>(find: (key: string) => Promise<T>): (key: string) => T | Promise<T> {
  const found = new Map<string, T | Promise<T>>();
  return (key) => {
    if (found.size === 0) {
      setImmediate(() => {
        found.clear();
      });
    }
    if (found.has(key)) return found.get(key)!;
    const finding = find(key).then((value) => {
      if (found.get(key) === finding) found.set(key, value);
      return value;
    });
    found.set(key, finding);
    return finding;
  };
}
