import type { Book } from "../core/book.js";
import { type Decided, decideOver, type ReadAgain } from "./decide-over.js";
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
  let abouts: readonly About[] = works.map(({ about }) => about);
  for (;;) {
    const decided = await decideOnce(db, works, abouts);
    if (!("again" in decided)) return decided.outcomes;
    // In another transaction: contracts are locked before tokens.
    abouts = decided.again;
  }
}

function decideOnce(
  db: Database,
  works: readonly Work<unknown>[],
  abouts: readonly About[],
): Promise<Decided | ReadAgain> {
  return db.transaction(async (tx) => {
    const pages = await unmoved(tx, abouts, " FOR NO KEY UPDATE");
    // Before anything is decided: it remembers what stood there.
    const writing = new Writing(pages);
    const decided = decideOver(pages, works, abouts);
    if ("again" in decided) return decided;
    for (const changes of decided.changes) writing.add(changes);
    await tx.commit(...writing.statements(), ...tx.chain.write(writing.audit));
    return decided;
  });
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
