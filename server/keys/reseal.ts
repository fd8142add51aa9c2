import { setTimeout as sleep } from "node:timers/promises";
import type { AuditEntry } from "../core/audit.js";
import type { Caller } from "../core/caller.js";
import type { DataKey, ResealedSeed } from "../store/data-keys.js";
import { type Store, type StoredToken, StoreUnavailable } from "../store/store.js";
import type { Vault } from "../vault.js";

/** Tokens that are sealed anew in one transaction. */
const BATCH = 500;
/** Milliseconds between two of them, in which servers over the same file have their turn. */
const PAUSE = 10;
const TRIES = 3;

/**
 * Seals all seeds anew by one new data key while servers go on, and does away with the data keys before
 * it; what has broken off is taken up.
 * @returns how many seeds
 * @throws KeyUnavailable, StoreUnavailable
 */
export async function resealSeeds(
  store: Store,
  vault: Vault,
  caller: Caller,
  onTokens: (count: number) => void,
): Promise<number> {
  const { number } = await newest(store, vault, caller);
  await vault.fetch(number);
  let resealed = 0;
  // Once more until nothing is left: the keys before it go only when no seed needs them.
  for (let found = -1; found !== 0; resealed += found) {
    found = await resealOnce(store, vault, number, onTokens);
  }
  await store.endResealing(number, entryOf("done", { dataKey: number, resealed }, caller));
  return resealed;
}

/** The data key that seeds are to be sealed by: a new one, or the one of what has broken off. */
async function newest(store: Store, vault: Vault, caller: Caller): Promise<DataKey> {
  const entry = entryOf("begun", {}, caller);
  const dataKey = vault.newDataKey();
  for (let tries = 0; tries < TRIES; tries++) {
    const begun = await store.beginResealing(await dataKey.wrap(), caller.at, entry);
    if (begun) return begun;
  }
  throw new StoreUnavailable("keys are being rotated");
}

/** @returns how many seeds were sealed by a data key before this one */
async function resealOnce(
  store: Store,
  vault: Vault,
  dataKey: number,
  onTokens: (count: number) => void,
): Promise<number> {
  let found = 0;
  for (let after = "", tokens: StoredToken[]; ; after = tokens.at(-1)!.serial) {
    tokens = await store.listTokens(after, BATCH);
    if (tokens.length === 0) return found;
    onTokens(tokens.length);
    const old = tokens.filter((token) => token.dataKey < dataKey);
    if (old.length === 0) continue;
    for (const number of new Set(old.map((token) => token.dataKey))) await vault.fetch(number);
    await store.resealSeeds(old.map((token) => resealed(vault, token, dataKey)));
    found += old.length;
    await sleep(PAUSE);
  }
}

function resealed(vault: Vault, token: StoredToken, dataKey: number): ResealedSeed {
  const { serial, dataKey: from } = token;
  const seed = openSurely(vault, token);
  const sealedSeed = vault.seal(dataKey, serial, seed);
  seed.fill(0);
  return { serial, from, dataKey, sealedSeed };
}

/** A seed that cannot be opened ends it: the earlier data keys stay, in case the row is not at fault. */
function openSurely(vault: Vault, token: StoredToken): Uint8Array {
  try {
    return vault.open(token);
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    const problem = `the seed of token ${token.serial} was changed in the database`;
    throw new StoreUnavailable(problem, { cause: error });
  }
}

function entryOf(
  result: string,
  detail: AuditEntry["detail"],
  { at, actor, source }: Caller,
): AuditEntry {
  return { at, event: "reseal", result, serial: undefined, actor, source, detail };
}
