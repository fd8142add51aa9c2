import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { InputError } from "./input-error.js";
import type { FileKey } from "./key-file.js";
import { AES_CBC, AES_WRAP, HMAC_HASHES, type KeyWrap, PKCS5 } from "./pskc-names.js";
import { child, descend, type Element } from "./xml.js";

/**
 * Keeps a hostile file from holding for long a thread that logins need: room above the writer's count,
 * which is the most that OWASP's Password Storage Cheat Sheet asks for.
 */
const MAX_ITERATIONS = 2_000_000;

/** Opens the encrypted values of one key container. */
export type Decrypt = (data: Element) => Uint8Array;

/**
 * Finds the key of a container and prepares its decryption (RFC 6030 section 6).
 * @returns a function from a `Secret` element to its plain bytes
 * @throws InputError where the key is missing, of the wrong kind, or the container asks for what is not supported
 */
export async function openContainer(
  container: Element,
  key: FileKey | undefined,
): Promise<Decrypt> {
  const encryptionKey = await findKey(child(container, "EncryptionKey"), key);
  const macMethod = child(container, "MACMethod");
  return (secret) => {
    // In a file that protects its secrets a plain one is a forgery.
    const plain = child(secret, "PlainValue");
    if (plain && (encryptionKey ?? macMethod ?? child(secret, "EncryptedValue"))) {
      throw new InputError("PlainValue", "stands in a file whose secrets are encrypted");
    }
    if (plain) return base64(plain, "PlainValue");
    const encrypted = child(secret, "EncryptedValue");
    if (!encrypted) throw new InputError("Secret", "has neither a plain nor an encrypted value");
    if (!encryptionKey) throw new InputError("EncryptionKey", "is missing");
    const wrap = AES_WRAP.get(algorithmOf(encrypted));
    if (wrap) return unwrapKey(encrypted, encryptionKey, wrap);
    checkMac(macMethod, child(secret, "ValueMAC"), cipherValue(encrypted), encryptionKey);
    return decryptValue(encrypted, encryptionKey);
  };
}

async function findKey(
  encryptionKey: Element | undefined,
  key: FileKey | undefined,
): Promise<Uint8Array | undefined> {
  if (!encryptionKey) return undefined;
  if (!key) throw new InputError("key file", "is needed: the seed file is encrypted");
  const derived = child(encryptionKey, "DerivedKey");
  if (!derived) {
    if (key.kind === "preshared") return key.key;
    throw new InputError("key file", "holds a passphrase, but the seed file asks for a key in hex");
  }
  if (key.kind !== "passphrase") {
    throw new InputError("key file", "holds a key, but the seed file asks for a passphrase");
  }
  return deriveKey(derived, key.passphrase);
}

/** PBKDF2 with its parameters (RFC 6030 section 6.1.2, RFC 8018 section 5.2). */
async function deriveKey(derived: Element, passphrase: string): Promise<Uint8Array> {
  const method = child(derived, "KeyDerivationMethod");
  if (method?.attributes.get("Algorithm") !== `${PKCS5}pbkdf2`) {
    throw new InputError("KeyDerivationMethod", "must be PBKDF2");
  }
  const parameters = child(method, "PBKDF2-params");
  const salt = base64(descend(parameters, "Salt", "Specified"), "Salt");
  const iterations = wholeNumber(child(parameters, "IterationCount"), 1, MAX_ITERATIONS);
  const length = wholeNumber(child(parameters, "KeyLength"), 16, 32);
  const prf = child(parameters, "PRF")?.attributes.get("Algorithm");
  // HMAC-SHA-1 is PBKDF2's default (RFC 8018 appendix A.2).
  const hash = prf === undefined ? "sha1" : HMAC_HASHES.get(prf);
  if (!hash) throw new InputError("PRF", "is not supported");
  return promisify(pbkdf2)(passphrase, salt, iterations, length, hash);
}

/** The MAC covers the ciphertext and is checked before anything is decrypted (RFC 6030 section 6.1.1). */
function checkMac(
  method: Element | undefined,
  valueMac: Element | undefined,
  ciphertext: Uint8Array,
  encryptionKey: Uint8Array,
): void {
  if (!method) throw new InputError("MACMethod", "is missing: CBC without a MAC is refused");
  if (!valueMac) throw new InputError("ValueMAC", "is missing");
  const hash = HMAC_HASHES.get(method.attributes.get("Algorithm") ?? "");
  if (!hash) throw new InputError("MACMethod", "is not supported");
  const macKeyElement = child(method, "MACKey");
  // Without a key of its own the MAC uses the encryption key (RFC 6030 section 6.1.1).
  const macKey = macKeyElement
    ? decryptValue(macKeyElement, encryptionKey, "MACKey")
    : encryptionKey;
  const expected = createHmac(hash, macKey).update(ciphertext).digest();
  const given = base64(valueMac, "ValueMAC");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new InputError("ValueMAC", "does not match: wrong key, or the file was changed");
  }
}

/** An XML Encryption value in CBC mode: the IV, then the ciphertext (XML Encryption section 5.2). */
function decryptValue(data: Element, key: Uint8Array, field = "EncryptedValue"): Uint8Array {
  const algorithm = AES_CBC.get(algorithmOf(data));
  if (!algorithm) throw new InputError("EncryptionMethod", "is not supported");
  checkKeyLength(key, algorithm.keyLength);
  const value = cipherValue(data);
  try {
    const decipher = createDecipheriv(algorithm.cipher, key, value.subarray(0, 16));
    return Buffer.concat([decipher.update(value.subarray(16)), decipher.final()]);
  } catch {
    throw new InputError(field, "cannot be decrypted with this key");
  }
}

/** A wrapped key, which is whole or not there at all (RFC 3394 section 2.2.2, RFC 5649 section 4.2). */
function unwrapKey(data: Element, key: Uint8Array, { cipher, keyLength, iv }: KeyWrap): Uint8Array {
  checkKeyLength(key, keyLength);
  try {
    const decipher = createDecipheriv(cipher, key, Buffer.from(iv, "hex"));
    return Buffer.concat([decipher.update(cipherValue(data)), decipher.final()]);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      "EncryptedValue",
      "cannot be unwrapped: wrong key, or the file was changed",
    );
  }
}

function algorithmOf(data: Element): string {
  return child(data, "EncryptionMethod")?.attributes.get("Algorithm") ?? "";
}

function checkKeyLength(key: Uint8Array, length: number): void {
  if (key.length === length) return;
  const bits = String(length * 8);
  throw new InputError("key file", `holds no ${bits}-bit key, which the seed file asks for`);
}

function cipherValue(data: Element): Uint8Array {
  return base64(descend(data, "CipherData", "CipherValue"), "CipherValue");
}

/** @throws InputError naming the element that is missing or not Base64 */
function base64(element: Element | undefined, field: string): Uint8Array {
  const text = element?.text.replace(/\s+/g, "") ?? "";
  if (!text || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    throw new InputError(field, "must be Base64");
  }
  return Buffer.from(text, "base64");
}

function wholeNumber(element: Element | undefined, from: number, to: number): number {
  const value = /^[0-9]{1,9}$/.test(element?.text ?? "") ? Number(element?.text) : NaN;
  if (value >= from && value <= to) return value;
  const range = `${String(from)} to ${String(to)}`;
  throw new InputError(element?.name ?? "PBKDF2-params", `must be a whole number from ${range}`);
}
