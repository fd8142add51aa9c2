import { InputError } from "./input-error.js";
import { parseTime } from "./instant.js";
import { TOTP } from "./pskc-names.js";
import type { PskcKey } from "./pskc-read.js";
import { PERIOD } from "../otp/totp.js";
import { type Algorithm, checkSecret, type Seed, SERIAL_PATTERN } from "./seed.js";
import type { Element } from "./xml.js";

const SUITES: Readonly<Record<string, Algorithm>> = {
  "": "SHA1", // RFC 6238 section 1.2: HMAC-SHA-1 unless said otherwise
  "HMAC-SHA1": "SHA1",
  "HMAC-SHA256": "SHA256",
  "HMAC-SHA512": "SHA512",
};

/**
 * Takes a PSKC key as a token of ours: TOTP, six decimal digits, a minute a step.
 * @throws InputError naming the serial and the element that no token here can honour
 */
export function seedFromPskc(key: PskcKey): Seed {
  const serial = key.serial ?? "";
  if (!SERIAL_PATTERN.test(serial)) throw new InputError("SerialNo", "must be 8 to 12 digits");
  try {
    return readSeed(serial, key);
  } catch (error) {
    throw error instanceof InputError ? error.within(`serial ${serial}`) : error;
  }
}

function readSeed(serial: string, key: PskcKey): Seed {
  const algorithm = SUITES[key.suite ?? ""];
  must(key.algorithm === TOTP, "Algorithm", `must be ${TOTP}`);
  must(algorithm !== undefined, "Suite", "must be HMAC-SHA1, HMAC-SHA256 or HMAC-SHA512");
  must(key.responseLength === "6", "ResponseFormat Length", "must be 6");
  must(key.responseEncoding === "DECIMAL", "ResponseFormat Encoding", "must be DECIMAL");
  must(!["true", "1"].includes(key.checkDigits ?? ""), "CheckDigits", "is not supported");
  must(key.timeInterval === String(PERIOD), "TimeInterval", "must be 60");
  must([undefined, "0"].includes(key.time), "Time", "must be 0");
  must(/^-?[0-9]{1,6}$/.test(key.timeDrift ?? "0"), "TimeDrift", "must be a whole number of steps");
  must(key.secret !== undefined, "Secret", "is missing");
  checkSecret(key.secret, "Secret");
  const { start, expiry } = readPolicy(key.policy);
  must((start ?? 0) < (expiry ?? Infinity), "ExpiryDate", "must be after StartDate");
  const timeDrift = Number(key.timeDrift ?? "0");
  return { serial, secret: key.secret, algorithm, start, expiry, timeDrift };
}

/** A policy that is not understood makes the key unusable (RFC 6030 section 5). */
function readPolicy(policy: Element | undefined): { start?: number; expiry?: number } {
  const dates: { start?: number; expiry?: number } = {};
  const usages: string[] = [];
  for (const element of policy?.children ?? []) {
    if (element.name === "StartDate") dates.start = parseTime(element.text, "StartDate");
    else if (element.name === "ExpiryDate") dates.expiry = parseTime(element.text, "ExpiryDate");
    else if (element.name === "KeyUsage") usages.push(element.text);
    else
      throw new InputError(`Policy ${element.name}`, "cannot be honoured, so the key is refused");
  }
  must(usages.length === 0 || usages.includes("OTP"), "KeyUsage", "does not allow OTP");
  return dates;
}

function must(holds: boolean, field: string, problem: string): asserts holds {
  if (!holds) throw new InputError(field, problem);
}
