import type { BookToken, Payee, Staff, Transfer } from "../core/book.js";
import { decodeClock, encodeClock } from "./clock-bytes.js";
import type { Contract, User } from "../core/user.js";
import type { Rows, Statement } from "./postgres-statement.js";

/** How a property is kept: its column, the column's type, and what it is written as where that differs. */
type Column = readonly [name: string, type: string, codec?: Codec];

interface Codec {
  readonly encode: (value: never) => unknown;
  readonly decode: (stored: never) => unknown;
}

/** A table whose rows are things of the book, by one key. */
export class Table<T extends object> {
  /** The columns, named as the thing's properties are. */
  readonly columns: string;
  readonly #entries: readonly (readonly [keyof T & string, Column])[];
  readonly #decoders: readonly (readonly [string, Codec["decode"]])[];

  /** @param columns the key's first */
  constructor(
    readonly name: string,
    columns: Readonly<Record<keyof T & string, Column>>,
  ) {
    this.#entries = Object.entries(columns) as [keyof T & string, Column][];
    this.columns = this.#entries
      .map(([property, [column]]) => `${name}.${column} AS "${property}"`)
      .join(", ");
    this.#decoders = this.#entries.flatMap(([property, [, , codec]]) =>
      codec ? [[property, codec.decode] as const] : [],
    );
  }

  /** Things out of rows: what is NULL there is undefined here. */
  read(rows: Rows): T[] {
    for (const row of rows as Record<string, unknown>[]) {
      for (const name in row) row[name] ??= undefined;
      for (const [property, decode] of this.#decoders)
        row[property] = decode(row[property] as never);
    }
    return rows as unknown as T[];
  }

  insert(things: readonly T[]): Statement[] {
    return this.#write(things, this.#entries, (columns, rows) => {
      return `INSERT INTO ${this.name} (${columns.join(", ")}) SELECT * FROM ${rows}`;
    });
  }

  /** @param properties what may have changed; all of them where not given */
  update<K extends keyof T & string>(
    things: readonly Pick<T, K>[],
    properties: readonly K[] = this.#entries.map(([property]) => property) as K[],
  ): Statement[] {
    const entries = this.#entries.filter(([property]) => properties.includes(property as K));
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
    const values = entries.map(([property, [, type, codec]]) =>
      things.map((thing) => {
        const value = (thing as Record<string, unknown>)[property];
        if (codec) return codec.encode(value as never);
        return type === "jsonb" ? JSON.stringify(value) : value;
      }),
    );
    return [{ text: text(columns, rows), values }];
  }
}

export const TOKENS = new Table<Omit<BookToken, "restoredAt">>("tokens", {
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
  ...["serial", "status", "suspended", "failures", "lastStep", "clock", "contract"],
] as const;

export const CONTRACTS = new Table<Contract>("contracts", {
  id: ["id", "text"],
  name: ["name", "text"],
  otpFrom: ["otp_from", "bigint"],
  form: ["form", "text"],
  formDate: ["form_date", "text"],
  dailyLimit: ["daily_limit", "bigint"],
});

export const USERS = new Table<User>("users", {
  id: ["id", "text"],
  contract: ["contract_id", "text"],
  name: ["name", "text"],
  class: ["class", "text"],
  mail: ["mail", "text"],
  needsCode: ["needs_code", "boolean"],
  passwordHash: ["password_hash", "text"],
  confirmationHash: ["confirmation_hash", "text"],
  holding: ["holding", "text"],
  serial: ["serial", "text"],
  availableAt: ["available_at", "bigint"],
  refusedSerials: ["refused_serials", "jsonb"],
  codeFailures: ["code_failures", "integer"],
  codeSuspended: ["code_suspended", "boolean"],
  confirmationFailures: ["confirmation_failures", "integer"],
  confirmationSuspended: ["confirmation_suspended", "boolean"],
  stopped: ["stopped", "boolean"],
  expiryNoticed: ["expiry_noticed", "integer"],
  lastLogin: ["last_login", "bigint"],
  previousLogin: ["previous_login", "bigint"],
});

export const PAYEES = new Table<Payee>("payees", {
  id: ["id", "text"],
  contract: ["contract_id", "text"],
  bank: ["bank", "text"],
  branch: ["branch", "text"],
  account: ["account", "text"],
  name: ["name", "text"],
});

export const TRANSFERS = new Table<Transfer>("transfers", {
  id: ["id", "text"],
  contract: ["contract_id", "text"],
  user: ["user_id", "text"],
  payee: ["payee", "jsonb"],
  registered: ["registered", "boolean"],
  amount: ["amount", "bigint"],
  date: ["date", "text"],
  at: ["at", "bigint"],
});

export const STAFF = new Table<Staff>("staff", {
  id: ["id", "text"],
  name: ["name", "text"],
  passwordHash: ["password_hash", "text"],
  ended: ["ended", "boolean"],
});
