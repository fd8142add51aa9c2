import { InputError } from "./input-error.js";
import { parseTime } from "./instant.js";
import { PSKC, TOTP } from "./pskc-names.js";
import type { PskcKey } from "./pskc-read.js";
import { PERIOD } from "../otp/totp.js";
import { type Algorithm, checkSecret, type Seed, SERIAL_PATTERN } from "./seed.js";
import { child, type Element } from "./xml.js";

const SUITES: ReadonlyMap<string, Algorithm> = new Map([
  ["", "SHA1"], // RFC 6238 section 1.2: HMAC-SHA-1 unless said otherwise
  ["HMAC-SHA1", "SHA1"],
  ["HMAC-SHA256", "SHA256"],
  ["HMAC-SHA512", "SHA512"],
]);

/** A clock a day off is one for the branch to find again, not for a window. */
const MAX_DRIFT = 1440;

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
  const algorithm = SUITES.get(key.suite ?? "");
  must(key.algorithm === TOTP, "Algorithm", `must be ${TOTP}`);
  must(algorithm !== undefined, "Suite", "must be HMAC-SHA1, HMAC-SHA256 or HMAC-SHA512");
  must(key.responseLength === "6", "ResponseFormat Length", "must be 6");
  must(key.responseEncoding === "DECIMAL", "ResponseFormat Encoding", "must be DECIMAL");
  must(!["true", "1"].includes(key.checkDigits ?? ""), "CheckDigits", "is not supported");
  must(key.timeInterval === String(PERIOD), "TimeInterval", "must be 60");
  must([undefined, "0"].includes(key.time), "Time", "must be 0");
  const timeDrift = /^-?[0-9]{1,6}$/.test(key.timeDrift ?? "0")
    ? Number(key.timeDrift ?? "0")
    : NaN;
  must(
    Math.abs(timeDrift) <= MAX_DRIFT,
    "TimeDrift",
    "must be a whole number of steps, a day at most",
  );
  must(key.secret !== undefined, "Secret", "is missing");
  checkSecret(key.secret, "Secret");
  const policy = readPolicy(key.policy);
  const start = strictest(Math.max, policy.start, dateOf(key.deviceStart, "DeviceInfo StartDate"));
  const expiry = strictest(
    Math.min,
    policy.expiry,
    dateOf(key.deviceExpiry, "DeviceInfo ExpiryDate"),
  );
  must((start ?? 0) < (expiry ?? Infinity), "ExpiryDate", "must be after StartDate");
  return { serial, secret: key.secret, algorithm, start, expiry, timeDrift };
}

/** A policy that is not understood makes the key unusable (RFC 6030 section 5). */
function readPolicy(policy: Element | undefined): {
  start: number | undefined;
  expiry: number | undefined;
} {
  const usages: string[] = [];
  for (const { uri, name, text } of policy?.children ?? []) {
    if (uri !== PSKC || !["StartDate", "ExpiryDate", "KeyUsage"].includes(name)) {
      throw new InputError(`Policy ${name}`, "cannot be honoured, so the key is refused");
    }
    if (name === "KeyUsage") usages.push(text);
  }
  must(usages.length === 0 || usages.includes("OTP"), "KeyUsage", "does not allow OTP");
  return {
    start: dateOf(child(policy, "StartDate")?.text, "StartDate"),
    expiry: dateOf(child(policy, "ExpiryDate")?.text, "ExpiryDate"),
  };
}

/** A record counts its dates from 1970. */
function dateOf(text: string | undefined, field: string): number | undefined {
  if (text === undefined) return undefined;
  const date = parseTime(text, field);
  must(date >= 0, field, "must be after 1970");
  return date;
}

/** Of the dates that are there, the one that allows least. */
function strictest(
  choose: (...dates: number[]) => number,
  ...dates: (number | undefined)[]
): number | undefined {
  const given = dates.filter((date) => date !== undefined);
  return given.length === 0 ? undefined : choose(...given);
}

function must(holds: boolean, field: string, problem: string): asserts holds {
  if (!holds) throw new InputError(field, problem);
}
