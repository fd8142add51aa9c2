import type { Book } from "../core/book.js";
import { NotRead } from "../core/book.js";
import type { Database, Transaction } from "./postgres-database.js";
import { Interrupted } from "./postgres-errors.js";
import { type Hold, readPages } from "./postgres-read.js";
import type { SharedPages } from "./postgres-pages.js";
import { Writing } from "./postgres-write.js";
import type { About, Outcome, Work } from "./store.js";

/** Decides works one after the other in one transaction: one message reads and locks, one writes and commits. */
export async function decideAll(
  db: Database,
  works: readonly Work<unknown>[],
): Promise<Outcome<unknown>[]> {
  // Contracts are locked before tokens: where a narrow book was not enough, all begins anew.
  const whole = new Set<Work<unknown>>();
  for (;;) {
    const outcomes = await db.transaction((tx) => decideOnce(tx, works, whole));
    if (outcomes) return outcomes;
  }
}

async function decideOnce(
  tx: Transaction,
  works: readonly Work<unknown>[],
  whole: Set<Work<unknown>>,
): Promise<Outcome<unknown>[] | undefined> {
  const aboutOf = (work: Work<unknown>): About =>
    whole.has(work) ? { ...work.about, narrow: false } : work.about;
  const pages = await unmoved(tx, works.map(aboutOf), " FOR NO KEY UPDATE");
  const writing = new Writing(pages);
  const known = whole.size;
  const outcomes = works.map((work): Outcome<unknown> => {
    const book = pages.open(aboutOf(work));
    try {
      const answer = work.decide(book);
      writing.add(book.changes);
      return { ok: true, answer };
    } catch (error) {
      if (error instanceof NotRead) whole.add(work);
      return { ok: false, error };
    }
  });
  if (whole.size > known) return undefined;
  await tx.commit(...writing.statements(), ...tx.chain.write(writing.audit));
  return outcomes;
}

/** A book to read in, as everything stands at one moment. */
export async function readBook(db: Database, about: About): Promise<Book> {
  return db.transaction(async (tx) => {
    const pages = await unmoved(tx, [about], "");
    return pages.open(about);
  }, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

async function unmoved(
  tx: Transaction,
  abouts: readonly About[],
  hold: Hold,
): Promise<SharedPages> {
  const pages = await readPages(tx, abouts, hold);
  if (!pages) throw new Interrupted("what a decision is about keeps moving to other contracts");
  return pages;
}
