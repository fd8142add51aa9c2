import type { Table } from "./columns.js";
import type { Transaction } from "./postgres-database.js";
import type { Rows, Statement } from "./postgres-statement.js";
import { keep, SharedPages } from "./shared-pages.js";
import {
  CONTRACTS,
  PAYEES,
  STAFF,
  TOKEN_COLUMNS,
  TOKENS,
  TRANSFERS,
  USERS,
} from "./postgres-tables.js";
import type { About } from "./store.js";

/** Whether rows are read only, or locked against changes until the transaction ends. */
export type Hold = "" | " FOR NO KEY UPDATE";

interface Reading {
  readonly statement: Statement;
  readonly take: (rows: Rows) => void;
}

const BY_ID = "id = ANY($1::text[])";

/**
 * Reads the pages that decisions are about. Rows are locked in one order by everyone: contracts, then
 * users, then tokens, each by its key, then payees and staff; so nobody waits in a circle. Each statement
 * sees what was committed before it, so that what is read after a lock was waited for is what its last
 * holder left: READ COMMITTED is enough.
 * @returns undefined where a token or a user has come to another contract meanwhile
 */
export async function readPages(
  tx: Transaction,
  abouts: readonly About[],
  hold: Hold,
): Promise<SharedPages | undefined> {
  const pages = new SharedPages();
  const whole = abouts.filter(({ narrow }) => !narrow);
  const contracts = new Set([...named(whole, "contracts"), ...(await contractsOf(tx, whole))]);
  const readings = [
    ...readBook(pages, abouts, [...contracts], hold),
    ...readBeside(pages, whole, [...contracts], hold),
  ];
  const results = await tx.send(...readings.map(({ statement }) => statement));
  readings.forEach(({ take }, index) => {
    take(results[index]!);
  });
  const moved = whole.some((about) =>
    [...pages.contractsOf(about)].some((id) => !contracts.has(id)),
  );
  return moved ? undefined : pages;
}

/** The contracts of the named tokens and users. Not locked yet: they are compared again once they are. */
async function contractsOf(tx: Transaction, whole: readonly About[]): Promise<string[]> {
  const [serials, users] = [named(whole, "serials"), named(whole, "users")];
  if (serials.length + users.length === 0) return [];
  const [rows] = await tx.send({
    text: `SELECT contract_id AS id FROM tokens
        WHERE serial = ANY($1::text[]) AND contract_id IS NOT NULL
      UNION SELECT contract_id FROM users WHERE id = ANY($2::text[])`,
    values: [serials, users],
  });
  return rows!.map(({ id }) => id as string);
}

function readBook(
  pages: SharedPages,
  abouts: readonly About[],
  contracts: readonly string[],
  hold: Hold,
): Reading[] {
  const [serials, alone] = [named(abouts, "serials"), named(abouts, "tokens")];
  const users = named(abouts, "users");
  const theirs = "contract_id = ANY($1::text[]) OR id = ANY($2::text[])";
  const tail = ` ORDER BY id${hold}`;
  return [
    ...reading(pages.contracts, CONTRACTS, BY_ID, [contracts], tail),
    ...reading(pages.users, USERS, theirs, [contracts, users], tail),
    ...readTokens(pages, [...serials, ...alone], contracts, users, hold),
  ];
}

/** The named tokens, and those of the users that are read. */
function readTokens(
  pages: SharedPages,
  serials: readonly string[],
  contracts: readonly string[],
  users: readonly string[],
  hold: Hold,
): Reading[] {
  const ofUsers = contracts.length + users.length > 0;
  if (serials.length === 0 && !ofUsers) return [];
  const theirs = ` || ARRAY(SELECT serial FROM users
    WHERE contract_id = ANY($2::text[]) OR id = ANY($3::text[]))`;
  return [
    {
      statement: {
        text: `SELECT ${TOKEN_COLUMNS} FROM tokens
          WHERE serial = ANY($1::text[]${ofUsers ? theirs : ""}) ORDER BY serial${hold}`,
        values: ofUsers ? [serials, contracts, users] : [serials],
      },
      take: (rows) => {
        for (const token of TOKENS.read(rows)) pages.tokens.set(token.serial, token);
      },
    },
  ];
}

function readBeside(
  pages: SharedPages,
  whole: readonly About[],
  contracts: readonly string[],
  hold: Hold,
): Reading[] {
  const [payees, staff] = [named(whole, "payee"), named(whole, "staff")];
  const [transfers, dates] = [named(whole, "transfer"), named(whole, "transferDate")];
  const ofDay =
    "id = ANY($1::text[]) OR (contract_id = ANY($2::text[]) AND date = ANY($3::text[]))";
  const tail = ` ORDER BY id${hold}`;
  const those = [transfers, dates.length === 0 ? [] : contracts, dates];
  return [
    ...reading(pages.payees, PAYEES, BY_ID, [payees], tail),
    ...reading(pages.staff, STAFF, BY_ID, [staff], tail),
    // Transfers never change, and new ones of a contract wait for its lock: so a day's limit holds.
    ...reading(pages.transfers, TRANSFERS, ofDay, those, ""),
  ];
}

/** Reads things onto a page; nothing where nothing is named. */
function reading<T extends { readonly id: string }>(
  page: Map<string, T>,
  table: Table<T>,
  where: string,
  values: readonly (readonly string[])[],
  tail: string,
): Reading[] {
  if (values.every((names) => names.length === 0)) return [];
  const text = `SELECT ${table.columns} FROM ${table.name} WHERE ${where}${tail}`;
  const take = (rows: Rows): void => {
    keep(page, table.read(rows));
  };
  return [{ statement: { text, values }, take }];
}

function named(abouts: readonly About[], what: Exclude<keyof About, "narrow">): string[] {
  return [...new Set(abouts.flatMap((about) => about[what] ?? []))];
}
