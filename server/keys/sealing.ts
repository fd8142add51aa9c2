import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";

const NONCE_LENGTH = 12; // NIST SP 800-38D section 5.2.1.1
const TAG_LENGTH = 16; // NIST SP 800-38D section 5.2.1.2

/**
 * Seals a secret with AES-256-GCM.
 * @param purpose what it is: it is opened as nothing else
 * @returns nonce, ciphertext and tag in one
 */
export function seal(key: KeyObject, purpose: string, secret: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_LENGTH);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(purpose));
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error where it is something else, was changed, or another key sealed it */
export function unseal(key: KeyObject, purpose: string, sealed: Uint8Array): Uint8Array {
  const nonce = sealed.subarray(0, NONCE_LENGTH);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_LENGTH });
  decipher.setAAD(Buffer.from(purpose));
  decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
  const secret = decipher.update(sealed.subarray(NONCE_LENGTH, -TAG_LENGTH));
  decipher.final(); // checks the tag; GCM leaves nothing more to come
  return secret;
}
