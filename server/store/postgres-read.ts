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
} from "./postgres-rows.js";
import type { About } from "./store.js";

/** How rows are read: as they stand, or so that nobody else changes them until the transaction ends. */
export type Hold = "" | " FOR NO KEY UPDATE";

interface Reading {
  readonly statement: Statement;
  readonly take: (rows: Rows) => void;
}

const USERS_OF = "contract_id = ANY($2::text[]) OR id = ANY($3::text[])";

/**
 * Reads the pages that decisions are about. Rows are locked in one order by everyone: contracts, then
 * users, then tokens, each by its key, then payees and staff; so nobody waits in a circle. Each statement sees what was
 * committed before it, so what is read behind a lock stands as the lock's last holder left it: READ
 * COMMITTED is enough.
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

/** Where the named tokens and users belong now: locked, and looked at again, right after. */
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
  const serials = [...named(abouts, "serials"), ...named(abouts, "tokens")];
  const users = named(abouts, "users");
  const readings: Reading[] = [];
  const inContracts = contracts.length > 0;
  if (inContracts) {
    readings.push({
      statement: {
        text: `SELECT ${CONTRACTS.columns} FROM contracts WHERE id = ANY($1::text[]) ORDER BY id${hold}`,
        values: [contracts],
      },
      take: (rows) => {
        keep(pages.contracts, CONTRACTS.read(rows));
      },
    });
  }
  const ofUsers = inContracts || users.length > 0;
  if (ofUsers) {
    readings.push({
      statement: {
        text: `SELECT ${USERS.columns} FROM users
          WHERE contract_id = ANY($1::text[]) OR id = ANY($2::text[]) ORDER BY id${hold}`,
        values: [contracts, users],
      },
      take: (rows) => {
        keep(pages.users, USERS.read(rows));
      },
    });
  }
  if (ofUsers || serials.length > 0) {
    const theirs = ofUsers ? ` || ARRAY(SELECT serial FROM users WHERE ${USERS_OF})` : "";
    readings.push({
      statement: {
        text: `SELECT ${TOKEN_COLUMNS} FROM tokens
          WHERE serial = ANY($1::text[]${theirs}) ORDER BY serial${hold}`,
        values: ofUsers ? [serials, contracts, users] : [serials],
      },
      take: (rows) => {
        for (const token of TOKENS.read(rows)) pages.tokens.set(token.serial, token);
      },
    });
  }
  return readings;
}

function readBeside(
  pages: SharedPages,
  whole: readonly About[],
  contracts: readonly string[],
  hold: Hold,
): Reading[] {
  const [payees, staff] = [one(whole, "payee"), one(whole, "staff")];
  const [transfers, dates] = [one(whole, "transfer"), one(whole, "transferDate")];
  const readings: Reading[] = [];
  if (payees.length > 0) {
    readings.push({
      statement: {
        text: `SELECT ${PAYEES.columns} FROM payees WHERE id = ANY($1::text[]) ORDER BY id${hold}`,
        values: [payees],
      },
      take: (rows) => {
        keep(pages.payees, PAYEES.read(rows));
      },
    });
  }
  if (staff.length > 0) {
    readings.push({
      statement: {
        text: `SELECT ${STAFF.columns} FROM staff WHERE id = ANY($1::text[]) ORDER BY id${hold}`,
        values: [staff],
      },
      take: (rows) => {
        keep(pages.staff, STAFF.read(rows));
      },
    });
  }
  if (transfers.length + dates.length > 0) {
    readings.push({
      // Transfers never change, and new ones of a contract wait for its lock: so a day's limit holds.
      statement: {
        text: `SELECT ${TRANSFERS.columns} FROM transfers WHERE id = ANY($1::text[])
          OR (contract_id = ANY($2::text[]) AND date = ANY($3::text[]))`,
        values: [transfers, contracts, dates],
      },
      take: (rows) => {
        keep(pages.transfers, TRANSFERS.read(rows));
      },
    });
  }
  return readings;
}

function named(
  abouts: readonly About[],
  what: "serials" | "tokens" | "users" | "contracts",
): string[] {
  return [...new Set(abouts.flatMap((about) => about[what] ?? []))];
}

function one(
  abouts: readonly About[],
  what: "payee" | "staff" | "transfer" | "transferDate",
): string[] {
  return [...new Set(abouts.map((about) => about[what]).filter((id) => id !== undefined))];
}
