import type Database from "better-sqlite3";
import type { Payee, Staff, Transfer } from "../core/book.js";
import type { Contract, User } from "../core/user.js";
import { type Codecs, type Columns, COLUMNS, Table } from "./columns.js";

const CODECS: Codecs = {
  boolean: { encode: Number, decode: (stored: number) => stored === 1 },
  jsonb: { encode: JSON.stringify, decode: JSON.parse },
};

/** A table with statements that read and write its rows. */
class SqliteTable<T extends { readonly id: string }> extends Table<T> {
  constructor(name: string, columns: Columns<T>) {
    super(name, columns, CODECS);
  }

  /** @param which rows, and in which order */
  reader(db: Database.Database, which: string): (...values: readonly unknown[]) => T[] {
    const find = db.prepare<unknown[], object>(`SELECT ${this.columns} FROM ${this.name} ${which}`);
    return (...values) => this.read(find.all(...values));
  }

  /** Writes things that are not there yet. */
  inserter(db: Database.Database): (thing: T) => void {
    return this.#writer(db, () => "");
  }

  /** Writes things that may be there already. */
  keeper(db: Database.Database): (thing: T) => void {
    return this.#writer(db, ([key, ...columns]) => {
      const changes = columns.map((column) => `${column} = excluded.${column}`).join(", ");
      return `ON CONFLICT (${key!}) DO UPDATE SET ${changes}`;
    });
  }

  #writer(
    db: Database.Database,
    conflict: (columns: readonly string[]) => string,
  ): (thing: T) => void {
    const columns = this.entries.map(([, [column]]) => column);
    const places = columns.map(() => "?").join(", ");
    const insert = db.prepare(
      `INSERT INTO ${this.name} (${columns.join(", ")}) VALUES (${places}) ${conflict(columns)}`,
    );
    return (thing) => void insert.run(this.entries.map((entry) => this.encode(thing, entry)));
  }
}

export const CONTRACTS = new SqliteTable<Contract>("contracts", COLUMNS.contracts);
export const USERS = new SqliteTable<User>("users", COLUMNS.users);
export const PAYEES = new SqliteTable<Payee>("payees", COLUMNS.payees);
export const TRANSFERS = new SqliteTable<Transfer>("transfers", COLUMNS.transfers);
export const STAFF = new SqliteTable<Staff>("staff", COLUMNS.staff);
