import { Fleet, type FleetOptions } from "./fleet.js";
import type { Seed } from "../firmware/seedfile/seed.js";

/**
 * A fleet of a test's own, for `test.extend` of vitest and of Playwright alike; its time stands again
 * when the test is over.
 * @param seeds the tokens it begins with, or the path of their seed file
 */
export function fleetFixture(
  seeds: readonly Seed[] | string = [],
  options: FleetOptions & { readonly keyFile?: string } = {},
  // Both runners insist on a destructuring pattern as the first parameter.
): (fixtures: object, use: (fleet: Fleet) => Promise<void>) => Promise<void> {
  // eslint-disable-next-line no-empty-pattern
  return async ({}, use) => {
    const isFile = typeof seeds === "string";
    const fleet = isFile ? await Fleet.fromFile(seeds, options) : new Fleet(options);
    if (!isFile) for (const seed of seeds) fleet.add(seed);
    await use(fleet);
    fleet.time.pause();
  };
}
