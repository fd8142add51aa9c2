import { isSqliteError } from "./sqlite-driver.js";
import { StoreUnavailable } from "./store.js";

/** Does something in one transaction that is durable when the promise is kept. */
export type Atomically = <T>(act: () => T) => Promise<T>;

/** Does something with the database; what the driver throws becomes the store's own error. */
export async function answered<T>(act: () => T): Promise<T> {
  return Promise.resolve(guarded(act));
}

/** What the driver throws becomes the store's own error. */
export function guarded<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw storeError(error);
  }
}

/** The driver's messages may hold a path, never a value. */
export function storeError(error: unknown): Error {
  if (!isSqliteError(error) || breaksSchema(error)) return error as Error;
  return new StoreUnavailable(error.message, { cause: error });
}

/** Whether a rule of the schema was broken: a mistake of ours, which waiting does not mend. */
export function breaksSchema(error: unknown): boolean {
  return isSqliteError(error) && /CONSTRAINT|MISMATCH/.test(error.code);
}
