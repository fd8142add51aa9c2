import { Broken, type Invariant } from "./ledger.js";
import type { SharedDatabase } from "./process.js";
import { World } from "./world.js";

/** How a run ended. The seed replays it. */
export interface Run {
  readonly seed: number;
  readonly steps: number;
  /** How often the audit told what. */
  readonly told: Readonly<Record<string, number>>;
  readonly broken: { readonly invariant: Invariant; readonly message: string } | undefined;
}

/** Steps between two comparisons of what is stored. */
const COMPARE = 20;

/** One world from one seed, until so many steps are made or an invariant is broken. */
export async function simulate(seed: number, most: number, database: SharedDatabase): Promise<Run> {
  const world = await World.create(seed, database);
  let steps = 0;
  try {
    for (let next = COMPARE; steps < most;) {
      steps += await world.step();
      if (steps < next) continue;
      await world.compare();
      next = steps + COMPARE;
    }
    await world.compare();
    return { seed, steps, told: world.ledger.told, broken: undefined };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    const { invariant, message } = error;
    return { seed, steps, told: world.ledger.told, broken: { invariant, message } };
  } finally {
    await world.close();
  }
}
