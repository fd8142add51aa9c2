import { userInfo } from "node:os";
import type { Caller } from "./core/caller.js";

/** What was asked for rightly, and cannot be done as things stand. Exit code 1. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** What every command over the store has. */
export interface StoreOptions {
  db?: string;
  json?: boolean;
}

/** The option that names the store. */
export const DB = [
  "--db <url>",
  "sqlite:PATH or postgres://HOST/NAME (default: WARIFU_DB, else sqlite:warifu.db)",
] as const;

/** The option of a command whose result machines read too. */
export const JSON_OUTPUT = ["--json", "the result as JSON"] as const;

/** The option that names the bank's rules. */
export const POLICY = [
  "--policy <file>",
  "JSON of what the bank's rules have other than by default (or WARIFU_POLICY)",
] as const;

/** Who types, now. */
export function operator(): Caller {
  return { actor: `cli:${userInfo().username}`, source: undefined, at: Date.now() };
}

/** Writes a result for people, or for machines. */
export function print(options: StoreOptions, result: object, text: string): void {
  process.stdout.write(`${options.json ? JSON.stringify(result) : text}\n`);
}
