import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { InputError } from "../firmware/seedfile/input-error.js";
import { KeyUnavailable, wrapSurely } from "./keys/key-encryption-key.js";
import { MasterKey } from "./keys/master-key.js";
import { MasterKeys } from "./keys/master-keys.js";
import { parsePostgresUrl } from "./postgres-url.js";
import { FIRST_DATA_KEY } from "./store/data-keys.js";
import { openPostgres } from "./store/postgres.js";
import { openSqlite } from "./store/sqlite.js";
import { type Store, StoreUnavailable } from "./store/store.js";
import { Vault } from "./vault.js";

const DEFAULT_DATABASE = "sqlite:warifu.db";

/** The commands that begin a bank's life. */
const MAKERS = "import, apikey create, branch contract, branch staff and serve";

/** How a store may be opened. */
export interface Opening {
  /** Whether a SQLite file that is not there is made. */
  readonly mayBeNew?: boolean;
  /** Whether nothing is to be kept: of a SQLite file that is not there, an empty one in memory is opened. */
  readonly dry?: boolean;
}

/**
 * Opens the store that the command line or the environment names.
 * @param url `sqlite:PATH` or `postgres://…`; WARIFU_DB, then a file in the working directory, where
 *   not given
 * @throws InputError
 */
export async function openStore(
  url: string | undefined,
  environment: NodeJS.ProcessEnv,
  { mayBeNew = false, dry = false }: Opening = {},
): Promise<Store> {
  const named = nameOf(url, environment);
  const path = sqliteFile(url, environment);
  const field = databaseField(url, environment);
  const missing = path !== undefined && isMissing(path);
  // A mistyped name would be answered as a bank that has nothing.
  if (missing && !mayBeNew && !dry) {
    throw new InputError(field, `${path} is no database yet: ${MAKERS} make one`);
  }
  try {
    if (path === undefined) {
      const database = parsePostgresUrl(named, field, url === undefined);
      return await openPostgres(database.url, database.options);
    }
    return openSqlite(missing && dry ? ":memory:" : path);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new InputError(field, `${path ?? "the database"} cannot be used: ${error.message}`);
  }
}

/**
 * The file of a SQLite store that the command line or the environment names; undefined for PostgreSQL.
 * @throws InputError
 */
export function sqliteFile(
  url: string | undefined,
  environment: NodeJS.ProcessEnv,
): string | undefined {
  const named = nameOf(url, environment);
  if (/^postgres(ql)?:/.test(named)) return undefined;
  const path = /^sqlite:(.+)$/.exec(named)?.[1];
  if (path !== undefined && !path.startsWith(":")) return path;
  const problem = "must be sqlite:PATH or postgres://HOST/NAME";
  throw new InputError(databaseField(url, environment), problem);
}

/** Where the database's name comes from, as whoever gave it knows it. */
export function databaseField(url: string | undefined, environment: NodeJS.ProcessEnv): string {
  return url === undefined && environment.WARIFU_DB !== undefined ? "WARIFU_DB" : "--db";
}

/** Whether a file is not there, or empty; of one that cannot be looked at, opening it tells why. */
function isMissing(path: string): boolean {
  try {
    return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
  } catch {
    return false;
  }
}

function nameOf(url: string | undefined, environment: NodeJS.ProcessEnv): string {
  return url ?? environment.WARIFU_DB ?? DEFAULT_DATABASE;
}

/**
 * Opens the data keys of a store, which a new one is given first.
 * @param keys the key-encryption keys at hand, or the only one, of 32 bytes
 * @throws InputError where the store cannot be written, KeyUnavailable where its keys are wrapped by another
 */
export async function openVault(store: Store, keys: MasterKeys | Uint8Array): Promise<Vault> {
  const masters =
    keys instanceof MasterKeys
      ? keys
      : new MasterKeys(() => [new MasterKey("WARIFU_MASTER_KEY", keys)]);
  if (!(await store.dataKey(FIRST_DATA_KEY))) {
    await foundDataKeys(store, masters).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable) || error instanceof KeyUnavailable) throw error;
      throw new InputError("--db", `the database cannot be written: ${error.message}`);
    });
  }
  const first = await masters.unwrap((await store.dataKey(FIRST_DATA_KEY))!);
  const vault = new Vault(store, masters, first);
  first.fill(0);
  return vault;
}

/** The first data key; in a database from before them, its master key becomes one too. */
async function foundDataKeys(store: Store, masters: MasterKeys): Promise<void> {
  const check = await store.legacyCheck();
  const before = check && masters.legacy(check);
  const first = await wrapSurely(before ?? masters.current, randomBytes(32));
  await store.foundDataKeys(first, await before?.asDataKey(), Date.now());
}

/** Does something with the store that the command line or the environment names, and closes it. */
export async function withStore<T>(
  url: string | undefined,
  act: (store: Store) => Promise<T>,
  opening?: Opening,
): Promise<T> {
  const store = await openStore(url, process.env, opening);
  try {
    return await act(store);
  } finally {
    await store.close();
  }
}
