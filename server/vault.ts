import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { readFileSync } from "node:fs";
import { InputError } from "../firmware/seedfile/input-error.js";

const NONCE_LENGTH = 12; // NIST SP 800-38D section 5.2.1.1
const TAG_LENGTH = 16; // NIST SP 800-38D section 5.2.1.2

/** Seals seeds for the database with AES-256-GCM, each bound to its serial. */
export class Vault {
  readonly #key: KeyObject;

  /** @param masterKey 32 bytes */
  constructor(masterKey: Uint8Array) {
    this.#key = createSecretKey(masterKey);
  }

  /** @returns nonce, ciphertext and tag in one */
  seal(serial: string, seed: Uint8Array): Uint8Array {
    const nonce = randomBytes(NONCE_LENGTH);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    cipher.setAAD(associatedData(serial));
    return Buffer.concat([nonce, cipher.update(seed), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws Error where the sealed seed is another token's, was changed, or another key sealed it */
  open(serial: string, sealed: Uint8Array): Uint8Array {
    const nonce = sealed.subarray(0, NONCE_LENGTH);
    const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce, {
      authTagLength: TAG_LENGTH,
    });
    decipher.setAAD(associatedData(serial));
    decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
    const seed = decipher.update(sealed.subarray(NONCE_LENGTH, -TAG_LENGTH));
    decipher.final(); // checks the tag; GCM leaves nothing more to come
    return seed;
  }

  /** A value that tells this key from another and betrays neither. */
  checkValue(): Uint8Array {
    return createHmac("sha256", this.#key).update("warifu master key check").digest();
  }

  /** Seals a text that goes out and comes back, so that it comes back as it went. */
  sign(purpose: string, text: string): string {
    const mac = createHmac("sha256", this.#key).update(`warifu ${purpose}\n${text}`);
    return `${Buffer.from(text).toString("base64url")}.${mac.digest("base64url")}`;
  }

  /** @returns the text of {@link sign}, or undefined where it was changed */
  signed(purpose: string, sealed: string): string | undefined {
    const text = Buffer.from(sealed.split(".")[0]!, "base64url").toString();
    const [given, own] = [Buffer.from(sealed), Buffer.from(this.sign(purpose, text))];
    return given.length === own.length && timingSafeEqual(given, own) ? text : undefined;
  }

  /** Whether a stored check value is this key's. */
  matches(checkValue: Uint8Array): boolean {
    const own = this.checkValue();
    return own.length === checkValue.length && timingSafeEqual(own, checkValue);
  }
}

function associatedData(serial: string): Buffer {
  return Buffer.from(`warifu seed ${serial}`);
}

/**
 * The master key that the environment names.
 * @throws InputError naming the variable; never what it holds
 */
export function masterKeyFrom(environment: NodeJS.ProcessEnv): Uint8Array {
  const file = environment.WARIFU_MASTER_KEY_FILE;
  const name = file === undefined ? "WARIFU_MASTER_KEY" : "WARIFU_MASTER_KEY_FILE";
  let hex = environment.WARIFU_MASTER_KEY;
  if (file !== undefined) {
    try {
      hex = readFileSync(file, "utf8").trim();
    } catch {
      throw new InputError(name, "names a file that cannot be read");
    }
  }
  if (hex === undefined) {
    throw new InputError(name, "is not set: it holds the key that seals the seeds, 64 hex digits");
  }
  if (!/^[0-9a-fA-F]{64}$/.test(hex)) throw new InputError(name, "must hold 64 hex digits");
  return Buffer.from(hex, "hex");
}
