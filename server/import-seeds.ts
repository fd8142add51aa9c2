import { timingSafeEqual } from "node:crypto";
import { ALGORITHMS, type Seed } from "../firmware/seedfile/seed.js";
import type { NewToken, Store, StoredToken } from "./store/store.js";
import type { Caller } from "./token-service.js";
import type { Vault } from "./vault.js";

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

/**
 * Stores the tokens of a seed file, all or none. Importing a file again changes nothing.
 * @throws SerialConflict
 */
export async function importSeeds(
  store: Store,
  vault: Vault,
  seeds: readonly Seed[],
  caller: Caller,
): Promise<ImportResult> {
  const stored = await store.tokensBySerial(seeds.map((seed) => seed.serial));
  const fresh: NewToken[] = [];
  seeds.forEach((seed, index) => {
    const token = stored[index];
    if (!token) fresh.push(newToken(seed, vault));
    else if (!isSame(token, seed, vault)) throw new SerialConflict(seed.serial);
  });
  const result = { imported: fresh.length, unchanged: seeds.length - fresh.length };
  const { actor, source, at } = caller;
  const entry = { at, event: "import", result: "imported", serial: undefined, actor, source };
  await store.addTokens(fresh, [{ ...entry, detail: { ...result } }]);
  return result;
}

function newToken(seed: Seed, vault: Vault): NewToken {
  return {
    serial: seed.serial,
    algorithm: ALGORITHMS[seed.algorithm],
    sealedSeed: vault.seal(seed.serial, seed.secret),
    start: seed.start,
    expiry: seed.expiry,
    clockOffset: seed.timeDrift,
  };
}

function isSame(token: StoredToken, seed: Seed, vault: Vault): boolean {
  const secret = vault.open(token.serial, token.sealedSeed);
  return (
    secret.length === seed.secret.length &&
    timingSafeEqual(secret, seed.secret) &&
    token.algorithm === ALGORITHMS[seed.algorithm] &&
    token.start === seed.start &&
    token.expiry === seed.expiry
  );
}
