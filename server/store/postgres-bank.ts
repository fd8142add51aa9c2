import type { Session } from "../core/book.js";
import type { Database } from "./postgres-database.js";
import { PAYEES, TRANSFERS } from "./postgres-tables.js";
import { ATTEMPTS_LIFE, MOST_DOUBLINGS } from "./lifetimes.js";
import { SESSION_COLUMNS, type SessionRow, sessionUse, storedSession } from "./session-row.js";
import type { BankStore, Counted, MailStore, WaitingMail } from "./store.js";

/** Rows of old attempts that one call clears away. */
const CLEARED = 100;

/** What the bank's pages keep beside the book: lists, sessions, failed logins and mails. */
export function bankMethods(db: Database): BankStore {
  return {
    listTransfers: async (contract, limit) =>
      TRANSFERS.read(
        await db.query(
          `SELECT ${TRANSFERS.columns} FROM transfers
           WHERE contract_id = $1 ORDER BY at DESC, id LIMIT $2`,
          [contract, limit],
        ),
      ),
    listContracts: async (after, limit) =>
      (await db.query("SELECT id, name FROM contracts WHERE id > $1 ORDER BY id LIMIT $2", [
        after,
        limit,
      ])) as unknown as { id: string; name: string }[],
    listPayees: async (contract) =>
      PAYEES.read(
        await db.query(
          `SELECT ${PAYEES.columns} FROM payees WHERE contract_id = $1 ORDER BY name COLLATE "C", id`,
          [contract],
        ),
      ),
    session: (id, now) => session(db, id, now),
    endSession: async (id) => {
      await db.query("DELETE FROM sessions WHERE id = $1", [id]);
    },
    changeAttempts: (keys, at, change) => changeAttempts(db, keys, at, change),
    ...mailMethods(db),
  };
}

async function session(db: Database, id: Uint8Array, now: number): Promise<Session | undefined> {
  const rows = await db.query(`SELECT ${SESSION_COLUMNS} FROM sessions WHERE id = $1`, [id]);
  const [row] = rows as unknown as readonly SessionRow[];
  if (!row) return undefined;
  const use = sessionUse(row, now);
  if (use === "over") {
    await db.query("DELETE FROM sessions WHERE id = $1 AND seen_at = $2", [id, row.seenAt]);
    return undefined;
  }
  if (use === "note") {
    const at = Math.floor(now);
    await db.query("UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2", [id, at]);
  }
  return storedSession(row);
}

/** Locks a row for each key, in the order of the keys, whether or not it was there. */
async function changeAttempts(
  db: Database,
  named: readonly string[],
  at: number,
  change: (before: readonly Counted[]) => readonly Counted[] | undefined,
): Promise<void> {
  const oldest = at - ATTEMPTS_LIFE;
  // A login ID may be typed with any character, but PostgreSQL's text cannot hold NUL.
  const keys = named.map((key) => key.replaceAll("\0", "\ufffd"));
  await db.transaction(async (tx) => {
    const [rows] = await tx.send({
      text: `INSERT INTO login_attempts AS attempts SELECT key, 0, $2::bigint
          FROM unnest($1::text[]) AS rows (key) ORDER BY key COLLATE "C"
        ON CONFLICT (key) DO UPDATE SET failures = attempts.failures
        RETURNING key, failures, last_at AS "lastAt"`,
      values: [[...new Set(keys)], at],
    });
    const stored = new Map(
      rows!.map(({ key, ...counted }) => [key, counted as unknown as Counted]),
    );
    const before = keys.map((key) => {
      const { failures, lastAt } = stored.get(key)!;
      const known = failures > 0 && lastAt >= oldest;
      return known ? { failures, lastAt } : { failures: 0, lastAt: 0 };
    });
    const after = change(before);
    if (!after) return;
    await tx.commit(
      {
        text: `UPDATE login_attempts AS attempts SET failures = rows.failures, last_at = rows.last_at
          FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS rows (key, failures, last_at)
          WHERE attempts.key = rows.key`,
        values: [keys, after.map(({ failures }) => failures), after.map(({ lastAt }) => lastAt)],
      },
      {
        text: "DELETE FROM login_attempts WHERE key = ANY($1::text[]) AND failures = 0",
        values: [keys],
      },
      {
        // Rows that other transactions hold are left to them.
        text: `DELETE FROM login_attempts WHERE key IN (
          SELECT key FROM login_attempts WHERE last_at < $1 LIMIT ${String(CLEARED)}
          FOR UPDATE SKIP LOCKED)`,
        values: [oldest],
      },
    );
  });
}

function mailMethods(db: Database): MailStore {
  return {
    claimMails: async (now, until, limit) => {
      const rows = await db.query(
        `WITH waiting AS (
           SELECT id, attempts FROM mails WHERE NOT given_up AND claimed_until < $1
           ORDER BY attempts, id LIMIT $3 FOR UPDATE SKIP LOCKED)
         UPDATE mails SET attempts = mails.attempts + 1, claimed_until =
           $1::bigint + ($2::bigint - $1::bigint) * (1 << least(waiting.attempts, ${String(MOST_DOUBLINGS)}))
         FROM waiting WHERE mails.id = waiting.id
         RETURNING mails.id, recipient AS "to", subject, text, waiting.attempts`,
        [now, until, limit],
      );
      const mails = [...rows] as unknown as WaitingMail[];
      return mails.sort((one, other) => one.attempts - other.attempts || one.id - other.id);
    },
    countMails: async () => {
      const [row] = await db.query(
        `SELECT count(*) FILTER (WHERE NOT given_up) AS waiting,
           count(*) FILTER (WHERE given_up) AS "givenUp" FROM mails`,
      );
      return row as { waiting: number; givenUp: number };
    },
    mailGivenUp: (id, entry) =>
      db.transaction(async (tx) => {
        const text = "UPDATE mails SET given_up = true WHERE id = $1";
        await tx.commit({ text, values: [id] }, ...tx.chain.write([entry]));
      }),
    mailSent: async (id) => {
      await db.query("DELETE FROM mails WHERE id = $1", [id]);
    },
  };
}
