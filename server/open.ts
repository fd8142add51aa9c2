import { InputError } from "../firmware/seedfile/input-error.js";
import { parsePostgresUrl } from "./postgres-url.js";
import { openPostgres } from "./store/postgres.js";
import { openSqlite } from "./store/sqlite.js";
import { type Store, StoreUnavailable } from "./store/store.js";
import { Vault } from "./vault.js";

const DEFAULT_DATABASE = "sqlite:warifu.db";

/**
 * Opens the store that the command line or the environment names.
 * @param url `sqlite:PATH` or `postgres://…`; WARIFU_DB, then a file in the working directory, where
 *   not given
 * @throws InputError
 */
export async function openStore(
  url: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<Store> {
  const named = url ?? environment.WARIFU_DB ?? DEFAULT_DATABASE;
  try {
    if (/^postgres(ql)?:/.test(named)) {
      const field = url === undefined ? "WARIFU_DB" : "--db";
      const database = parsePostgresUrl(named, field, url === undefined);
      return await openPostgres(database.url, database.options);
    }
    const path = /^sqlite:(.+)$/.exec(named)?.[1];
    if (path === undefined || path.startsWith(":")) {
      throw new InputError("--db", "must be sqlite:PATH or postgres://HOST/NAME");
    }
    return openSqlite(path);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const what = named.startsWith("sqlite:") ? named.slice("sqlite:".length) : "the database";
    throw new InputError("--db", `${what} cannot be used: ${error.message}`);
  }
}

/**
 * Takes a master key for a store: the one its seeds are sealed with, or, for a new store, the one
 * they will be.
 * @throws InputError where the store belongs to another key, or cannot be written
 */
export async function openVault(store: Store, masterKey: Uint8Array): Promise<Vault> {
  const vault = new Vault(masterKey);
  const stored = await store.sealCheck(vault.checkValue()).catch((error: unknown) => {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new InputError("--db", `the database cannot be written: ${error.message}`);
  });
  if (!vault.matches(stored)) {
    throw new InputError("WARIFU_MASTER_KEY", "is not the key this database was made with");
  }
  return vault;
}

/** Does something with the store that the command line or the environment names, and closes it. */
export async function withStore(
  url: string | undefined,
  act: (store: Store) => Promise<void>,
): Promise<void> {
  const store = await openStore(url, process.env);
  try {
    await act(store);
  } finally {
    await store.close();
  }
}
