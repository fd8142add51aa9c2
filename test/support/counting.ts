import { clockOfUnknownHistory } from "../../server/core/clock/prior.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { stateOf } from "../../server/core/decision.js";
import type { NewToken, Store, Work } from "../../server/store/store.js";

const CLOCK = clockOfUnknownHistory(0, 0, DEFAULT_POLICY.clock);
const CALLER = { actor: "test", source: undefined, at: 0 };

/** A work that counts one failure on a token and answers with the count. */
export function countOn(serial: string, narrow = true): Work<number> {
  return {
    about: { serials: [serial], narrow },
    decide: (book) => {
      const token = book.token(serial)!;
      const failures = token.failures + 1;
      book.setToken(serial, { ...stateOf(token), failures });
      book.record(CALLER, "count", "counted", { serial });
      return failures;
    },
  };
}

/** Puts tokens into a store. @param staged told when they are put aside */
export async function stock(
  store: Store,
  serials: readonly string[],
  staged?: () => Promise<unknown>,
): Promise<void> {
  async function* batch(): AsyncGenerator<NewToken[]> {
    const common = { algorithm: 1, start: 0, expiry: undefined, clock: CLOCK };
    const tokens = serials.map((serial) => ({
      serial,
      sealedSeed: Buffer.from(serial),
      ...common,
    }));
    yield await Promise.resolve(tokens);
    await staged?.();
  }
  const entry = { at: 0, event: "import", result: "imported", serial: undefined };
  await store.importTokens(batch(), () => ({
    ...{ ...entry, actor: "test", source: undefined, detail: {} },
  }));
}
