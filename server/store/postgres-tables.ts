import type { BookToken, Payee, Staff, Transfer } from "../core/book.js";
import type { Contract, User } from "../core/user.js";
import { decodeClock, encodeClock } from "./clock-bytes.js";
import { type Column, type Columns, COLUMNS, Table } from "./columns.js";
import type { Statement } from "./postgres-statement.js";

/** A table with statements that write many rows. */
export class PostgresTable<T extends object> extends Table<T> {
  constructor(name: string, columns: Columns<T>) {
    super(name, columns, { jsonb: { encode: JSON.stringify } });
  }

  insert(things: readonly T[]): Statement[] {
    return this.#write(things, this.entries, (columns, rows) => {
      return `INSERT INTO ${this.name} (${columns.join(", ")}) SELECT * FROM ${rows}`;
    });
  }

  /** @param properties what may have changed; all of them where not given */
  update<K extends keyof T & string>(
    things: readonly Pick<T, K>[],
    properties: readonly K[] = this.entries.map(([property]) => property) as K[],
  ): Statement[] {
    const entries = this.entries.filter(([property]) => properties.includes(property as K));
    return this.#write(things, entries, ([key, ...columns], rows) => {
      const changes = columns.map((column) => `${column} = rows.${column}`).join(", ");
      return `UPDATE ${this.name} SET ${changes} FROM ${rows} WHERE ${this.name}.${key!} = rows.${key!}`;
    });
  }

  /** One statement for all rows, the columns as arrays. */
  #write(
    things: readonly object[],
    entries: readonly (readonly [string, Column])[],
    text: (columns: readonly string[], rows: string) => string,
  ): Statement[] {
    if (things.length === 0) return [];
    const columns = entries.map(([, [column]]) => column);
    const places = entries.map(([, [, type]], index) => `$${String(index + 1)}::${type}[]`);
    const rows = `unnest(${places.join(", ")}) AS rows (${columns.join(", ")})`;
    const values = entries.map((entry) => things.map((thing) => this.encode(thing, entry)));
    return [{ text: text(columns, rows), values }];
  }
}

export const TOKENS = new PostgresTable<Omit<BookToken, "restoredAt">>("tokens", {
  serial: ["serial", "text"],
  algorithm: ["algorithm", "smallint"],
  sealedSeed: ["sealed_seed", "bytea"],
  dataKey: ["data_key", "bigint"],
  start: ["starts_at", "bigint"],
  expiry: ["expires_at", "bigint"],
  status: ["status", "text"],
  suspended: ["suspended", "boolean"],
  failures: ["failures", "integer"],
  lastStep: ["last_step", "bigint"],
  clock: ["clock", "bytea", { encode: encodeClock, decode: decodeClock }],
  contract: ["contract_id", "text"],
});

/** What of tokens is read: their rows, and what is said of the database they stand in. */
export const TOKEN_COLUMNS = `${TOKENS.columns},
  (SELECT restored_at FROM provenance) AS "restoredAt"`;

/** What of a token changes, behind its key. */
export const TOKEN_STATE = [
  "serial",
  "status",
  "suspended",
  "failures",
  "lastStep",
  "clock",
  "contract",
] as const;

export const CONTRACTS = new PostgresTable<Contract>("contracts", COLUMNS.contracts);
export const USERS = new PostgresTable<User>("users", COLUMNS.users);
export const PAYEES = new PostgresTable<Payee>("payees", COLUMNS.payees);
export const TRANSFERS = new PostgresTable<Transfer>("transfers", COLUMNS.transfers);
export const STAFF = new PostgresTable<Staff>("staff", COLUMNS.staff);
