import { type Changes, NotRead } from "../core/book.js";
import type { SharedPages } from "./shared-pages.js";
import { type About, type Outcome, StoreUnavailable, type Work } from "./store.js";

/** What came of the decisions of one transaction, and what is to be stored of them, in their order. */
export interface Decided {
  readonly outcomes: Outcome<unknown>[];
  readonly changes: readonly Changes[];
}

/** The pages were not enough: all begins anew, over what is read for these. */
export interface ReadAgain {
  readonly again: readonly About[];
}

/**
 * Makes decisions one after the other over the pages that were read for all of them, each over what the
 * ones before it changed. Nothing is written until all are made: reading everything, deciding everything
 * and writing everything is faster than doing all three for one work after the other.
 * @param abouts what the pages were read for
 */
export function decideOver(
  pages: SharedPages,
  works: readonly Work<unknown>[],
  abouts: readonly About[],
): Decided | ReadAgain {
  const changes: Changes[] = [];
  const wanting = new Set<number>();
  const outcomes = works.map((work, index): Outcome<unknown> => {
    const book = pages.open(abouts[index]!);
    try {
      const answer = work.decide(book);
      pages.apply(book.changes);
      changes.push(book.changes);
      return { ok: true, answer };
    } catch (error) {
      if (error instanceof NotRead) wanting.add(index);
      return { ok: false, error };
    }
  });
  if (wanting.size === 0) return { outcomes, changes };
  return {
    again: abouts.map((about, i) => (wanting.has(i) ? { ...about, narrow: false } : about)),
  };
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
