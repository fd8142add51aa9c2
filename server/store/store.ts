import type { AuditEntry, AuditRow } from "../core/audit.js";
import type { AuditCheckpoint } from "../core/audit-checkpoint.js";
import type { Book, BookToken, Mail, Payee, Session, Transfer } from "../core/book.js";
import type { ClockEstimate } from "../core/clock/estimate.js";
import type { TokenState } from "../core/token.js";
import type { DataKeyStore, NewDataKey } from "./data-keys.js";

/** A token as the store keeps it: its seed sealed, its state beside it. */
export type StoredToken = BookToken;

/** A new token to be stored. */
export interface NewToken extends Omit<StoredToken, keyof TokenState | "dataKey" | "restoredAt"> {
  readonly clock: ClockEstimate;
}

/**
 * What a decision is about. Its book holds what is named here, everyone of the contracts that the
 * named users and tokens belong to, and those users' tokens.
 */
export interface About {
  /**
   * Leaves out the contracts: the book holds the named tokens, the named users and their tokens. A
   * decision that asks for a contract all the same is made again over the whole book.
   */
  readonly narrow?: boolean;
  readonly serials?: readonly string[];
  /** Tokens alone, without the contracts they belong to. */
  readonly tokens?: readonly string[];
  readonly users?: readonly string[];
  readonly contracts?: readonly string[];
  readonly payee?: string | undefined;
  /** A transfer by its id, and all of a day: YYYY-MM-DD. */
  readonly transfer?: string | undefined;
  readonly transferDate?: string | undefined;
  /** A member of the branch's staff. */
  readonly staff?: string;
}

/** A decision to be made over a book as it stands at that moment. */
export interface Work<Answer> {
  readonly about: About;
  /**
   * What it has changed in the book is stored, and a throw leaves everything as it was. It may be
   * called again, over another book, and then only the last call counts.
   */
  readonly decide: (book: Book) => Answer;
}

/** A mail that waits to be sent. */
export interface WaitingMail extends Mail {
  readonly id: number;
  /** How often it was tried before. */
  readonly attempts: number;
}

/** How a token stands: the first of lost, faulty, revoked, suspended and expired that applies. */
export const TOKEN_STANDINGS = [
  "usable",
  "suspended",
  "expired",
  "revoked",
  "lost",
  "faulty",
] as const;
export type TokenStanding = (typeof TOKEN_STANDINGS)[number];
export type TokenCounts = Record<TokenStanding, number>;

export function noTokens(): TokenCounts {
  return Object.fromEntries(TOKEN_STANDINGS.map((standing) => [standing, 0])) as TokenCounts;
}

/** What is remembered of failed attempts under a key. Times are Unix milliseconds. */
export interface Counted {
  readonly failures: number;
  readonly lastAt: number;
}

/** What came of a work: its answer, durable already, or what its `decide` threw. */
export type Outcome<Answer> =
  { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly error: unknown };

/** What a stored API key may do. */
export const KEY_SCOPES = ["verify", "portal", "branch", "audit", "admin"] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

export interface StoredApiKey {
  readonly id: string;
  readonly scope: KeyScope;
  /** SHA-256 of the secret part. */
  readonly hash: Uint8Array;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly revokedAt: number | undefined;
}

/** An audit row with its place among all rows of the store. */
export interface ListedAuditRow extends AuditRow {
  readonly id: number;
}

/** The store cannot be read or written, or does not hold what it must. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** Another process's transaction was in the way for too long: whatever comes next may wait as long. */
export class Busy extends StoreUnavailable {}

/** A serial that an import holds twice. */
export class SerialTwice extends Error {
  override readonly name = "SerialTwice";

  constructor(readonly serial: string) {
    super(`serial ${serial} stands in the import twice`);
  }
}

/** Tokens, but for the decisions over them. */
export interface TokenStore {
  /**
   * Stores new tokens, all or none, however many: they are put aside batch by batch and become
   * tokens together at the end. Other work goes on while they are put aside; over SQLite it waits while
   * they become tokens.
   * @param finish called after the last batch: the line for the audit, or undefined to store nothing
   * @param dataKey called after it, and again where keys were rotated meanwhile: what the seeds are sealed
   *   by, wrapped; without it they are sealed as {@link LEGACY_DATA_KEY} says
   * @throws SerialTwice, StoreUnavailable also where a serial is taken, or what the batches throw
   */
  importTokens(
    batches: AsyncIterable<readonly NewToken[]>,
    finish: () => AuditEntry | undefined,
    dataKey?: () => Promise<NewDataKey | undefined>,
  ): Promise<void>;
  /** Tokens in the order of their serials, after a serial. */
  listTokens(after: string, limit: number): Promise<StoredToken[]>;
  /**
   * Tokens lent and in use that expire before a time, the first ones first.
   * @param until Unix seconds
   * @param after the last one of the page before, or a time from which on, in Unix seconds
   */
  listExpiring(
    until: number,
    after: { readonly expiry: number; readonly serial: string },
    limit: number,
  ): Promise<StoredToken[]>;
  /**
   * How many tokens stand how. A store may count piece by piece, so that others need not wait: what
   * changes meanwhile is counted as it was or as it is.
   * @param now Unix seconds, for those that have expired
   */
  countTokens(now: number): Promise<TokenCounts>;
  tokensBySerial(serials: readonly string[]): Promise<(StoredToken | undefined)[]>;
}

/** The API's keys. */
export interface ApiKeyStore {
  addApiKey(key: StoredApiKey, audit: AuditEntry): Promise<void>;
  apiKey(id: string): Promise<StoredApiKey | undefined>;
  listApiKeys(): Promise<StoredApiKey[]>;
  /** @returns whether there was such a key, not revoked before */
  revokeApiKey(id: string, at: number, audit: AuditEntry): Promise<boolean>;
}

/** The audit's chains, and the checkpoints that join them. */
export interface AuditChainStore {
  /**
   * Joins the audit's chains in a checkpoint over all that was committed before; over PostgreSQL, but for
   * what comes behind the oldest transaction that still runs.
   * @param at Unix milliseconds
   * @param sign called once: the signature of the checkpoint's text
   * @returns undefined where nothing was written since the last one
   */
  checkpointAudit(
    at: number,
    sign: (text: string) => Uint8Array,
  ): Promise<AuditCheckpoint | undefined>;
  /** Checkpoints by their numbers, after one. */
  auditCheckpoints(after: number, limit: number): Promise<AuditCheckpoint[]>;
  /** One writer's rows in the order of its chain, after a row. */
  auditOf(writer: string, after: number, limit: number): Promise<AuditRow[]>;
}

/** What of the audit was archived, and may go. */
export interface AuditArchiveStore {
  /** The checkpoint up to which the audit was archived; 0 where none of it was. */
  archivedAudit(): Promise<number>;
  /**
   * Says that the audit was archived from behind one checkpoint up to another: what that covers may be
   * deleted.
   * @param after as `archivedAudit` told it
   * @returns whether it was; not where somebody else has archived it meanwhile
   */
  markArchived(after: number, to: number, audit: AuditEntry): Promise<boolean>;
  /** Deletes rows that were archived, so many at the most. @returns how many */
  deleteArchived(limit: number): Promise<number>;
}

/** What the bank's pages list. */
export interface ListStore {
  /** A contract's transfers, the newest first. */
  listTransfers(contract: string, limit: number): Promise<Transfer[]>;
  /** Contracts by their ids, after one; ids and names. */
  listContracts(
    after: string,
    limit: number,
  ): Promise<{ readonly id: string; readonly name: string }[]>;
  /** A contract's payees that were registered beforehand. */
  listPayees(contract: string): Promise<Payee[]>;
}

/** Who is logged in, and who has failed to. */
export interface SessionStore {
  /**
   * The session of a cookie, used now; undefined where there is none, or it was left for too long.
   * @param now Unix seconds
   */
  session(id: Uint8Array, now: number): Promise<Session | undefined>;
  endSession(id: Uint8Array): Promise<void>;

  /**
   * Changes what is counted under keys, in one step: what stands there (0 where nothing does) goes in,
   * what is to stand there comes out; undefined leaves it.
   * @param at Unix milliseconds; what is older than a day is forgotten
   */
  changeAttempts(
    keys: readonly string[],
    at: number,
    change: (before: readonly Counted[]) => readonly Counted[] | undefined,
  ): Promise<void>;
}

/** Mails on their way out. */
export interface MailStore {
  /**
   * Takes mails to be sent; no other process gets them until `until`.
   * @param now Unix milliseconds, as `until`
   */
  claimMails(now: number, until: number, limit: number): Promise<WaitingMail[]>;
  mailSent(id: number): Promise<void>;
  /** How many mails wait to be sent, those on their way among them, and how many were given up. */
  countMails(): Promise<{ readonly waiting: number; readonly givenUp: number }>;
  /** Sets a mail aside that no server takes, and says so in the audit. */
  mailGivenUp(id: number, audit: AuditEntry): Promise<void>;
}

/** What the bank's pages keep beside the book. */
export interface BankStore extends ListStore, SessionStore, MailStore {}

/** Whether this was put back from a backup. */
export interface ProvenanceStore {
  /** Unix seconds: when this was put back from a backup, where that has not been lifted. */
  restoredAt(): Promise<number | undefined>;
  /**
   * Says that this was put back from a backup, or with undefined lifts that. Sessions end where it was:
   * some of them may have ended after the backup. Of two restores the later one holds.
   * @param at Unix seconds
   */
  setRestored(at: number | undefined, audit: AuditEntry): Promise<void>;
  /** Whether this is a copy of which nobody has said that it was put back from a backup. */
  isCopy(): Promise<boolean>;
}

/**
 * Where everything is kept: tokens and their states, contracts, users, payees, transfers, the branch's staff,
 * sessions, mails, the audit, API keys and data keys. Each method is one atomic step: it is durable when it
 * returns, or it throws and nothing of it has happened. Only where PostgreSQL is lost before it answers a
 * COMMIT may it have happened all the same.
 *
 * Every method throws StoreUnavailable where the store cannot read or commit.
 */
export interface Store
  extends
    TokenStore,
    ApiKeyStore,
    AuditChainStore,
    AuditArchiveStore,
    BankStore,
    ProvenanceStore,
    DataKeyStore {
  readonly kind: "sqlite" | "postgres";

  /**
   * Makes decisions in their order, in one transaction: each sees what the ones before it changed.
   * A work whose decide throws changes nothing and does not disturb the others.
   */
  decide<Answer>(works: readonly Work<Answer>[]): Promise<Outcome<Answer>[]>;

  /** A book to read in, as everything stands now. */
  read(about: About): Promise<Book>;

  /** Audit rows in the order they were written, after a row. */
  listAudit(query: {
    readonly after: number;
    readonly limit: number;
    readonly serial?: string | undefined;
    /** Rows about a contract's users and tokens only. */
    readonly contract?: string | undefined;
    /** The newest first, before the row `after` where that is not 0. */
    readonly newestFirst?: boolean;
  }): Promise<ListedAuditRow[]>;
  /** Reads, and commits a write that changes nothing, to tell that both can be done. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
