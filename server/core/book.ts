import type { AuditEntry } from "./audit.js";
import type { Caller } from "./caller.js";
import { stateOf } from "./decision.js";
import type { TokenState } from "./token.js";
import type { Contract, User } from "./user.js";

/** A token as it stands in the book: its state, and what the store keeps beside it. */
export interface BookToken extends TokenState {
  readonly serial: string;
  /** 1 SHA-1, 2 SHA-256, 3 SHA-512. */
  readonly algorithm: number;
  readonly sealedSeed: Uint8Array;
  /** The number of the data key that seals it. */
  readonly dataKey: number;
  /** Unix seconds. */
  readonly start: number | undefined;
  readonly expiry: number | undefined;
  /** When the database was put back from a backup, where that has not been lifted. */
  readonly restoredAt?: number | undefined;
}

/** A payee registered beforehand from the branch's paper (事前登録先). */
export interface Payee {
  readonly id: string;
  readonly contract: string;
  readonly bank: string;
  readonly branch: string;
  readonly account: string;
  readonly name: string;
}

/** A booked transfer. */
export interface Transfer {
  /** Chosen when it is confirmed: the same one is booked once. */
  readonly id: string;
  readonly contract: string;
  readonly user: string;
  readonly payee: Omit<Payee, "id" | "contract">;
  readonly registered: boolean;
  /** Yen. */
  readonly amount: number;
  /** YYYY-MM-DD in Japan. */
  readonly date: string;
  /** Unix seconds. */
  readonly at: number;
}

/** Somebody who works at the branch's desk. */
export interface Staff {
  readonly id: string;
  readonly name: string;
  readonly passwordHash: string;
  /** Works there no more. */
  readonly ended: boolean;
}

/** A logged-in browser: of a user, or of a member of the branch's staff. */
export interface Session {
  /** SHA-256 of what the cookie holds. */
  readonly id: Uint8Array;
  readonly owner: { readonly user: string } | { readonly staff: string };
  /** Unix seconds. */
  readonly createdAt: number;
}

/** A mail that is to be sent because of what happened. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A contract that a decision asks for in a book opened without contracts. */
export class NotRead extends Error {
  override readonly name = "NotRead";
}

/** What a decision needs to see, as it stands inside the transaction. */
export interface Pages {
  /** Whether contracts and all of their users were left out. */
  readonly narrow?: boolean | undefined;
  readonly tokens: Iterable<BookToken>;
  readonly users: Iterable<User>;
  readonly contracts: Iterable<Contract>;
  readonly payees: Iterable<Payee>;
  readonly transfers: Iterable<Transfer>;
  readonly staff: Iterable<Staff>;
}

/** What a decision sees that asks for no contract, so that none was read. */
export function narrowPages(tokens: Iterable<BookToken>, users: Iterable<User>): Pages {
  return { narrow: true, tokens, users, contracts: [], payees: [], transfers: [], staff: [] };
}

/** What a decision has changed. */
export interface Changes {
  readonly tokens: ReadonlyMap<string, TokenState>;
  readonly users: ReadonlyMap<string, User>;
  readonly contracts: ReadonlyMap<string, Contract>;
  readonly payees: ReadonlyMap<string, Payee>;
  readonly transfers: readonly Transfer[];
  readonly staff: ReadonlyMap<string, Staff>;
  readonly sessions: readonly Session[];
  /** Whose sessions from before end. */
  readonly ended: readonly Session["owner"][];
  readonly mails: readonly Mail[];
  readonly audit: readonly AuditEntry[];
}

/**
 * The book a decision is made over: it reads what stands there and writes down what changes. Nothing
 * of it is stored unless the whole decision is.
 */
export class Book {
  readonly changes = {
    tokens: new Map<string, TokenState>(),
    users: new Map<string, User>(),
    contracts: new Map<string, Contract>(),
    payees: new Map<string, Payee>(),
    transfers: [] as Transfer[],
    staff: new Map<string, Staff>(),
    sessions: [] as Session[],
    ended: [] as Session["owner"][],
    mails: [] as Mail[],
    audit: [] as AuditEntry[],
  };
  readonly #narrow: boolean;
  readonly #tokens: Map<string, BookToken>;
  readonly #users: Map<string, User>;
  readonly #contracts: Map<string, Contract>;
  readonly #payees: Map<string, Payee>;
  readonly #transfers: Transfer[];
  readonly #staff: Map<string, Staff>;

  constructor(pages: Pages) {
    this.#narrow = pages.narrow === true;
    this.#tokens = new Map([...pages.tokens].map((token) => [token.serial, token]));
    this.#users = new Map([...pages.users].map((user) => [user.id, user]));
    this.#contracts = new Map([...pages.contracts].map((contract) => [contract.id, contract]));
    this.#payees = new Map([...pages.payees].map((payee) => [payee.id, payee]));
    this.#transfers = [...pages.transfers];
    this.#staff = new Map([...pages.staff].map((member) => [member.id, member]));
  }

  token(serial: string | undefined): BookToken | undefined {
    return serial === undefined ? undefined : this.#tokens.get(serial);
  }

  user(id: string): User | undefined {
    return this.#users.get(id);
  }

  /** @throws NotRead in a narrow book, as everything that asks for contracts or their users */
  contract(id: string): Contract | undefined {
    this.#needWhole();
    return this.#contracts.get(id);
  }

  payee(id: string): Payee | undefined {
    return this.#payees.get(id);
  }

  transfer(id: string): Transfer | undefined {
    return this.#transfers.find((transfer) => transfer.id === id);
  }

  staff(id: string): Staff | undefined {
    return this.#staff.get(id);
  }

  /** All users of a contract, in the order of their login IDs. */
  usersOf(contract: string): User[] {
    this.#needWhole();
    const users = [...this.#users.values()].filter((user) => user.contract === contract);
    return users.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  everyone(): User[] {
    this.#needWhole();
    return [...this.#users.values()];
  }

  /** The users who have registered a token. */
  holders(serial: string): User[] {
    this.#needWhole();
    return [...this.#users.values()].filter(
      (user) => user.holding === "registered" && user.serial === serial,
    );
  }

  /** Yen booked by a contract for a date. */
  bookedOn(contract: string, date: string): number {
    return this.#transfers
      .filter((transfer) => transfer.contract === contract && transfer.date === date)
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  setToken(serial: string, next: TokenState): void {
    this.#tokens.set(serial, { ...this.#tokens.get(serial)!, ...next });
    this.changes.tokens.set(serial, stateOf(next));
  }

  setUser(user: User): void {
    this.#users.set(user.id, user);
    this.changes.users.set(user.id, user);
  }

  setContract(contract: Contract): void {
    this.#contracts.set(contract.id, contract);
    this.changes.contracts.set(contract.id, contract);
  }

  setPayee(payee: Payee): void {
    this.#payees.set(payee.id, payee);
    this.changes.payees.set(payee.id, payee);
  }

  book(transfer: Transfer): void {
    this.#transfers.push(transfer);
    this.changes.transfers.push(transfer);
  }

  setStaff(member: Staff): void {
    this.#staff.set(member.id, member);
    this.changes.staff.set(member.id, member);
  }

  openSession(session: Session): void {
    this.changes.sessions.push(session);
  }

  /** Ends somebody's sessions, at once and everywhere. */
  endSessions(owner: Session["owner"]): void {
    this.changes.ended.push(owner);
  }

  mail(mail: Mail): void {
    this.changes.mails.push(mail);
  }

  /** Where no mails are sent, the audit says how many were not. */
  dropMails(caller: Caller): void {
    const count = this.changes.mails.length;
    if (count > 0) this.record(caller, "mail", "off", {}, { count });
    this.changes.mails.length = 0;
  }

  /** Writes down what happened, to whom. */
  record(
    { actor, source, at }: Caller,
    event: string,
    result: string,
    about: { readonly serial?: string | undefined; readonly user?: User | undefined } = {},
    detail: AuditEntry["detail"] = {},
  ): void {
    const { serial, user } = about;
    const contract = user?.contract ?? this.token(serial)?.contract;
    const whom = { ...(user && { user: user.id }), ...(contract !== undefined && { contract }) };
    const entry = { at, event, result, serial, actor, source, detail: { ...whom, ...detail } };
    this.changes.audit.push(entry);
  }

  #needWhole(): void {
    if (this.#narrow) throw new NotRead();
  }
}
