import { timingSafeEqual } from "node:crypto";
import type { WrappedKey } from "../store/data-keys.js";
import { StoreUnavailable } from "../store/store.js";

/** A key that is needed cannot be had: nothing was decided. The message holds no secret. */
export class KeyUnavailable extends StoreUnavailable {}

/** Wraps data keys: a key at hand, or one that a KMS or an HSM keeps to itself. */
export interface KeyEncryptionKey {
  /** The environment's variable that names it. */
  readonly variable: string;
  /** Whether it may have wrapped what the key of this id has. */
  readonly mayOpen: (kek: string) => boolean;
  /** @throws KeyUnavailable */
  readonly wrap: (dataKey: Uint8Array) => Promise<WrappedKey>;
  /** @throws KeyUnavailable */
  readonly unwrap: (key: WrappedKey) => Promise<Uint8Array>;
}

/**
 * Wraps a data key, and opens it again before anything is sealed by it.
 * @throws KeyUnavailable
 */
export async function wrapSurely(kek: KeyEncryptionKey, dataKey: Uint8Array): Promise<WrappedKey> {
  const wrapped = await kek.wrap(dataKey);
  const back = await kek.unwrap(wrapped);
  if (back.length === dataKey.length && timingSafeEqual(back, dataKey)) return wrapped;
  throw new KeyUnavailable(`${kek.variable}: does not open what it has wrapped`);
}
