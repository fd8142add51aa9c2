import type Database from "better-sqlite3";
import { answered, type Atomically } from "./sqlite-answer.js";
import type { AuditWriter } from "./sqlite-audit.js";
import { PAYEES, TRANSFERS } from "./sqlite-tables.js";
import { ATTEMPTS_LIFE, MOST_DOUBLINGS } from "./lifetimes.js";
import { SESSION_COLUMNS, type SessionRow, sessionUse, storedSession } from "./session-row.js";
import type { BankStore, ListStore, MailStore, SessionStore, WaitingMail } from "./store.js";

/** What the bank's pages keep beside the book: lists, sessions, failed logins and mails. */
export function bankMethods(
  db: Database.Database,
  audit: AuditWriter,
  atomically: Atomically,
): BankStore {
  return {
    ...listMethods(db),
    ...sessionMethods(db, atomically),
    ...mailMethods(db, audit, atomically),
  };
}

function listMethods(db: Database.Database): ListStore {
  const transfers = TRANSFERS.reader(db, "WHERE contract_id = ? ORDER BY at DESC, id LIMIT ?");
  const contracts = db.prepare<[string, number], { id: string; name: string }>(
    "SELECT id, name FROM contracts WHERE id > ? ORDER BY id LIMIT ?",
  );
  const payees = PAYEES.reader(db, "WHERE contract_id = ? ORDER BY name, id");
  return {
    listTransfers: (contract, limit) => answered(() => transfers(contract, limit)),
    listContracts: (after, limit) => answered(() => contracts.all(after, limit)),
    listPayees: (contract) => answered(() => payees(contract)),
  };
}

function sessionMethods(db: Database.Database, atomically: Atomically): SessionStore {
  const find = db.prepare<[Uint8Array], SessionRow>(
    `SELECT ${SESSION_COLUMNS} FROM sessions WHERE id = ?`,
  );
  const attempts = db.prepare<[string], { failures: number; lastAt: number }>(
    "SELECT failures, last_at AS lastAt FROM login_attempts WHERE key = ?",
  );
  const keep = db.prepare("INSERT OR REPLACE INTO login_attempts VALUES (?, ?, ?)");
  const forget = db.prepare("DELETE FROM login_attempts WHERE key = ?");
  const note = db.prepare<[number, Uint8Array], SessionRow>(
    `UPDATE sessions SET seen_at = ? WHERE id = ? RETURNING ${SESSION_COLUMNS}`,
  );
  const endSession = (id: Uint8Array): Promise<void> =>
    atomically(() => void db.prepare("DELETE FROM sessions WHERE id = ?").run(id));
  return {
    session: async (id, now) => {
      const row = await answered(() => find.get(id));
      if (!row) return undefined;
      const use = sessionUse(row, now);
      if (use === "over") {
        await endSession(id);
        return undefined;
      }
      if (use === "fresh") return storedSession(row);
      // It may have been ended while this waited.
      const noted = await atomically(() => note.get(Math.floor(now), id));
      return noted && storedSession(noted);
    },
    endSession,
    changeAttempts: (keys, at, change) =>
      atomically(() => {
        db.prepare("DELETE FROM login_attempts WHERE last_at < ?").run(at - ATTEMPTS_LIFE);
        const before = keys.map((key) => attempts.get(key) ?? { failures: 0, lastAt: 0 });
        change(before)?.forEach(({ failures, lastAt }, index) => {
          if (failures === 0) forget.run(keys[index]);
          else keep.run(keys[index], failures, lastAt);
        });
      }),
  };
}

function mailMethods(db: Database.Database, audit: AuditWriter, atomically: Atomically): MailStore {
  const waiting = db.prepare<[number, number], WaitingMail>(
    `SELECT id, recipient AS "to", subject, text, attempts FROM mails
     WHERE given_up = 0 AND claimed_until < ? ORDER BY attempts, id LIMIT ?`,
  );
  const count = db.prepare<[], { waiting: number; givenUp: number }>(
    `SELECT count(*) FILTER (WHERE given_up = 0) AS waiting,
       count(*) FILTER (WHERE given_up = 1) AS givenUp FROM mails`,
  );
  const claim = db.prepare(
    "UPDATE mails SET claimed_until = ?, attempts = attempts + 1 WHERE id = ?",
  );
  return {
    claimMails: (now, until, limit) =>
      atomically(() => {
        const mails = waiting.all(now, limit);
        for (const { id, attempts } of mails) {
          claim.run(now + (until - now) * 2 ** Math.min(attempts, MOST_DOUBLINGS), id);
        }
        return mails;
      }),
    mailGivenUp: (id, entry) =>
      atomically(() => {
        db.prepare("UPDATE mails SET given_up = 1 WHERE id = ?").run(id);
        audit.write([entry]);
      }),
    countMails: () => answered(() => count.get()!),
    mailSent: (id) => atomically(() => void db.prepare("DELETE FROM mails WHERE id = ?").run(id)),
  };
}
