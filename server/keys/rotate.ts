import type { AuditEntry } from "../core/audit.js";
import type { Caller } from "../core/caller.js";
import { FIRST_DATA_KEY, LEGACY_DATA_KEY } from "../store/data-keys.js";
import { type Store, StoreUnavailable } from "../store/store.js";
import type { Vault } from "../vault.js";
import { KeyUnavailable, wrapSurely } from "./key-encryption-key.js";
import { resealSeeds } from "./reseal.js";

/** What a rotation did. */
export interface Rotation {
  /** The id of the key-encryption key that wraps all data keys now. */
  readonly kek: string;
  /** Data keys that another one had wrapped. */
  readonly rewrapped: number;
  /** Seeds that were sealed anew; undefined where none were to be. */
  readonly resealed: number | undefined;
}

/** How keys are to be rotated. */
export interface RotationOptions {
  /** Whether all seeds are sealed anew too, by a new data key. */
  readonly seeds?: boolean;
  /** Told how many tokens more were looked at. */
  readonly onTokens?: (count: number) => void;
}

/**
 * Wraps all data keys by the current key-encryption key while servers go on; a rotation that broke off is
 * taken up. Seeds that a master key itself has sealed, in a database from before data keys, are sealed anew:
 * who has that key could open them by it alone.
 * @throws KeyUnavailable, StoreUnavailable
 */
export async function rotateKeys(
  store: Store,
  vault: Vault,
  caller: Caller,
  { seeds = false, onTokens = () => undefined }: RotationOptions = {},
): Promise<Rotation> {
  const { kek, rewrapped } = await rewrapAll(store, vault, caller);
  const legacy = await store.dataKey(LEGACY_DATA_KEY);
  const resealed = seeds || legacy ? await resealSeeds(store, vault, caller, onTokens) : undefined;
  return { kek, rewrapped, resealed };
}

/**
 * The first data key comes first: from then on imports have theirs wrapped by the new key. Where a KMS goes
 * over to another of its keys meanwhile, this ends with an error: it would wrap data keys again and again.
 */
async function rewrapAll(
  store: Store,
  { masters }: Vault,
  caller: Caller,
): Promise<{ kek: string; rewrapped: number }> {
  const before = (await store.dataKey(FIRST_DATA_KEY))!;
  const { kek } = await wrapSurely(masters.current, await masters.unwrap(before));
  let rewrapped = 0;
  for (;;) {
    const keys = (await store.listDataKeys()).filter((key) => key.kek !== kek);
    const key = keys.find(({ number }) => number === FIRST_DATA_KEY) ?? keys[0];
    if (!key) return { kek, rewrapped };
    if (key.number === FIRST_DATA_KEY && rewrapped > 0) {
      throw new StoreUnavailable("keys are being rotated to another one at the same time");
    }
    const to = await wrapSurely(masters.current, await masters.unwrap(key));
    if (to.kek !== kek) {
      const problem = `wraps by ${to.kek} now, in place of ${kek}: rotate again`;
      throw new KeyUnavailable(`${masters.current.variable}: ${problem}`);
    }
    if (await store.rewrapDataKey(key.number, key.kek, to, entryOf(key.number, kek, caller))) {
      rewrapped += 1;
    }
  }
}

function entryOf(dataKey: number, kek: string, { at, actor, source }: Caller): AuditEntry {
  const detail = { dataKey, kek };
  return { at, event: "datakey", result: "rewrapped", serial: undefined, actor, source, detail };
}
