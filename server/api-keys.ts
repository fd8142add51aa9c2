import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { type Caller, entryBy } from "./core/caller.js";
import type { KeyScope, Store, StoredApiKey } from "./store/store.js";

const KEY_PATTERN = /^warifu_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** A key as it is handed over, once; the store keeps only its hash. */
export interface IssuedKey {
  readonly id: string;
  readonly scope: KeyScope;
  readonly key: string;
}

/** Makes an API key: 256 random bits, so a plain hash is enough to store it by. */
export async function issueApiKey(
  store: Store,
  scope: KeyScope,
  caller: Caller,
): Promise<IssuedKey> {
  const id = randomBytes(6).toString("hex");
  const secret = randomBytes(32).toString("base64url");
  await store.addApiKey(
    { id, scope, hash: hashOf(secret), createdAt: caller.at, revokedAt: undefined },
    entryBy(caller, "apikey_create", "done", { id }),
  );
  return { id, scope, key: `warifu_${id}_${secret}` };
}

/** @returns whether there was such a key, not revoked before */
export async function revokeApiKey(store: Store, id: string, caller: Caller): Promise<boolean> {
  return store.revokeApiKey(id, caller.at, entryBy(caller, "apikey_revoke", "done", { id }));
}

/** The part of a key that is no secret, where it looks like one. */
export function idOfKey(presented: string): string | undefined {
  return KEY_PATTERN.exec(presented)?.[1];
}

/** The stored key that a presented one is; undefined where it is none, or revoked. */
export async function findApiKey(
  store: Store,
  presented: string,
): Promise<StoredApiKey | undefined> {
  const [, id, secret] = KEY_PATTERN.exec(presented) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const key = await store.apiKey(id);
  const same = timingSafeEqual(hashOf(secret), key?.hash ?? Buffer.alloc(32));
  return key && same && key.revokedAt === undefined ? key : undefined;
}

function hashOf(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}
