import {
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { KeyUnavailable, wrapSurely } from "./keys/key-encryption-key.js";
import type { MasterKeys } from "./keys/master-keys.js";
import { seal, unseal } from "./keys/sealing.js";
import { type DataKeyStore, FIRST_DATA_KEY, type NewDataKey } from "./store/data-keys.js";

/** Data keys that are kept open at the most: 32 bytes each. */
const MOST_OPEN = 4096;
/** Data keys that are opened at once, where a KMS takes its time over each. */
const SIDE_BY_SIDE = 8;

/** A seed as it is sealed: whose, and by what. */
export interface SealedSeed {
  readonly serial: string;
  readonly sealedSeed: Uint8Array;
  readonly dataKey: number;
}

/** A data key that seeds are being sealed by, before it is stored. */
export interface OpenDataKey {
  readonly seal: (serial: string, seed: Uint8Array) => Uint8Array;
  /** What is to be stored of it. @throws KeyUnavailable */
  readonly wrap: () => Promise<NewDataKey>;
}

/** A data key that is not open yet: fetch it, and try again. */
export class DataKeyClosed extends KeyUnavailable {
  constructor(readonly number: number) {
    super(`data key ${String(number)} is not at hand`);
  }
}

/**
 * Seals seeds for the database with AES-256-GCM, each bound to its serial. What opens them is data keys;
 * they are wrapped in the store, and open in memory only, so that opening a seed is one decryption.
 */
export class Vault {
  readonly #open = new Map<number, KeyObject>();
  readonly #fetching = new Map<number, Promise<void>>();
  readonly #forms: KeyObject;

  /** @param first the database's first data key */
  constructor(
    readonly store: Pick<DataKeyStore, "dataKey" | "listDataKeys">,
    readonly masters: MasterKeys,
    first: Uint8Array,
  ) {
    this.#open.set(FIRST_DATA_KEY, createSecretKey(first));
    this.#forms = createSecretKey(Buffer.from(hkdfSync("sha256", first, "", "warifu forms", 32)));
  }

  /** A seed that stands in for one, and costs as much to open. */
  decoy(serial: string): SealedSeed {
    const sealedSeed = this.seal(FIRST_DATA_KEY, serial, randomBytes(20));
    return { serial, sealedSeed, dataKey: FIRST_DATA_KEY };
  }

  /** @throws DataKeyClosed */
  seal(dataKey: number, serial: string, seed: Uint8Array): Uint8Array {
    return seal(this.#opened(dataKey), purposeOf(serial), seed);
  }

  /**
   * @throws DataKeyClosed
   * @throws Error where the sealed seed is another token's, was changed, or another key sealed it
   */
  open({ serial, sealedSeed, dataKey }: SealedSeed): Uint8Array {
    return unseal(this.#opened(dataKey), purposeOf(serial), sealedSeed);
  }

  /**
   * Opens a data key, for whoever asks meanwhile too. One that is not there is not an error: the seeds it
   * sealed are sealed by another by now.
   * @throws KeyUnavailable, StoreUnavailable
   */
  async fetch(number: number): Promise<void> {
    if (this.#open.has(number)) return;
    let fetching = this.#fetching.get(number);
    if (!fetching) {
      fetching = this.#fetch(number).finally(() => this.#fetching.delete(number));
      this.#fetching.set(number, fetching);
    }
    await fetching;
  }

  /** Opens all data keys. @returns why some cannot be opened */
  async fetchAll(): Promise<ReadonlyMap<number, string>> {
    const waiting = (await this.store.listDataKeys()).map(({ number }) => number);
    const numbers = waiting.slice(-MOST_OPEN).values();
    const problems = new Map<number, string>();
    const one = async (): Promise<void> => {
      for (const number of numbers) {
        await this.fetch(number).catch((error: unknown) => {
          problems.set(number, (error as Error).message);
        });
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, one));
    return problems;
  }

  /** A new data key. */
  newDataKey(): OpenDataKey {
    const dataKey = randomBytes(32);
    const key = createSecretKey(dataKey);
    return {
      seal: (serial, seed) => seal(key, purposeOf(serial), seed),
      wrap: async () => {
        const { kek: under } = (await this.store.dataKey(FIRST_DATA_KEY))!;
        return { ...(await wrapSurely(this.masters.openersOf(under)[0]!, dataKey)), under };
      },
    };
  }

  /** Seals a text that goes out and comes back, so that it comes back as it went. */
  sign(purpose: string, text: string): string {
    const mac = createHmac("sha256", this.#forms).update(`warifu ${purpose}\n${text}`);
    return `${Buffer.from(text).toString("base64url")}.${mac.digest("base64url")}`;
  }

  /** @returns the text of {@link sign}, or undefined where it was changed */
  signed(purpose: string, sealed: string): string | undefined {
    const text = Buffer.from(sealed.split(".")[0]!, "base64url").toString();
    const [given, own] = [Buffer.from(sealed), Buffer.from(this.sign(purpose, text))];
    return given.length === own.length && timingSafeEqual(given, own) ? text : undefined;
  }

  #opened(number: number): KeyObject {
    const key = this.#open.get(number);
    if (!key) throw new DataKeyClosed(number);
    return key;
  }

  async #fetch(number: number): Promise<void> {
    const stored = await this.store.dataKey(number);
    if (!stored) return;
    const dataKey = await this.masters.unwrap(stored);
    this.#open.set(number, createSecretKey(dataKey));
    dataKey.fill(0);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MOST_OPEN) break;
      if (oldest !== FIRST_DATA_KEY) this.#open.delete(oldest);
    }
  }
}

function purposeOf(serial: string): string {
  return `warifu seed ${serial}`;
}
