// The store alone, without HTTP: codes are verified by the functions the API calls, 64 at a time.
import { Batcher } from "../../../server/batcher.js";
import { Clerk } from "../../../server/clerk.js";
import { type ClockEstimate, learn } from "../../../server/core/clock/estimate.js";
import { clockOfUnknownHistory } from "../../../server/core/clock/prior.js";
import { DEFAULT_POLICY } from "../../../server/core/policy.js";
import { openStore, openVault } from "../../../server/open.js";
import type { NewToken, Store } from "../../../server/store/store.js";
import { TokenService } from "../../../server/token-service.js";
import type { Vault } from "../../../server/vault.js";
import { masterKeysFrom } from "../../../server/keys/master-keys.js";
import { answerParent } from "../harness/answers.js";
import { codeOf, PERIOD, secretOf, serialOf, shownLately, shuffled } from "../harness/codes.js";
import { drive, type Driven } from "../load/drive.js";
import { CONCURRENCY } from "../load/load.js";
import { decideEach } from "./decide-each.js";

export type StoreRequest =
  /** @param database what WARIFU_DB would hold */
  | { readonly kind: "open"; readonly database: string }
  | { readonly kind: "import"; readonly count: number }
  /** @param tokens how many the store has; @param count how many of them are verified, once each */
  | {
      readonly kind: "round";
      readonly tokens: number;
      readonly count: number;
      readonly batched: boolean;
    };

const IMPORT_BATCH = 1000;
const FAR = 4_000_000_000; // Unix seconds

let store: Store;
let vault: Vault;
let services: { readonly batched: TokenService; readonly each: TokenService };
let step = Math.floor(Date.now() / 1000 / PERIOD);
let order: number[] = [];
let place = 0;

async function open(database: string): Promise<void> {
  store = await Promise.resolve(
    openStore(undefined, { ...process.env, WARIFU_DB: database }, { mayBeNew: true }),
  );
  vault = await openVault(store, masterKeysFrom(process.env));
  const serviceOf = (each: Store): TokenService =>
    new TokenService(new Clerk(new Batcher(each), vault, DEFAULT_POLICY));
  services = { batched: serviceOf(store), each: serviceOf(decideEach(store)) };
}

/**
 * What is known of a clock after one code, a day ago. Tokens that were never used have windows four times as
 * wide: many tokens, of which a run uses few, would be compared with few that were all used before.
 */
function clockOfOneUse(): ClockEstimate {
  const policy = DEFAULT_POLICY.clock;
  const used = Math.floor(Date.now() / 1000 / PERIOD) - 1440;
  const at = used * PERIOD + PERIOD / 2;
  return learn(clockOfUnknownHistory(0, at, policy), { first: used, last: used }, at, policy);
}

/** Seals seeds first, then measures how fast the store takes them. @returns rows a second */
async function importSealed(count: number): Promise<number> {
  const clock = clockOfOneUse();
  const batches: NewToken[][] = [];
  const dataKey = vault.newDataKey();
  for (let from = 0; from < count; from += IMPORT_BATCH) {
    const length = Math.min(IMPORT_BATCH, count - from);
    batches.push(
      Array.from({ length }, (_, index) => {
        const serial = serialOf(from + index);
        const sealedSeed = dataKey.seal(serial, secretOf(serial));
        return { serial, algorithm: 1, sealedSeed, start: 0, expiry: FAR, clock };
      }),
    );
  }
  async function* all(): AsyncGenerator<NewToken[]> {
    for (const batch of batches) yield await Promise.resolve(batch);
  }
  const entry = {
    at: Date.now(),
    event: "import",
    result: "imported",
    serial: undefined,
    actor: "bench",
    source: undefined,
    detail: { imported: count },
  };
  const start = performance.now();
  await store.importTokens(all(), () => entry, dataKey.wrap);
  return count / ((performance.now() - start) / 1000);
}

async function round({
  tokens,
  count,
  batched,
}: StoreRequest & { kind: "round" }): Promise<Driven> {
  if (order.length !== tokens) order = shuffled(tokens);
  step++;
  const attempts = Array.from({ length: count }, () => serialOf(order[place++ % tokens]!))
    .filter((serial) => !shownLately(serial, step))
    .map((serial) => ({ serial, code: codeOf(serial, step) }));
  const caller = { actor: "bench", source: "127.0.0.1", at: (step * PERIOD + PERIOD / 2) * 1000 };
  const service = batched ? services.batched : services.each;
  const send = async (index: number): Promise<boolean> => {
    const { serial, code } = attempts[index]!;
    const verdict = await service.verify(serial, code, caller);
    if (!verdict.accepted) throw new Error(`${serial}'s right code was refused: ${verdict.reason}`);
    return true;
  };
  return drive(
    Array.from({ length: CONCURRENCY }, () => send),
    attempts.length,
  );
}

answerParent(async (request: StoreRequest) => {
  switch (request.kind) {
    case "open":
      return open(request.database);
    case "import":
      return importSealed(request.count);
    case "round":
      return round(request);
  }
});
