import {
  Book,
  type BookToken,
  type Changes,
  narrowPages,
  type Payee,
  type Staff,
  type Transfer,
} from "../core/book.js";
import type { Contract, User } from "../core/user.js";
import type { About } from "./store.js";

/**
 * What one transaction has read, and what its decisions have made of it so far. Each decision is made
 * over a book of the pages it asks for; the next one sees what it has changed.
 */
export class SharedPages {
  readonly tokens = new Map<string, BookToken>();
  readonly users = new Map<string, User>();
  readonly contracts = new Map<string, Contract>();
  readonly payees = new Map<string, Payee>();
  readonly transfers = new Map<string, Transfer>();
  readonly staff = new Map<string, Staff>();

  open(about: About): Book {
    const { serials = [], tokens: alone = [], users: ids = [] } = about;
    if (about.narrow) {
      const users = pick(this.users, ids);
      const tokens = pick(this.tokens, [...serials, ...users.map(({ serial }) => serial)]);
      return new Book(narrowPages(tokens, users));
    }
    const own = this.contractsOf(about);
    const users = [...this.users.values()].filter(({ contract }) => own.has(contract));
    const { transfer, transferDate } = about;
    return new Book({
      users,
      contracts: pick(this.contracts, own),
      tokens: pick(this.tokens, [...serials, ...alone, ...users.map(({ serial }) => serial)]),
      payees: pick(this.payees, [about.payee]),
      staff: pick(this.staff, [about.staff]),
      transfers: [...this.transfers.values()].filter(
        ({ id, contract, date }) => id === transfer || (date === transferDate && own.has(contract)),
      ),
    });
  }

  /** The contracts that are named, and those of the named users and tokens. */
  contractsOf({ serials = [], users = [], contracts = [] }: About): Set<string> {
    const named = [...pick(this.tokens, serials), ...pick(this.users, users)];
    const theirs = named.map(({ contract }) => contract).filter((id) => id !== undefined);
    return new Set([...contracts, ...theirs]);
  }

  apply(changes: Changes): void {
    for (const [serial, state] of changes.tokens) {
      const token = this.tokens.get(serial);
      if (token) this.tokens.set(serial, { ...token, ...state });
    }
    for (const [id, user] of changes.users) this.users.set(id, user);
    for (const [id, contract] of changes.contracts) this.contracts.set(id, contract);
    for (const [id, payee] of changes.payees) this.payees.set(id, payee);
    for (const transfer of changes.transfers) this.transfers.set(transfer.id, transfer);
    for (const [id, member] of changes.staff) this.staff.set(id, member);
  }
}

function pick<T>(from: ReadonlyMap<string, T>, ids: Iterable<string | undefined>): T[] {
  const found = new Set<T>();
  for (const id of ids) {
    const each = id === undefined ? undefined : from.get(id);
    if (each !== undefined) found.add(each);
  }
  return [...found];
}

/** Puts what was read among what is there. */
export function keep<T extends { readonly id: string }>(
  pages: Map<string, T>,
  things: readonly T[],
): void {
  for (const thing of things) pages.set(thing.id, thing);
}
