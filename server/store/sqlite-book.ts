import type Database from "better-sqlite3";
import {
  Book,
  type BookToken,
  type Changes,
  narrowPages,
  type Pages,
  type Payee,
  type Transfer,
} from "../core/book.js";
import type { Contract, User } from "../core/user.js";
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
import type { About } from "./store.js";

/** Opens books and writes down what was changed in them; both inside a transaction. */
export interface BookShelf {
  readonly open: (about: About) => Book;
  readonly write: (changes: Changes) => void;
}

export function bookShelf(db: Database.Database, readToken: ReadToken): BookShelf {
  const read = reader(db, readToken);
  const write = writer(db);
  return { open: (about) => new Book(read(about)), write };
}

function reader(db: Database.Database, readToken: ReadToken) {
  const contract = db.prepare<[string], ContractRecord>("SELECT * FROM contracts WHERE id = ?");
  const named = db.prepare<[string], UserRecord>("SELECT * FROM users WHERE id = ?");
  const usersOf = db.prepare<[string], UserRecord>("SELECT * FROM users WHERE contract_id = ?");
  const payee = db.prepare<[string], PayeeRecord>("SELECT * FROM payees WHERE id = ?");
  const transfer = db.prepare<[string], TransferRecord>("SELECT * FROM transfers WHERE id = ?");
  const transfersOn = db.prepare<[string, string], TransferRecord>(
    "SELECT * FROM transfers WHERE contract_id = ? AND date = ?",
  );
  const staffMember = db.prepare<[string], StaffRecord>("SELECT * FROM staff WHERE id = ?");
  const narrow = ({ serials = [], users: ids = [] }: About): Pages => {
    const found = ids.map((id) => named.get(id));
    // A user nobody knows is looked for a token too: reads of another number would tell of it.
    const held = found.map((user) => user?.serial ?? "");
    const users = found.filter((row) => row !== undefined);
    const tokens = [...serials, ...held].map(readToken).filter((token) => token !== undefined);
    return narrowPages(tokens, users.map(storedUser));
  };
  return (about: About): Pages => {
    if (about.narrow) return narrow(about);
    const tokens = new Map<string, BookToken>();
    const take = (serial: string): BookToken | undefined => {
      const token = tokens.get(serial) ?? readToken(serial);
      if (token) tokens.set(serial, token);
      return token;
    };
    const ids = new Set(about.contracts);
    for (const serial of about.serials ?? []) ids.add(take(serial)?.contract ?? "");
    for (const user of about.users ?? []) ids.add(named.get(user)?.contract_id ?? "");
    const contracts: Contract[] = [];
    const users: User[] = [];
    for (const id of ids) {
      const found = id === "" ? undefined : contract.get(id);
      if (!found) continue;
      contracts.push(storedContract(found));
      users.push(...usersOf.all(id).map(storedUser));
    }
    for (const { serial } of users) if (serial !== undefined) take(serial);
    // Read again where it is known already: whose it is, the number of reads does not tell.
    for (const token of (about.tokens ?? []).map(readToken))
      if (token) tokens.set(token.serial, token);
    const payees: Payee[] = [];
    const found = about.payee === undefined ? undefined : payee.get(about.payee);
    if (found) payees.push(storedPayee(found));
    const transfers = new Map<string, Transfer>();
    const one = about.transfer === undefined ? undefined : transfer.get(about.transfer);
    const onDay =
      about.transferDate === undefined
        ? []
        : contracts.flatMap(({ id }) => transfersOn.all(id, about.transferDate!));
    for (const row of [...(one ? [one] : []), ...onDay]) {
      transfers.set(row.id, storedTransfer(row));
    }
    const member = about.staff === undefined ? undefined : staffMember.get(about.staff);
    const staff = member ? [storedStaff(member)] : [];
    const pages = { users, contracts, payees, staff };
    return { ...pages, tokens: tokens.values(), transfers: transfers.values() };
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
  const noPayee = db.prepare("DELETE FROM payees WHERE id = ?");
  const transfer = db.prepare("INSERT INTO transfers VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  const staff = db.prepare(
    `INSERT INTO staff VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
       name = excluded.name, password_hash = excluded.password_hash, ended = excluded.ended`,
  );
  const session = db.prepare("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)");
  const ended = {
    user: db.prepare("DELETE FROM sessions WHERE user_id = ?"),
    staff: db.prepare("DELETE FROM sessions WHERE staff_id = ?"),
  };
  const mail = db.prepare("INSERT INTO mails (recipient, subject, text) VALUES (?, ?, ?)");
  return (changes) => {
    for (const [serial, next] of changes.tokens) {
      const { status, suspended, failures, lastStep, clock, contract: lentTo } = next;
      const state = [status, Number(suspended), failures, lastStep, encodeClock(clock)];
      token.run(...state, lentTo ?? null, serial);
    }
    for (const each of changes.contracts.values()) contract.run(contractParameters(each));
    for (const each of changes.users.values()) user.run(userParameters(each));
    for (const [id, each] of changes.payees) {
      if (!each) noPayee.run(id);
      else payee.run(id, each.contract, each.bank, each.branch, each.account, each.name);
    }
    for (const { id, contract, user, payee, registered, amount, date, at } of changes.transfers) {
      transfer.run(id, contract, user, JSON.stringify(payee), Number(registered), amount, date, at);
    }
    // Sessions that end are those from before: one that is opened now stays.
    for (const id of changes.ended) ended.user.run(id);
    for (const { id, name, passwordHash, ended: gone } of changes.staff.values()) {
      staff.run(id, name, passwordHash, Number(gone));
      // A new password, or none any more: whoever was logged in by the old one is out.
      ended.staff.run(id);
    }
    for (const { id, owner, createdAt } of changes.sessions) {
      const [user, member] = "user" in owner ? [owner.user, null] : [null, owner.staff];
      session.run(id, user, member, createdAt, createdAt);
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
