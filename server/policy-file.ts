import { readFileSync } from "node:fs";
import { InputError } from "../firmware/seedfile/input-error.js";
import { MOST_PPM } from "./core/clock/estimate.js";
import { DEFAULT_POLICY, type Policy } from "./core/policy.js";
import { repeatedName } from "./repeated-name.js";

/**
 * The policy that a file states, named on the command line or by WARIFU_POLICY: JSON with what is to be other than the default.
 * @throws InputError naming what is unknown or not as it must be
 */
export function readPolicy(
  option: string | undefined,
  environment: NodeJS.ProcessEnv = {},
): Policy {
  const path = option ?? environment.WARIFU_POLICY;
  if (path === undefined) return DEFAULT_POLICY;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new InputError("--policy", `${path} cannot be read`);
  }
  return parsePolicy(text, path);
}

/** @throws InputError naming what is unknown or not as it must be */
export function parsePolicy(text: string, path: string): Policy {
  let stated: unknown;
  try {
    stated = JSON.parse(text);
  } catch {
    throw new InputError("--policy", `${path} is not JSON`);
  }
  const twice = repeatedName(text);
  if (twice !== undefined) throw new InputError(twice, "stands twice in the policy");
  const policy = merged("--policy", DEFAULT_POLICY, stated) as Policy;
  for (const [name, most] of Object.entries(policy.hourlyFailures)) {
    // With none an hour there would be no hour after which there is one.
    if (most === 0) throw new InputError(`hourlyFailures ${name}`, "must be at least 1");
  }
  for (const name of ["ppm", "noisePpm"] as const) {
    if (policy.clock[name] > MOST_PPM)
      throw new InputError(`clock ${name}`, `must be ${String(MOST_PPM)} at most`);
  }
  return policy;
}

/** A default with what is stated in its place; both have the same shape. */
function merged(field: string, standard: unknown, stated: unknown): unknown {
  if (stated === undefined) return standard;
  if (typeof standard === "number") return whole(field, stated);
  if (Array.isArray(standard)) {
    if (!Array.isArray(stated) || stated.length === 0)
      throw new InputError(field, "must be a list");
    return stated.map((each) => whole(field, each));
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
  return Object.fromEntries(
    Object.entries(known).map(([name, value]) => [name, merged(name, value, given[name])]),
  );
}

function whole(field: string, value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InputError(field, "must be a whole number");
}
