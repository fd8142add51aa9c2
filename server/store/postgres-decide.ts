import type { Book } from "../core/book.js";
import { aboutsOf, decideOver } from "./decide-over.js";
import type { Database, Transaction } from "./postgres-database.js";
import { Interrupted } from "./postgres-errors.js";
import { type Hold, readPages } from "./postgres-read.js";
import type { SharedPages } from "./shared-pages.js";
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
  const abouts = aboutsOf(works, whole);
  const pages = await unmoved(tx, abouts, " FOR NO KEY UPDATE");
  const writing = new Writing(pages);
  const decided = decideOver(pages, works, abouts, whole);
  if (!decided) return undefined;
  for (const changes of decided.changes) writing.add(changes);
  await tx.commit(...writing.statements(), ...tx.chain.write(writing.audit));
  return decided.outcomes;
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
