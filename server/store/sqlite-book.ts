import type Database from "better-sqlite3";
import type { BookToken, Changes } from "../core/book.js";
import { encodeClock } from "./clock-bytes.js";
import { ownerColumns } from "./session-row.js";
import { keep, SharedPages } from "./shared-pages.js";
import { CONTRACTS, PAYEES, STAFF, TRANSFERS, USERS } from "./sqlite-tables.js";
import type { ReadToken } from "./sqlite-tokens.js";
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
  const named = USERS.reader(db, "WHERE id = ?");
  const readWhole = wholeReader(db, readToken);
  const readNarrow = (pages: SharedPages, { serials = [], users: ids = [] }: About): void => {
    const found = ids.map((id) => named(id)[0]);
    // An unknown user costs a read of a token too: the number of reads must not tell known from unknown.
    const held = found.map((user) => user?.serial ?? "");
    for (const user of found) if (user) pages.users.set(user.id, user);
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
): (pages: SharedPages, about: About) => void {
  const user = USERS.reader(db, "WHERE id = ?");
  const usersOf = USERS.reader(db, "WHERE contract_id = ?");
  const contract = CONTRACTS.reader(db, "WHERE id = ?");
  const payee = PAYEES.reader(db, "WHERE id = ?");
  const transfer = TRANSFERS.reader(db, "WHERE id = ?");
  const transfersOn = TRANSFERS.reader(db, "WHERE contract_id = ? AND date = ?");
  const staff = STAFF.reader(db, "WHERE id = ?");
  return (pages, about) => {
    const take = (serial: string): BookToken | undefined => {
      const token = pages.tokens.get(serial) ?? readToken(serial);
      if (token) pages.tokens.set(serial, token);
      return token;
    };
    const ids = new Set(about.contracts);
    for (const serial of about.serials ?? []) ids.add(take(serial)?.contract ?? "");
    for (const id of about.users ?? []) ids.add(user(id)[0]?.contract ?? "");
    ids.delete("");
    const contracts = [...ids].flatMap((id) => contract(id));
    keep(pages.contracts, contracts);
    const users = contracts.flatMap(({ id }) => usersOf(id));
    keep(pages.users, users);
    for (const { serial } of users) if (serial !== undefined) take(serial);
    // Read even where it is there already: the number of reads must not tell whose token it is.
    for (const token of (about.tokens ?? []).map(readToken))
      if (token) pages.tokens.set(token.serial, token);
    const { transferDate: date } = about;
    if (about.payee !== undefined) keep(pages.payees, payee(about.payee));
    if (about.transfer !== undefined) keep(pages.transfers, transfer(about.transfer));
    if (date !== undefined) {
      for (const { id } of contracts) keep(pages.transfers, transfersOn(id, date));
    }
    if (about.staff !== undefined) keep(pages.staff, staff(about.staff));
  };
}

function writer(db: Database.Database): (changes: Changes) => void {
  const token = db.prepare(
    `UPDATE token_states SET status = ?, suspended = ?, failures = ?, last_step = ?,
       clock = ?, contract_id = ?
     WHERE token_id = (SELECT id FROM tokens WHERE serial = ?)`,
  );
  const contract = CONTRACTS.keeper(db);
  const user = USERS.keeper(db);
  const payee = PAYEES.keeper(db);
  const transfer = TRANSFERS.inserter(db);
  const staff = STAFF.keeper(db);
  const session = db.prepare("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)");
  const end = db.prepare("DELETE FROM sessions WHERE user_id = ? OR staff_id = ?");
  const mail = db.prepare("INSERT INTO mails (recipient, subject, text) VALUES (?, ?, ?)");
  return (changes) => {
    for (const [serial, next] of changes.tokens) {
      const { status, suspended, failures, lastStep, clock, contract: lentTo } = next;
      const state = [status, Number(suspended), failures, lastStep, encodeClock(clock)];
      token.run(...state, lentTo ?? null, serial);
    }
    changes.contracts.forEach(contract);
    changes.users.forEach(user);
    changes.payees.forEach(payee);
    changes.transfers.forEach(transfer);
    changes.staff.forEach(staff);
    // Sessions that end are those from before: one that is opened now stays.
    for (const owner of changes.ended) end.run(ownerColumns(owner));
    for (const { id, owner, createdAt } of changes.sessions) {
      session.run(id, ...ownerColumns(owner), createdAt, createdAt);
    }
    for (const { to, subject, text } of changes.mails) mail.run(to, subject, text);
  };
}
