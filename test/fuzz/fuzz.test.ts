import { describe, expect, it } from "vitest";
import { fuzz, keptInputs, TARGET_NAMES, TARGETS } from "./campaign.js";
import type { Target } from "./target.js";

describe("inputs from outside, most of them almost right", () => {
  it.each(TARGET_NAMES)("%s: nothing but what is documented comes of them", async (name) => {
    const outcome = await fuzz(name, name === "http" ? 800 : 400, 20261124);
    expect(outcome.failure).toBeUndefined();
    expect(outcome.mutants).toBeGreaterThan(outcome.inputs / 2);
  });
});

describe("inputs that something came of once", () => {
  it.each(keptInputs())("$name $file", async ({ name, input }) => {
    const target = (await TARGETS[name].open()) as Target;
    await target.take(input);
    await target.end();
  });
});
