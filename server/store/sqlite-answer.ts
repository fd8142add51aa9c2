import { setTimeout as wait } from "node:timers/promises";
import { isSqliteError } from "./sqlite-driver.js";
import { StoreUnavailable } from "./store.js";

/** Milliseconds to wait for another process's transaction: the last step of an import may take as long. */
export const PATIENCE = 10_000;
/** Milliseconds from one try to the next. */
const PAUSE = 5;

/** Does something in one transaction that is durable when the promise is kept. */
export type Atomically = <T>(act: () => T) => Promise<T>;

/**
 * Does something with the database; what the driver throws becomes the store's own error. Another process's
 * transaction is waited for here and not in the driver, which would keep the event loop from all else.
 */
export async function answered<T>(act: () => T, patience = PATIENCE): Promise<T> {
  const until = performance.now() + patience;
  for (;;) {
    try {
      return act();
    } catch (error) {
      const busy = isSqliteError(error) && error.code.startsWith("SQLITE_BUSY");
      if (!busy || performance.now() >= until) throw storeError(error);
    }
    await wait(PAUSE);
  }
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
function storeError(error: unknown): Error {
  if (!isSqliteError(error) || breaksSchema(error)) return error as Error;
  return new StoreUnavailable(error.message, { cause: error });
}

/** Whether a rule of the schema was broken: a mistake of ours, which waiting does not mend. */
export function breaksSchema(error: unknown): boolean {
  return isSqliteError(error) && /CONSTRAINT|MISMATCH/.test(error.code);
}
