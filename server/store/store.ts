import type { AuditEntry, AuditRow } from "../core/audit.js";
import type { TokenState } from "../core/token.js";

/** A token as the store keeps it: its seed sealed, its state beside it. */
export interface StoredToken extends TokenState {
  readonly serial: string;
  /** 1 SHA-1, 2 SHA-256, 3 SHA-512. */
  readonly algorithm: number;
  readonly sealedSeed: Uint8Array;
  /** Unix seconds. */
  readonly start: number | undefined;
  readonly expiry: number | undefined;
}

/** A new token to be stored. */
export interface NewToken extends Omit<StoredToken, keyof TokenState> {
  readonly clockOffset: number;
}

/** A decision to be made over some tokens as they stand at that moment. */
export interface Work<Answer> {
  readonly serials: readonly string[];
  /** Called once, with the tokens in the order of `serials`; a throw leaves everything as it was. */
  readonly decide: (tokens: readonly (StoredToken | undefined)[]) => {
    readonly answer: Answer;
    readonly changes: readonly { readonly serial: string; readonly next: TokenState }[];
    readonly audit: readonly AuditEntry[];
  };
}

/** What came of a work: its answer, durable already, or what its `decide` threw. */
export type Outcome<Answer> =
  { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly error: unknown };

/** What a stored API key may do. */
export const SCOPES = ["verify", "portal", "branch", "audit", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

export interface StoredApiKey {
  readonly id: string;
  readonly scope: Scope;
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

/** Something of the store that is not there or not as expected. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** A serial that an import holds twice. */
export class SerialTwice extends Error {
  override readonly name = "SerialTwice";

  constructor(readonly serial: string) {
    super(`serial ${serial} stands in the import twice`);
  }
}

/**
 * Where tokens, their states, the audit and the API keys are kept. Each method is one atomic step:
 * it is durable when it returns, or it throws and nothing of it has happened.
 *
 * Every method throws StoreUnavailable where the store cannot read or commit.
 */
export interface Store {
  /**
   * Makes decisions in their order, in one transaction: each sees what the ones before it changed.
   * A work whose decide throws changes nothing and does not disturb the others.
   */
  decide<Answer>(works: readonly Work<Answer>[]): Promise<Outcome<Answer>[]>;

  /**
   * Stores new tokens, all or none, however many: they are put aside batch by batch and become
   * tokens together at the end. Other work goes on meanwhile.
   * @param finish called after the last batch: the line for the audit, or undefined to store nothing
   * @throws SerialTwice, or what the batches throw
   */
  importTokens(
    batches: AsyncIterable<readonly NewToken[]>,
    finish: () => AuditEntry | undefined,
  ): Promise<void>;
  /** Tokens in the order of their serials, after a serial. */
  listTokens(after: string, limit: number): Promise<StoredToken[]>;
  tokensBySerial(serials: readonly string[]): Promise<(StoredToken | undefined)[]>;

  addApiKey(key: StoredApiKey, audit: AuditEntry): Promise<void>;
  apiKey(id: string): Promise<StoredApiKey | undefined>;
  listApiKeys(): Promise<StoredApiKey[]>;
  /** @returns whether there was such a key, not revoked before */
  revokeApiKey(id: string, at: number, audit: AuditEntry): Promise<boolean>;

  /** Audit rows in the order they were written, after a row. */
  listAudit(query: {
    readonly after: number;
    readonly limit: number;
    readonly serial?: string | undefined;
  }): Promise<ListedAuditRow[]>;

  /**
   * What proves the key that seals the seeds: the first call stores it, every call returns what is
   * stored.
   */
  sealCheck(value: Uint8Array): Promise<Uint8Array>;
  /** Reads something, to tell that the store answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
