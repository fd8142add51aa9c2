import { readFileSync } from "node:fs";
import { InputError } from "../firmware/seedfile/input-error.js";
import { DEFAULT_POLICY, type Policy } from "./core/policy.js";
import { type Bound, BOUNDS } from "./policy-bounds.js";
import { repeatedName } from "./repeated-name.js";

/**
 * The policy that a file states, named on the command line or by WARIFU_POLICY: JSON with what is to be
 * other than the default.
 * @throws InputError naming what is unknown or not as it must be
 */
export function readPolicy(
  option: string | undefined,
  environment: NodeJS.ProcessEnv = {},
): Policy {
  const path = option ?? environment.WARIFU_POLICY;
  if (path === undefined) return DEFAULT_POLICY;
  const field = option === undefined ? "WARIFU_POLICY" : "--policy";
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new InputError(field, `${path} cannot be read`);
  }
  return parsePolicy(text, path, field);
}

/**
 * @param field what names the file, in errors
 * @throws InputError naming what is unknown or not as it must be
 */
export function parsePolicy(text: string, path: string, field: string): Policy {
  let stated: unknown;
  try {
    stated = JSON.parse(text);
  } catch {
    throw new InputError(field, `${path} is not JSON`);
  }
  const twice = repeatedName(text);
  if (twice !== undefined) throw new InputError(twice, "stands twice in the policy");
  return merged(field, DEFAULT_POLICY, stated, BOUNDS) as Policy;
}

/** A default with what is stated in its place; both have the same shape, and the bounds too. */
function merged(field: string, standard: unknown, stated: unknown, bounds: unknown): unknown {
  if (stated === undefined) return standard;
  if (typeof standard === "number") return whole(field, stated, bounds as Bound);
  if (Array.isArray(standard)) {
    if (!Array.isArray(stated) || stated.length === 0)
      throw new InputError(field, "must be a list");
    return stated.map((each) => whole(field, each, bounds as Bound));
  }
  if (typeof standard === "boolean") {
    if (typeof stated !== "boolean") throw new InputError(field, "must be true or false");
    return stated;
  }
  if (typeof stated !== "object" || stated === null || Array.isArray(stated)) {
    throw new InputError(field, "must be an object");
  }
  const [known, given] = [standard as Record<string, unknown>, stated as Record<string, unknown>];
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) throw new InputError(name, "is no part of the policy");
  }
  const within = bounds as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(known).map(([name, value]) => {
      const path = bounds === BOUNDS ? name : `${field} ${name}`;
      return [name, merged(path, value, given[name], within[name])];
    }),
  );
}

function whole(field: string, value: unknown, [least, most]: Bound): number {
  const number = typeof value === "number" && Number.isSafeInteger(value) ? value : NaN;
  if (number >= least && number <= most) return number;
  const range = `${String(least)} to ${String(most)}`;
  throw new InputError(field, `must be a whole number from ${range}`);
}
