import { expect, it } from "vitest";
import { decideBatch } from "../../server/store/decide-over.js";
import { type Outcome, StoreUnavailable, type Work } from "../../server/store/store.js";

const BROKEN = new Error("CHECK constraint failed");
const [good, bad, later, last] = ["good", "bad", "later", "last"].map((name): Work<unknown> => ({
  about: {},
  decide: () => name,
})) as [Work<unknown>, Work<unknown>, Work<unknown>, Work<unknown>];

/** Decides as a store that goes away before some works; how often it was asked. */
async function decided(...away: Work<unknown>[]) {
  const error = new StoreUnavailable("away");
  let asked = 0;
  const decide = (works: readonly Work<unknown>[]): Promise<Outcome<unknown>[]> => {
    asked += 1;
    if (works.includes(bad)) return Promise.reject(BROKEN);
    if (works.some((work) => away.includes(work))) return Promise.reject(error);
    return Promise.resolve(
      works.map((work) => ({ ok: true, answer: work.decide(undefined as never) })),
    );
  };
  const works = [good, bad, later, last];
  return { outcomes: await decideBatch(works, decide, (each) => each === BROKEN), asked, error };
}

it("of a batch that breaks the schema only the work to blame fails", async () => {
  const { outcomes } = await decided();
  const [one, two, three] = ["good", "later", "last"].map((answer) => ({ ok: true, answer }));
  expect(outcomes).toEqual([one, { ok: false, error: BROKEN }, two, three]);
});

it("a store that goes away meanwhile is waited for once, and its error is each one's", async () => {
  const { outcomes, asked, error } = await decided(later, last);
  const failed = { ok: false, error };
  expect(outcomes).toEqual([
    { ok: true, answer: "good" },
    { ok: false, error: BROKEN },
    ...[failed, failed],
  ]);
  // The batch, and each of its first three works.
  expect(asked).toBe(4);
});
