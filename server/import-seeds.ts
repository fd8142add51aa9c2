import { timingSafeEqual } from "node:crypto";
import { setImmediate as otherWork } from "node:timers/promises";
import { ALGORITHMS, type Seed } from "../firmware/seedfile/seed.js";
import type { AuditEntry } from "./core/audit.js";
import { type Caller, entryBy } from "./core/caller.js";
import type { ClockEstimate, ClockPolicy } from "./core/clock/estimate.js";
import { clockOfUnknownHistory, clockSetAt } from "./core/clock/prior.js";
import { DEFAULT_POLICY } from "./core/policy.js";
import type { NewToken, Store, StoredToken } from "./store/store.js";
import type { OpenDataKey, Vault } from "./vault.js";

/** What an import did. */
export interface ImportResult {
  readonly imported: number;
  /** Tokens that were there already, with the same seed and dates. */
  readonly unchanged: number;
}

/** A serial that is there already as another token. */
export class SerialConflict extends Error {
  override readonly name = "SerialConflict";

  constructor(readonly serial: string) {
    super(`serial ${serial}: is stored already with another seed or other dates`);
  }
}

/** How an import is to be done. */
export interface ImportOptions {
  /** Checks everything and stores nothing. */
  readonly dryRun?: boolean;
  /** Told of each token that is new. */
  readonly onNew?: (seed: Seed) => void;
  /**
   * Parts per million by which the tokens' clocks err at most since they were set right, when their
   * `start` says; undefined where nothing is known of them.
   */
  readonly clockPpm?: number | undefined;
  readonly clockPolicy?: ClockPolicy;
}

/** What is said of a seed file's signature: it is reported, not verified. */
export function signatureOf(seeds: { readonly signed: boolean }): "unverified" | "none" {
  return seeds.signed ? "unverified" : "none";
}

/** Tokens looked up, sealed and put aside in one turn of the event loop: some ten milliseconds' worth. */
const BATCH = 250;

/**
 * Stores the tokens of a seed file, all or none, in bounded memory, and between other work. Importing a
 * file again changes nothing.
 * @throws SerialConflict, SerialTwice, StoreUnavailable also where one of them was imported meanwhile, or
 *   what reading the seeds throws
 */
export async function importSeeds(
  store: Store,
  vault: Vault,
  seeds: AsyncIterable<Seed> | Iterable<Seed>,
  caller: Caller,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const { dryRun = false, onNew = () => undefined } = options;
  const result = { imported: 0, unchanged: 0 };
  const dataKey = vault.newDataKey();
  async function* fresh(): AsyncGenerator<NewToken[]> {
    for await (const batch of batches(seeds)) {
      const stored = await store.tokensBySerial(batch.map((seed) => seed.serial));
      await fetchKeys(vault, stored);
      const added = batch.filter((seed, index) => isNew(stored[index], seed, vault));
      added.forEach(onNew);
      result.imported += added.length;
      result.unchanged += batch.length - added.length;
      yield added.map((seed) => newToken(seed, dataKey, caller, options));
      // Where the text is in memory and the store answers synchronously, no other work would get a turn.
      await otherWork();
    }
  }
  await store.importTokens(
    fresh(),
    () => (dryRun ? undefined : entryOf(result, caller, options.clockPpm)),
    async () => (result.imported === 0 ? undefined : dataKey.wrap()),
  );
  return result;
}

async function* batches(
  seeds: AsyncIterable<Seed> | Iterable<Seed>,
): AsyncGenerator<readonly Seed[]> {
  let batch: Seed[] = [];
  for await (const seed of seeds) {
    if (batch.push(seed) < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

function entryOf(result: ImportResult, caller: Caller, clockPpm: number | undefined): AuditEntry {
  const detail = { ...result, ...(clockPpm !== undefined && { clockPpm }) };
  return entryBy(caller, "import", "imported", detail);
}

async function fetchKeys(
  vault: Vault,
  tokens: readonly (StoredToken | undefined)[],
): Promise<void> {
  const numbers = new Set(tokens.map((token) => token?.dataKey));
  for (const number of numbers) if (number !== undefined) await vault.fetch(number);
}

function isNew(token: StoredToken | undefined, seed: Seed, vault: Vault): boolean {
  if (!token) return true;
  const secret = vault.open(token);
  const same =
    secret.length === seed.secret.length &&
    timingSafeEqual(secret, seed.secret) &&
    token.algorithm === ALGORITHMS[seed.algorithm] &&
    token.start === seed.start &&
    token.expiry === seed.expiry;
  if (!same) throw new SerialConflict(seed.serial);
  return false;
}

function newToken(
  seed: Seed,
  dataKey: OpenDataKey,
  { at }: Caller,
  options: ImportOptions,
): NewToken {
  return {
    serial: seed.serial,
    algorithm: ALGORITHMS[seed.algorithm],
    sealedSeed: dataKey.seal(seed.serial, seed.secret),
    start: seed.start,
    expiry: seed.expiry,
    clock: newClock(seed, at / 1000, options),
  };
}

function newClock(
  { start, timeDrift }: Seed,
  now: number,
  { clockPpm, clockPolicy = DEFAULT_POLICY.clock }: ImportOptions,
): ClockEstimate {
  if (clockPpm === undefined || start === undefined) {
    return clockOfUnknownHistory(timeDrift, now, clockPolicy, clockPpm);
  }
  return clockSetAt(start, timeDrift, clockPpm, clockPolicy);
}
