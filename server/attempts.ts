import type { Counted, Store } from "./store/store.js";

/** Milliseconds: each further failure doubles the waiting, up to a quarter of an hour. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 900_000;

/** What failures are counted under, and how many of them cost no waiting yet. */
export interface AttemptLimit {
  readonly key: string;
  readonly free: number;
}

/** What an attempt has shown: that its maker knows, or does not know, what he may be guessing, or neither. */
export type Proof = "right" | "wrong" | "none";

/** An attempt that may be made again only later; nothing of it was looked at. */
export class TooSoon extends Error {
  override readonly name = "TooSoon";

  /** @param wait seconds */
  constructor(readonly wait: number) {
    super(`wait ${String(wait)} seconds`);
  }
}

/**
 * Makes an attempt that somebody may be guessing by. Failures make whoever shares a key wait, longer
 * each time; one is forgotten each quarter of an hour, and none is ever kept out for good. It is counted
 * before it is made: of many at once no more are made than may be.
 * @param limits what the failures are counted under: a right attempt clears the first of them, and leaves
 *   the others as they were; an attempt that proves nothing leaves all of them so
 * @param at Unix milliseconds
 * @throws TooSoon, or what `make` throws: that was no failure
 */
export async function attempt<Answer>(
  store: Store,
  limits: readonly AttemptLimit[],
  at: number,
  make: () => Promise<{ readonly answer: Answer; readonly proof: Proof }>,
): Promise<Answer> {
  const keys = limits.map(({ key }) => key);
  let before: readonly Counted[] = [];
  let counted: readonly Counted[] = [];
  let until = 0;
  await store.changeAttempts(keys, at, (stored) => {
    before = stored;
    const now = stored.map((each) => decayed(each, at));
    until = Math.max(...now.map((each, index) => waitOf(each, limits[index]!.free)));
    counted = now.map(({ failures }) => ({ failures: failures + 1, lastAt: at }));
    return at < until ? undefined : counted;
  });
  if (at < until) throw new TooSoon(Math.ceil((until - at) / 1000));
  const takeBack = async (forgetFirst: boolean): Promise<void> => {
    const change = (stored: readonly Counted[]): Counted[] =>
      stored.map(({ failures, lastAt }, index) => {
        if (forgetFirst && index === 0) return { failures: 0, lastAt };
        // As it was, unless somebody else has counted meanwhile.
        const untouched = failures === counted[index]!.failures && lastAt === at;
        return untouched ? before[index]! : { failures: Math.max(0, failures - 1), lastAt };
      });
    // What was decided stands, whether or not this can be stored.
    await store.changeAttempts(keys, at, change).catch(() => undefined);
  };
  try {
    const { answer, proof } = await make();
    if (proof !== "wrong") await takeBack(proof === "right");
    return answer;
  } catch (error) {
    await takeBack(false);
    throw error;
  }
}

/** One failure is forgotten each quarter of an hour. */
function decayed({ failures, lastAt }: Counted, at: number): Counted {
  const forgotten = Math.floor(Math.max(0, at - lastAt) / LONGEST_WAIT);
  return { failures: Math.max(0, failures - forgotten), lastAt };
}

/** Unix milliseconds until which nothing is tried. */
function waitOf({ failures, lastAt }: Counted, free: number): number {
  if (failures <= free) return 0;
  return lastAt + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - free - 1));
}
