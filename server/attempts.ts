import type { Counted, Store } from "./store/store.js";

/** Milliseconds: each further failure doubles the waiting, up to a quarter of an hour. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 900_000;

/** What failures are counted under, and how many of them cost no waiting yet. */
export interface AttemptLimit {
  readonly key: string;
  readonly free: number;
}

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
 * each time; none is ever kept out for good. It is counted before it is made: of many at once no more
 * are made than may be.
 * @param limits a success forgets the failures of the first one's key, and takes back its own elsewhere
 * @param at Unix milliseconds
 * @throws TooSoon
 */
export async function attempt<Answer>(
  store: Store,
  limits: readonly AttemptLimit[],
  at: number,
  make: () => Promise<{ readonly answer: Answer; readonly failed: boolean }>,
): Promise<Answer> {
  const keys = limits.map(({ key }) => key);
  const untilOf = (before: readonly Counted[]): number =>
    Math.max(...before.map((counted, index) => waitOf(counted, limits[index]!.free)));
  const before = await store.countAttempt(keys, at, (counted) => at >= untilOf(counted));
  const until = untilOf(before);
  if (at < until) throw new TooSoon(Math.ceil((until - at) / 1000));
  const { answer, failed } = await make();
  if (!failed) {
    const [first, ...others] = keys;
    await store.forgetAttempts(first!);
    for (const key of others) await store.uncountAttempt(key);
  }
  return answer;
}

/** Unix milliseconds until which nothing is tried. */
function waitOf({ failures, lastAt }: Counted, free: number): number {
  if (failures <= free) return 0;
  return lastAt + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - free - 1));
}
