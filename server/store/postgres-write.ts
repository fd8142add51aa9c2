import { isDeepStrictEqual } from "node:util";
import type { AuditEntry } from "../core/audit.js";
import type { Changes, Mail, Session } from "../core/book.js";
import type { Statement } from "./postgres-statement.js";
import { ownerColumns } from "./session-row.js";
import type { SharedPages } from "./shared-pages.js";
import {
  CONTRACTS,
  PAYEES,
  type PostgresTable,
  STAFF,
  TOKEN_STATE,
  TOKENS,
  TRANSFERS,
  USERS,
} from "./postgres-tables.js";

/** Things of these tables may be new, or in the database already. */
const KEPT = { contracts: CONTRACTS, users: USERS, payees: PAYEES, staff: STAFF } as const;
type Kept = keyof typeof KEPT;

/** What the decisions of one transaction have changed, until it is written, all of it at once. */
export class Writing {
  readonly audit: AuditEntry[] = [];
  readonly #tokens = new Set<string>();
  readonly #kept = forEachKept(() => new Set<string>());
  readonly #before: Readonly<Record<Kept, ReadonlySet<string>>>;
  readonly #transfers: Changes["transfers"][number][] = [];
  readonly #mails: Mail[] = [];
  readonly #ended: Session["owner"][] = [];
  #sessions: Session[] = [];

  /** @param pages as they were read, with no decision made over them yet; what becomes of them is written */
  constructor(readonly pages: SharedPages) {
    this.#before = forEachKept((name) => new Set(pages[name].keys()));
  }

  /** Notes what is to be written; it stands on the pages already. */
  add(changes: Changes): void {
    for (const serial of changes.tokens.keys()) this.#tokens.add(serial);
    for (const name of Object.keys(KEPT) as Kept[]) {
      for (const id of changes[name].keys()) this.#kept[name].add(id);
    }
    this.#transfers.push(...changes.transfers);
    this.#mails.push(...changes.mails);
    this.audit.push(...changes.audit);
    // Sessions that end are those from before: one that is opened now stays.
    this.#ended.push(...changes.ended);
    this.#sessions = this.#sessions.filter(
      ({ owner }) => !changes.ended.some((ended) => isDeepStrictEqual(ended, owner)),
    );
    this.#sessions.push(...changes.sessions);
  }

  statements(): Statement[] {
    const { pages } = this;
    const tokens = [...this.#tokens].map((serial) => pages.tokens.get(serial));
    return [
      ...TOKENS.update(
        tokens.filter((token) => token !== undefined),
        TOKEN_STATE,
      ),
      ...this.#keep("contracts"),
      ...this.#keep("users"),
      ...this.#keep("payees"),
      ...this.#keep("staff"),
      ...TRANSFERS.insert(this.#transfers),
      ...this.#sessionStatements(),
      ...this.#mailStatements(),
    ];
  }

  /** Things that are new are inserted in the order of their keys, and never over others. */
  #keep(name: Kept): Statement[] {
    const table: PostgresTable<{ id: string }> = KEPT[name] as never;
    const before = this.#before[name];
    const after: ReadonlyMap<string, { id: string }> = this.pages[name];
    const ids = [...this.#kept[name]].sort();
    const things = (known: boolean): { id: string }[] =>
      ids.filter((id) => before.has(id) === known).map((id) => after.get(id)!);
    return [...table.update(things(true)), ...table.insert(things(false))];
  }

  #sessionStatements(): Statement[] {
    const statements: Statement[] = [];
    if (this.#ended.length > 0) {
      statements.push({
        text: "DELETE FROM sessions WHERE user_id = ANY($1::text[]) OR staff_id = ANY($2::text[])",
        values: columnsOf(this.#ended),
      });
    }
    const sessions = this.#sessions;
    if (sessions.length > 0) {
      statements.push({
        text: `INSERT INTO sessions (id, user_id, staff_id, created_at, seen_at)
          SELECT id, user_id, staff_id, at, at
          FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bigint[])
            AS rows (id, user_id, staff_id, at)`,
        values: [
          sessions.map(({ id }) => id),
          ...columnsOf(sessions.map(({ owner }) => owner)),
          sessions.map(({ createdAt }) => createdAt),
        ],
      });
    }
    return statements;
  }

  #mailStatements(): Statement[] {
    const mails = this.#mails;
    if (mails.length === 0) return [];
    const text = `INSERT INTO mails (recipient, subject, text)
      SELECT recipient, subject, text FROM unnest($1::text[], $2::text[], $3::text[])
        WITH ORDINALITY AS rows (recipient, subject, text, place) ORDER BY place`;
    const values = [mails.map(({ to }) => to), mails.map(({ subject }) => subject)];
    return [{ text, values: [...values, mails.map((mail) => mail.text)] }];
  }
}

function columnsOf(owners: readonly Session["owner"][]): (string | null)[][] {
  const rows = owners.map(ownerColumns);
  return [rows.map(([user]) => user), rows.map(([, staff]) => staff)];
}

function forEachKept<T>(make: (name: Kept) => T): Record<Kept, T> {
  const names = Object.keys(KEPT) as Kept[];
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Kept, T>;
}
