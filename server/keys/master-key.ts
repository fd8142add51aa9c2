import {
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
import type { WrappedKey } from "../store/data-keys.js";
import { type KeyEncryptionKey, KeyUnavailable } from "./key-encryption-key.js";
import { seal, unseal } from "./sealing.js";

const PURPOSE = "warifu data key";
const ID_LENGTH = 8; // bytes of the check value

/** A key-encryption key at hand. */
export class MasterKey implements KeyEncryptionKey {
  readonly id: string;
  readonly #key: KeyObject;
  readonly #wrapping: KeyObject;

  /** @param key 32 bytes */
  constructor(
    readonly variable: string,
    key: Uint8Array,
  ) {
    this.#key = createSecretKey(key);
    // Derived (RFC 5869): the key itself may have sealed seeds.
    this.#wrapping = createSecretKey(Buffer.from(hkdfSync("sha256", key, "", PURPOSE, 32)));
    const check = Buffer.from(this.#checkValue()).toString("hex", 0, ID_LENGTH);
    this.id = `local:${check}`;
  }

  mayOpen(kek: string): boolean {
    return kek === this.id;
  }

  wrap(dataKey: Uint8Array): Promise<WrappedKey> {
    return Promise.resolve({ kek: this.id, wrapped: seal(this.#wrapping, PURPOSE, dataKey) });
  }

  unwrap({ wrapped }: WrappedKey): Promise<Uint8Array> {
    try {
      return Promise.resolve(unseal(this.#wrapping, PURPOSE, wrapped));
    } catch {
      const problem = "a data key was changed in the database";
      return Promise.reject(new KeyUnavailable(`${this.variable}: ${problem}`));
    }
  }

  /** Whether a database from before data keys was made with this key. */
  matches(checkValue: Uint8Array): boolean {
    const own = this.#checkValue();
    return own.length === checkValue.length && timingSafeEqual(own, checkValue);
  }

  /** The key as the data key that it was in such a database. */
  asDataKey(): Promise<WrappedKey> {
    return this.wrap(this.#key.export());
  }

  /** Tells this key from others without revealing any of it. */
  #checkValue(): Uint8Array {
    return createHmac("sha256", this.#key).update("warifu master key check").digest();
  }
}
