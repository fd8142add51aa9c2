import type Database from "better-sqlite3";
import type { BookToken, Changes } from "../core/book.js";
import { encodeClock } from "./clock-bytes.js";
import {
  type ContractRecord,
  contractParameters,
  type PayeeRecord,
  type StaffRecord,
  storedContract,
  storedPayee,
  storedStaff,
  storedTransfer,
  storedUser,
  type TransferRecord,
  type UserRecord,
  userParameters,
} from "./sqlite-bank-rows.js";
import type { ReadToken } from "./sqlite-tokens.js";
import { ownerColumns } from "./session-row.js";
import { keep, SharedPages } from "./shared-pages.js";
import type { About } from "./store.js";

/** Reads what decisions are about, and writes down what they changed; both inside a transaction. */
export interface BookShelf {
  readonly read: (abouts: readonly About[]) => SharedPages;
  readonly write: (changes: Changes) => void;
}

export function bookShelf(db: Database.Database, readToken: ReadToken): BookShelf {
  return { read: reader(db, readToken), write: writer(db) };
}

function reader(
  db: Database.Database,
  readToken: ReadToken,
): (abouts: readonly About[]) => SharedPages {
  const named = db.prepare<[string], UserRecord>("SELECT * FROM users WHERE id = ?");
  const readWhole = wholeReader(db, readToken, named);
  const readNarrow = (pages: SharedPages, { serials = [], users: ids = [] }: About): void => {
    const found = ids.map((id) => named.get(id));
    // A user nobody knows is looked for a token too: reads of another number would tell of it.
    const held = found.map((user) => user?.serial ?? "");
    keep(pages.users, found.filter((row) => row !== undefined).map(storedUser));
    for (const serial of [...serials, ...held]) {
      const token = readToken(serial);
      if (token) pages.tokens.set(serial, token);
    }
  };
  return (abouts) => {
    const pages = new SharedPages();
    for (const about of abouts) (about.narrow ? readNarrow : readWhole)(pages, about);
    return pages;
  };
}

function wholeReader(
  db: Database.Database,
  readToken: ReadToken,
  named: Database.Statement<[string], UserRecord>,
): (pages: SharedPages, about: About) => void {
  const contract = db.prepare<[string], ContractRecord>("SELECT * FROM contracts WHERE id = ?");
  const usersOf = db.prepare<[string], UserRecord>("SELECT * FROM users WHERE contract_id = ?");
  const payee = db.prepare<[string], PayeeRecord>("SELECT * FROM payees WHERE id = ?");
  const transfer = db.prepare<[string], TransferRecord>("SELECT * FROM transfers WHERE id = ?");
  const transfersOn = db.prepare<[string, string], TransferRecord>(
    "SELECT * FROM transfers WHERE contract_id = ? AND date = ?",
  );
  const staffMember = db.prepare<[string], StaffRecord>("SELECT * FROM staff WHERE id = ?");
  return (pages, about) => {
    const take = (serial: string): BookToken | undefined => {
      const token = pages.tokens.get(serial) ?? readToken(serial);
      if (token) pages.tokens.set(serial, token);
      return token;
    };
    const ids = new Set(about.contracts);
    for (const serial of about.serials ?? []) ids.add(take(serial)?.contract ?? "");
    for (const user of about.users ?? []) ids.add(named.get(user)?.contract_id ?? "");
    const contracts = [...ids]
      .filter((id) => id !== "")
      .map((id) => contract.get(id))
      .filter((row) => row !== undefined)
      .map(storedContract);
    keep(pages.contracts, contracts);
    const users = contracts.flatMap(({ id }) => usersOf.all(id)).map(storedUser);
    keep(pages.users, users);
    for (const { serial } of users) if (serial !== undefined) take(serial);
    // Read again where it is known already: whose it is, the number of reads does not tell.
    for (const token of (about.tokens ?? []).map(readToken))
      if (token) pages.tokens.set(token.serial, token);
    const found = about.payee === undefined ? undefined : payee.get(about.payee);
    if (found) keep(pages.payees, [storedPayee(found)]);
    const one = about.transfer === undefined ? undefined : transfer.get(about.transfer);
    if (one) keep(pages.transfers, [storedTransfer(one)]);
    const { transferDate: date, staff } = about;
    const onDay =
      date === undefined ? [] : contracts.flatMap(({ id }) => transfersOn.all(id, date));
    keep(pages.transfers, onDay.map(storedTransfer));
    const member = staff === undefined ? undefined : staffMember.get(staff);
    if (member) keep(pages.staff, [storedStaff(member)]);
  };
}

function writer(db: Database.Database): (changes: Changes) => void {
  const token = db.prepare(
    `UPDATE token_states SET status = ?, suspended = ?, failures = ?, last_step = ?,
       clock = ?, contract_id = ?
     WHERE token_id = (SELECT id FROM tokens WHERE serial = ?)`,
  );
  const contract = db.prepare(
    `INSERT INTO contracts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
       name = excluded.name, otp_from = excluded.otp_from, form = excluded.form,
       form_date = excluded.form_date, daily_limit = excluded.daily_limit`,
  );
  const user = db.prepare(userUpsert());
  const payee = db.prepare("INSERT OR REPLACE INTO payees VALUES (?, ?, ?, ?, ?, ?)");
  const transfer = db.prepare("INSERT INTO transfers VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  const staff = db.prepare(
    `INSERT INTO staff VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
       name = excluded.name, password_hash = excluded.password_hash, ended = excluded.ended`,
  );
  const session = db.prepare("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)");
  const end = db.prepare("DELETE FROM sessions WHERE user_id = ? OR staff_id = ?");
  const mail = db.prepare("INSERT INTO mails (recipient, subject, text) VALUES (?, ?, ?)");
  return (changes) => {
    for (const [serial, next] of changes.tokens) {
      const { status, suspended, failures, lastStep, clock, contract: lentTo } = next;
      const state = [status, Number(suspended), failures, lastStep, encodeClock(clock)];
      token.run(...state, lentTo ?? null, serial);
    }
    for (const each of changes.contracts.values()) contract.run(contractParameters(each));
    for (const each of changes.users.values()) user.run(userParameters(each));
    for (const { id, contract, bank, branch, account, name } of changes.payees.values()) {
      payee.run(id, contract, bank, branch, account, name);
    }
    for (const { id, contract, user, payee, registered, amount, date, at } of changes.transfers) {
      transfer.run(id, contract, user, JSON.stringify(payee), Number(registered), amount, date, at);
    }
    for (const { id, name, passwordHash, ended } of changes.staff.values()) {
      staff.run(id, name, passwordHash, Number(ended));
    }
    // Sessions that end are those from before: one that is opened now stays.
    for (const owner of changes.ended) end.run(ownerColumns(owner));
    for (const { id, owner, createdAt } of changes.sessions) {
      session.run(id, ...ownerColumns(owner), createdAt, createdAt);
    }
    for (const { to, subject, text } of changes.mails) mail.run(to, subject, text);
  };
}

const USER_COLUMNS = [
  ...["id", "contract_id", "name", "class", "mail", "needs_code", "password_hash"],
  ...["confirmation_hash", "holding", "serial", "available_at", "refused_serials"],
  ...["code_failures", "code_suspended", "confirmation_failures", "confirmation_suspended"],
  ...["stopped", "expiry_noticed", "last_login", "previous_login"],
] as const;

function userUpsert(): string {
  const places = USER_COLUMNS.map(() => "?").join(", ");
  const updates = USER_COLUMNS.slice(1).map((column) => `${column} = excluded.${column}`);
  return `INSERT INTO users (${USER_COLUMNS.join(", ")}) VALUES (${places})
    ON CONFLICT (id) DO UPDATE SET ${updates.join(", ")}`;
}
