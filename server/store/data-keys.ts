import type { AuditEntry } from "../core/audit.js";

/**
 * Data key 1. It seals no seeds: the key that signs form values is derived from it, and all other data keys
 * must be wrapped by the key-encryption key that wraps it.
 */
export const FIRST_DATA_KEY = 1;
/** The master key itself, which sealed the seeds of databases from before data keys. */
export const LEGACY_DATA_KEY = 0;

/** A data key as another key has wrapped it. */
export interface WrappedKey {
  /** The id of the key-encryption key; it reveals nothing of the key. */
  readonly kek: string;
  readonly wrapped: Uint8Array;
}

/** A data key to be stored, wrapped while the first one was wrapped by `under`. */
export interface NewDataKey extends WrappedKey {
  readonly under: string;
}

/** A data key as it is stored. Numbers are never reused. */
export interface DataKey extends WrappedKey {
  readonly number: number;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Whether the seeds of all earlier data keys are being sealed anew by it. */
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
  /** Stores the first data keys where there are none yet, in place of an older database's check value. */
  foundDataKeys(first: WrappedKey, legacy: WrappedKey | undefined, at: number): Promise<void>;
  dataKey(number: number): Promise<DataKey | undefined>;
  /** Data keys by their numbers. */
  listDataKeys(): Promise<DataKey[]>;
  /** @returns false where it is not wrapped by `from` any more; then nothing changes */
  rewrapDataKey(number: number, from: string, to: WrappedKey, audit: AuditEntry): Promise<boolean>;
  /**
   * Begins to seal all seeds anew: by the data key of a run that broke off, or else by this one. The data
   * keys of later imports have higher numbers.
   * @returns undefined where the first one is not wrapped by `under` any more
   */
  beginResealing(key: NewDataKey, at: number, audit: AuditEntry): Promise<DataKey | undefined>;
  /** Stores seeds that are still sealed by what they were. */
  resealSeeds(seeds: readonly ResealedSeed[]): Promise<void>;
  /** Deletes all earlier data keys but the first: none of them seals a seed any more. */
  endResealing(dataKey: number, audit: AuditEntry): Promise<void>;
}
