import pg from "pg";
import { StoreUnavailable } from "./store.js";

/** A conflict with another transaction: this one is to be tried again. */
export class Interrupted extends StoreUnavailable {}

/** A statement that cannot be run here: its function is not there, or the role may not call it. */
export class StatementRefused extends StoreUnavailable {}

/** Rows that break a rule of the schema. It says which rule, never what is in the rows. */
export class RowsRefused extends Error {
  override readonly name = "RowsRefused";

  constructor(
    readonly code: string,
    readonly rule: string | undefined,
    /** Whether another row has the same key. */
    readonly twice = false,
  ) {
    super(`the schema refuses rows: ${code} ${rule ?? ""}`);
  }
}

/** SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNIQUE_VIOLATION = "23505";
const SERIALIZATION_FAILURE = "40001";
const DEADLOCK_DETECTED = "40P01";
/** Classes of errors that waiting does not mend: data exceptions, violated constraints. */
const REFUSED = /^(22|23)/;
/** Classes of errors about the state of the server: connections, resources, shutdown, timeouts, disks. */
const AILING = /^(08|53|57|58)/;

/** The store's own error for what the driver throws: its messages name hosts and rules, never values. */
export function storeError(error: unknown): Error {
  if (error instanceof StoreUnavailable) return error;
  if (!(error instanceof pg.DatabaseError)) {
    const { message, code = "" } = error as NodeJS.ErrnoException;
    return new StoreUnavailable(message || code);
  }
  const { code = "", constraint, message } = error;
  if (REFUSED.test(code)) return new RowsRefused(code, constraint, code === UNIQUE_VIOLATION);
  if (code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED) return new Interrupted(message);
  return AILING.test(code) ? new StoreUnavailable(message) : new StatementRefused(message);
}

/** A unique key's violation is a conflict too: the row was inserted meanwhile, and the next try sees it. */
export function retryable(error: unknown): error is Interrupted | RowsRefused {
  return error instanceof Interrupted || (error instanceof RowsRefused && error.twice);
}

export function breaksSchema(error: unknown): boolean {
  return error instanceof RowsRefused;
}
