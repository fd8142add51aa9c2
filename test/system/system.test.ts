import { afterAll, describe, expect, it } from "vitest";
import { postgresDatabases, sqliteDatabases } from "./databases.js";
import { MUTANTS, simulateMutant } from "./mutants.js";
import { type Run, simulate } from "./simulate.js";

const sqlite = sqliteDatabases();
const overSqlite = (seed: number, steps: number): Promise<Run> =>
  sqlite.use((database) => simulate(seed, steps, database));

/** The world is lively enough for its invariants to mean something. */
function expectLively({ told, broken }: Run): void {
  expect(broken).toBeUndefined();
  for (const each of ["verify accepted", "verify already_used", "lock suspended"]) {
    expect(told[each], each).toBeGreaterThan(5);
  }
  for (const each of ["resync resynchronized", "register registered", "register wrong_code"]) {
    expect(told[each], each).toBeGreaterThan(0);
  }
}

describe("the simulated system", () => {
  it.each([1, 2, 3])("keeps every invariant: seed %i", async (seed) => {
    expectLively(await overSqlite(seed, 2000));
  });

  it("is the same for the same seed", async () => {
    const [one, again] = [await overSqlite(7, 500), await overSqlite(7, 500)];
    expect(again).toEqual(one);
    expect((await overSqlite(8, 500)).told).not.toEqual(one.told);
  });

  it.each(MUTANTS.map((mutant) => [mutant.invariant, mutant.file, mutant] as const))(
    "finds %s broken when its guard in %s is taken out",
    async (invariant, _, mutant) => {
      expect(await simulateMutant(mutant, 200_000)).toMatch(new RegExp(`^${invariant}: `));
    },
    600_000,
  );
});

describe("the simulated system over PostgreSQL", () => {
  const starting = postgresDatabases();
  afterAll(async () => (await starting).stop());

  it("keeps every invariant, its connections cut now and then", async () => {
    const postgres = await starting;
    expectLively(await postgres.use((database) => simulate(1, 600, database)));
  });
});
