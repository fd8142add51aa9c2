import { type Changes, NotRead } from "../core/book.js";
import type { SharedPages } from "./shared-pages.js";
import { type About, type Outcome, StoreUnavailable, type Work } from "./store.js";

/** What came of the decisions of one transaction, and what is to be stored of them, in their order. */
export interface Decided {
  readonly outcomes: Outcome<unknown>[];
  readonly changes: readonly Changes[];
}

/** What works are about: the whole of it for those whose narrow book was not enough. */
export function aboutsOf(
  works: readonly Work<unknown>[],
  whole: ReadonlySet<Work<unknown>>,
): About[] {
  return works.map((work) => (whole.has(work) ? { ...work.about, narrow: false } : work.about));
}

/**
 * Makes decisions one after the other over the pages that were read for all of them, each over what the
 * ones before it changed. Nothing is written meanwhile: a batch is read, decided and written, since a
 * processor that does one thing many times is faster than one that goes from one to the next.
 * @param abouts as the pages were read
 * @param whole is joined by works whose narrow book was not enough
 * @returns undefined where there were such: their pages are not there, so that all begins anew
 */
export function decideOver(
  pages: SharedPages,
  works: readonly Work<unknown>[],
  abouts: readonly About[],
  whole: Set<Work<unknown>>,
): Decided | undefined {
  const changes: Changes[] = [];
  const known = whole.size;
  const outcomes = works.map((work, index): Outcome<unknown> => {
    const book = pages.open(abouts[index]!);
    try {
      const answer = work.decide(book);
      pages.apply(book.changes);
      changes.push(book.changes);
      return { ok: true, answer };
    } catch (error) {
      if (error instanceof NotRead) whole.add(work);
      return { ok: false, error };
    }
  });
  return whole.size > known ? undefined : { outcomes, changes };
}

/**
 * Decides a batch in one transaction; where a row of it breaks a rule of the schema, each work in a
 * transaction of its own, so that only the one to blame fails. A store that goes away then is not waited
 * for by each of them.
 */
export async function decideBatch(
  works: readonly Work<unknown>[],
  decide: (works: readonly Work<unknown>[]) => Promise<Outcome<unknown>[]>,
  breaksSchema: (error: unknown) => boolean,
): Promise<Outcome<unknown>[]> {
  try {
    return await decide(works);
  } catch (error) {
    if (!breaksSchema(error)) throw error;
  }
  const outcomes: Outcome<unknown>[] = [];
  for (const work of works) {
    try {
      outcomes.push(...(await decide([work])));
    } catch (error) {
      const failed = { ok: false, error } as const;
      if (error instanceof StoreUnavailable) {
        return [...outcomes, ...works.slice(outcomes.length).map(() => failed)];
      }
      outcomes.push(failed);
    }
  }
  return outcomes;
}
