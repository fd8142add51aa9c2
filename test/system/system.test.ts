import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { MUTANTS, simulateMutant } from "./mutants.js";
import { simulate } from "./simulate.js";

describe("the simulated system", () => {
  it.each([1, 2, 3])("keeps every invariant: seed %i", async (seed) => {
    const run = await simulate(seed, 2000, tmpdir());
    expect(run.broken).toBeUndefined();
    // The world is lively enough for its invariants to mean something.
    for (const each of ["verify accepted", "verify already_used", "lock suspended"]) {
      expect(run.told[each], each).toBeGreaterThan(5);
    }
  });

  it("is the same for the same seed", async () => {
    const [one, again] = [await simulate(7, 500, tmpdir()), await simulate(7, 500, tmpdir())];
    expect(again).toEqual(one);
    expect((await simulate(8, 500, tmpdir())).told).not.toEqual(one.told);
  });

  it.each(MUTANTS.map((mutant) => [mutant.invariant, mutant] as const))(
    "finds %s broken when its guard is taken out",
    async (invariant, mutant) => {
      expect(await simulateMutant(mutant, 200_000)).toMatch(new RegExp(`^${invariant}: `));
    },
    600_000,
  );
});
