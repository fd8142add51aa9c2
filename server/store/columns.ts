import type { Payee, Staff, Transfer } from "../core/book.js";
import type { Contract, User } from "../core/user.js";

/** The types of columns, by PostgreSQL's names. */
type ColumnType = "text" | "bytea" | "smallint" | "integer" | "bigint" | "boolean" | "jsonb";

/** How values are written and read where the database keeps something else. */
interface Codec {
  readonly encode: (value: never) => unknown;
  readonly decode?: (stored: never) => unknown;
}
export type Codecs = Partial<Readonly<Record<ColumnType, Codec>>>;

/** How a property is kept: its column, the column's type, and a codec of its own where it has one. */
export type Column = readonly [name: string, type: ColumnType, codec?: Codec | undefined];
export type Columns<T> = Readonly<Record<keyof T & string, Column>>;

/** A table whose rows are things of the book, by one key. */
export class Table<T extends object> {
  /** The columns, named as the thing's properties are. */
  readonly columns: string;
  protected readonly entries: readonly (readonly [keyof T & string, Column])[];
  readonly #decoders: readonly (readonly [string, NonNullable<Codec["decode"]>])[];

  /**
   * @param columns the key's first
   * @param codecs of the types that this database's driver keeps as something else
   */
  constructor(
    readonly name: string,
    columns: Columns<T>,
    codecs: Codecs,
  ) {
    this.entries = (Object.entries(columns) as [keyof T & string, Column][]).map(
      ([property, [column, type, codec = codecs[type]]]) => [property, [column, type, codec]],
    );
    this.columns = this.entries
      .map(([property, [column]]) => `${name}.${column} AS "${property}"`)
      .join(", ");
    this.#decoders = this.entries.flatMap(([property, [, , codec]]) =>
      codec?.decode ? [[property, codec.decode] as const] : [],
    );
  }

  /** Things out of rows: what is NULL there is undefined here. */
  read(rows: readonly object[]): T[] {
    for (const row of rows as Record<string, unknown>[]) {
      for (const name in row) row[name] ??= undefined;
      for (const [property, decode] of this.#decoders)
        row[property] = decode(row[property] as never);
    }
    return rows as T[];
  }

  /** What is written of a thing into a column: NULL for undefined. */
  protected encode(thing: object, [property, [, , codec]]: readonly [string, Column]): unknown {
    const value = (thing as Record<string, unknown>)[property] ?? null;
    return codec ? codec.encode(value as never) : value;
  }
}

/** The tables that every store has, each with its things. */
interface Kept {
  readonly contracts: Contract;
  readonly users: User;
  readonly payees: Payee;
  readonly transfers: Transfer;
  readonly staff: Staff;
}

export const COLUMNS: { readonly [Name in keyof Kept]: Columns<Kept[Name]> } = {
  contracts: {
    id: ["id", "text"],
    name: ["name", "text"],
    otpFrom: ["otp_from", "bigint"],
    form: ["form", "text"],
    formDate: ["form_date", "text"],
    dailyLimit: ["daily_limit", "bigint"],
  },
  users: {
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
  },
  payees: {
    id: ["id", "text"],
    contract: ["contract_id", "text"],
    bank: ["bank", "text"],
    branch: ["branch", "text"],
    account: ["account", "text"],
    name: ["name", "text"],
  },
  transfers: {
    id: ["id", "text"],
    contract: ["contract_id", "text"],
    user: ["user_id", "text"],
    payee: ["payee", "jsonb"],
    registered: ["registered", "boolean"],
    amount: ["amount", "bigint"],
    date: ["date", "text"],
    at: ["at", "bigint"],
  },
  staff: {
    id: ["id", "text"],
    name: ["name", "text"],
    passwordHash: ["password_hash", "text"],
    ended: ["ended", "boolean"],
  },
};
