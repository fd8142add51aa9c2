import type { AuditEntry } from "../core/audit.js";

/**
 * The data key that a database is made with. It seals no seeds: the forms' key is made of it, and what it
 * is wrapped by is what all others are to be wrapped by.
 */
export const FIRST_DATA_KEY = 1;
/** The master key itself, which sealed the seeds of databases from before data keys. */
export const LEGACY_DATA_KEY = 0;

/** A data key as another key has wrapped it. */
export interface WrappedKey {
  /** The id of the key-encryption key; it betrays nothing of it. */
  readonly kek: string;
  readonly wrapped: Uint8Array;
}

/** A data key to be stored, wrapped while the first one was wrapped by `under`. */
export interface NewDataKey extends WrappedKey {
  readonly under: string;
}

/** A data key as it is stored. Its number is never another's. */
export interface DataKey extends WrappedKey {
  readonly number: number;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Whether all seeds of data keys before it are being sealed by it. */
  readonly resealing: boolean;
}

/** A seed that another data key has sealed anew. */
export interface ResealedSeed {
  readonly serial: string;
  /** The data key that it was sealed by. */
  readonly from: number;
  readonly dataKey: number;
  readonly sealedSeed: Uint8Array;
}

/** Where data keys are kept, wrapped. Each method is one atomic step, as all of a store's are. */
export interface DataKeyStore {
  /** The check value of the master key, in a database from before data keys. */
  legacyCheck(): Promise<Uint8Array | undefined>;
  /** Stores the first data keys where there are none yet; that database is from before them no more. */
  foundDataKeys(first: WrappedKey, legacy: WrappedKey | undefined, at: number): Promise<void>;
  dataKey(number: number): Promise<DataKey | undefined>;
  /** Data keys by their numbers. */
  listDataKeys(): Promise<DataKey[]>;
  /** @returns false where it is not wrapped by `from` any more, and nothing has changed */
  rewrapDataKey(number: number, from: string, to: WrappedKey, audit: AuditEntry): Promise<boolean>;
  /**
   * The data key that seeds are sealed anew by: the one under way, or else this one. Whatever is imported
   * later has a higher number.
   * @returns undefined where the first one is not wrapped by `under` any more
   */
  beginResealing(key: NewDataKey, at: number, audit: AuditEntry): Promise<DataKey | undefined>;
  /** Stores seeds that are still sealed by what they were. */
  resealSeeds(seeds: readonly ResealedSeed[]): Promise<void>;
  /** Does away with the data keys before this one but the first: none of them seals a seed any more. */
  endResealing(dataKey: number, audit: AuditEntry): Promise<void>;
}
