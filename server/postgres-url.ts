import { InputError } from "../firmware/seedfile/input-error.js";
import type { PostgresOptions } from "./store/postgres-database.js";

/** What a URL may set beside what the driver takes of it: numbers from 1 on. */
const SETTINGS = {
  connections: "connections",
  statement_timeout: "statementTimeout",
  connect_timeout: "connectTimeout",
} as const satisfies Readonly<Record<string, keyof PostgresOptions>>;

/** libpq counts its connect_timeout in seconds. */
const SECONDS = 1000;

/**
 * Where a PostgreSQL database is, and how it is reached.
 * @param field names the text in errors, which never hold it
 * @param secret whether the text may hold a password: an argument may not, everybody on the machine sees it
 * @throws InputError
 */
export function parsePostgresUrl(
  text: string,
  field: string,
  secret: boolean,
): { readonly url: string; readonly options: PostgresOptions } {
  if (!URL.canParse(text)) throw new InputError(field, "is not a URL");
  const url = new URL(text);
  if (!secret && (url.password !== "" || url.searchParams.has("password"))) {
    throw new InputError(field, "must not hold a password: set WARIFU_DB, or use a .pgpass file");
  }
  const options: { -readonly [K in keyof PostgresOptions]: number } = {};
  for (const [name, option] of Object.entries(SETTINGS)) {
    const value = url.searchParams.get(name);
    if (value === null) continue;
    if (!/^[1-9]\d{0,8}$/.test(value))
      throw new InputError(field, `${name} must be a number from 1`);
    options[option] = Number(value) * (name === "connect_timeout" ? SECONDS : 1);
    url.searchParams.delete(name);
  }
  return { url: url.href, options };
}
