import { type Hash, SHA1, SHA256 } from "../otp/hash.js";
import { decodeRecord, type TokenRecord } from "../otp/record.js";
import { codeGenerator } from "../otp/totp.js";

/** What the device program needs to know of its board's memory and hashes. */
export interface Memory {
  /** The record's bytes, or undefined where none is stored. */
  readonly record: () => Uint8Array | undefined;
  /** The stored image itself, as the board runs it, for its hash. */
  readonly image: () => Uint8Array | undefined;
  /** The board's native hash, or undefined where it has none. */
  readonly hash: (algorithm: number) => Hash | undefined;
  /** Percent, 0 to 100; undefined on a board that cannot tell. */
  readonly battery: () => number | undefined;
}

/** A token as it stands in memory while its display is lit. */
export interface Token {
  readonly memory: Memory;
  readonly record: TokenRecord | undefined;
  /** Why this token can show no code, as the word it shows instead; empty where it can. */
  readonly fault: string;
  readonly code: (step: number) => string;
}

function noCode(): string {
  return "";
}

/** Reads the token out of the board's memory: at each waking, so none is kept in RAM in the dark. */
export function loadToken(memory: Memory): Token {
  const bytes = memory.record();
  const sha1 = memory.hash(SHA1);
  let record: TokenRecord | undefined;
  let fault = "NO RECORD";
  let code: (step: number) => string = noCode;
  if (!sha1) fault = "NO SHA1";
  else if (bytes) {
    record = decodeRecord(bytes, sha1.digest);
    fault = "BAD RECORD";
    if (record) {
      const hash = memory.hash(record.algorithm);
      fault = record.algorithm === SHA256 ? "NO SHA256" : "NO SHA512";
      if (hash) {
        fault = "";
        code = codeGenerator(hash, record.seed);
      }
    }
  }
  return { memory: memory, record: record, fault: fault, code: code };
}
