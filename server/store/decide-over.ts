import { type Book, type Changes, NotRead } from "../core/book.js";
import type { About, Outcome, Work } from "./store.js";

/** A decision with what is to be stored of it. */
export type Made =
  | { readonly ok: true; readonly answer: unknown; readonly changes: Changes }
  | { readonly ok: false; readonly error: unknown };

/** Makes a work's decision over its book, and where that one was too narrow over the whole of it. */
export function decideOver(work: Work<unknown>, open: (about: About) => Book): Made {
  const made = decideIn(work, open(work.about));
  if (made.ok || !(made.error instanceof NotRead)) return made;
  return decideIn(work, open({ ...work.about, narrow: false }));
}

function decideIn(work: Work<unknown>, book: Book): Made {
  try {
    return { ok: true, answer: work.decide(book), changes: book.changes };
  } catch (error) {
    return { ok: false, error };
  }
}

/**
 * Decides a batch in one transaction; where a row of it breaks a rule of the schema, each work in a
 * transaction of its own, so that only the one to blame fails.
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
    outcomes.push(
      await decide([work]).then(
        ([outcome]) => outcome!,
        (error: unknown) => ({ ok: false, error }),
      ),
    );
  }
  return outcomes;
}
