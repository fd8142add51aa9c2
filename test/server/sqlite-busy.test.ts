import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openConnection } from "../../server/store/sqlite-driver.js";
import { BusyRetry } from "../../server/store/sqlite-busy.js";
import { Busy } from "../../server/store/store.js";
import { testDirectory } from "../support/directory.js";

let directory: string;
let [db, other]: ReturnType<typeof openConnection>[] = [];
let tries: number;
beforeEach(() => {
  directory = testDirectory();
  tries = 0;
  [db, other] = [0, 0].map((timeout) => openConnection(join(directory, "a.db"), { timeout }));
  db!.pragma("journal_mode = WAL");
  other!.exec("BEGIN IMMEDIATE");
});
afterEach(() => {
  db!.close();
  other!.close();
});

const act = (): string => {
  tries++;
  db!.exec("BEGIN IMMEDIATE; COMMIT");
  return "done";
};

it("of those that wait for another's transaction one tries, and then each has its turn", async () => {
  const retry = new BusyRetry(60_000);
  const three = [1, 2, 3].map(() => retry.run(act));
  expect(tries).toBe(1);
  other!.exec("COMMIT");
  expect(await Promise.all(three)).toEqual(["done", "done", "done"]);
  expect(tries).toBe(4);
});

it("nobody waits for longer than that, or once the store is closed", async () => {
  await expect(new BusyRetry(0).run(act)).rejects.toThrow(Busy);
  const retry = new BusyRetry(60_000);
  const waiting = retry.run(act);
  retry.close();
  await expect(waiting).rejects.toThrow("database is locked");
});
