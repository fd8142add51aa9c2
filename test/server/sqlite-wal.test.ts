import { join } from "node:path";
import { expect, it, vi } from "vitest";
import type { Book } from "../../server/core/book.js";
import { openSqlite } from "../../server/store/sqlite.js";
import { testDirectory } from "../support/directory.js";

vi.mock("node:worker_threads", () => ({
  Worker: function () {
    throw new Error("no thread can be had");
  },
}));

it("what was committed is answered where no thread can copy the log, and the audit goes on", async () => {
  const store = openSqlite(join(testDirectory(), "store.db"));
  const caller = { actor: "test", source: undefined, at: 0 };
  const decide = (book: Book): void => {
    book.record(caller, "test", "done", {}, {});
  };
  const outcomes = [];
  for (let commit = 0; commit < 250; commit++)
    outcomes.push(...(await store.decide([{ about: {}, decide }])));
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(250);
  const rows = await store.listAudit({ after: 0, limit: 1000 });
  expect(rows.map(({ sequence }) => sequence)).toEqual(outcomes.map((_, index) => index + 1));
  await store.close();
});
