import { readFileSync } from "node:fs";
import { InputError } from "./input-error.js";

/** What opens an encrypted seed file. */
export type FileKey =
  | { readonly kind: "preshared"; readonly key: Uint8Array }
  | { readonly kind: "passphrase"; readonly passphrase: string };

/**
 * Reads a key file: one line, either the pre-shared key in hex or `passphrase: …`.
 * @returns undefined where none is given
 * @throws InputError where it is neither
 */
export function readKeyFile(path: string): FileKey;
export function readKeyFile(path: string | undefined): FileKey | undefined;
export function readKeyFile(path: string | undefined): FileKey | undefined {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new InputError("key file", `${path} cannot be read`);
  }
  return parseKeyFile(text);
}

/** @throws InputError naming what is wrong, never what the text holds */
export function parseKeyFile(text: string): FileKey {
  const line = text.replace(/\r?\n$/, "");
  const passphrase = /^passphrase: (.+)$/.exec(line)?.[1];
  if (passphrase !== undefined) return { kind: "passphrase", passphrase };
  const hex = line.trim();
  if (/^(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{48}|[0-9a-fA-F]{64})$/.test(hex)) {
    return { kind: "preshared", key: Buffer.from(hex, "hex") };
  }
  throw new InputError(
    "key file",
    "must be one line: 32, 48 or 64 hex digits, or `passphrase: ` and the passphrase",
  );
}
