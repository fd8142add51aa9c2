import type { ClockPolicy } from "../../../server/core/clock/estimate.js";
import { clockOfUnknownHistory, clockSetAt } from "../../../server/core/clock/prior.js";
import { DEFAULT_POLICY } from "../../../server/core/policy.js";
import { clockOf, DAY, gap, randomNumbers, YEAR } from "./population.js";
import { DynamicWindow, type Server, ThreeSteps, Warifu } from "./servers.js";

/** Unix seconds at which a token's clock is set right, at the bench. */
const BENCH = 1_700_000_000;
/** The bank imports it a week later, and its user registers it within 90 days. */
const IMPORTED = BENCH + 7 * DAY;
const STOCK = 90 * DAY;
const LIFE = 5 * YEAR;
/** Guesses that a thief has between two uses: the fifth would suspend the token. */
const GUESSES = 4;
const CODES = 1_000_000;

/** Which tokens are studied. */
export interface Population {
  readonly name: string;
  /** Crystal errors are uniform within this, parts per million, after a trim at the bench if there is one. */
  readonly ppm: number;
  /** What temperature and ageing do to it, of what they do to a plain crystal. */
  readonly swing: number;
  /** What the server's policy says other than by default. */
  readonly policy?: Partial<ClockPolicy>;
  /** How many of the codes arrive 60 to 180 seconds after they were read, as a part of all. */
  readonly late: number;
  /** How many uses, as a part of those asked for. */
  readonly part: number;
  /** Whether the import says that the clocks were set at the bench (`--clock-ppm`). */
  readonly benchKnown: boolean;
}

/** What came of a server's way with a population. */
export interface Result {
  readonly server: string;
  /** Of a million uses, how often a code that arrived within a minute was refused. */
  readonly refusalsPerMillion: number;
  readonly refusals: number;
  readonly refusalsAtFirstUse: number;
  readonly refusalsAfterFiveUses: number;
  readonly meanWindow: number;
  readonly window99: number;
  readonly meanWindowBetweenUses: number;
  readonly thiefPerTokenYear: number;
}

/** What is counted of one server. */
class Tally {
  /** Of codes that arrived within a minute: all, at the first use, after five. */
  readonly refusals = [0, 0, 0];
  #uses = 0;
  #steps = 0;
  #between = 0;
  #thief = 0;
  readonly #widths = new Map<number, number>();

  use(width: number): void {
    this.#uses++;
    this.#steps += width;
    const whole = Math.ceil(width);
    this.#widths.set(whole, (this.#widths.get(whole) ?? 0) + 1);
  }

  refuse(use: number): void {
    this.refusals[0]!++;
    if (use === 0) this.refusals[1]!++;
    if (use >= 5) this.refusals[2]!++;
  }

  guess(width: number): void {
    this.#between += width;
    this.#thief += 1 - (1 - width / CODES) ** GUESSES;
  }

  result(server: string, years: number): Result {
    const [refusals, refusalsAtFirstUse, refusalsAfterFiveUses] = this.refusals;
    let left = this.#uses * 0.99;
    const widths = [...this.#widths].sort(([one], [other]) => one - other);
    const window99 = widths.find(([, count]) => (left -= count) <= 0)![0];
    return {
      server,
      refusalsPerMillion: (refusals! / this.#uses) * 1e6,
      ...{ refusals: refusals!, refusalsAtFirstUse: refusalsAtFirstUse! },
      refusalsAfterFiveUses: refusalsAfterFiveUses!,
      ...{ meanWindow: this.#steps / this.#uses, window99 },
      meanWindowBetweenUses: this.#between / this.#uses,
      thiefPerTokenYear: this.#thief / years,
    };
  }
}

/** The servers compared, each with a new token. */
function servers({ ppm, policy: other, benchKnown }: Population): Server[] {
  const policy = { ...DEFAULT_POLICY.clock, ...other };
  const clock = benchKnown
    ? clockSetAt(BENCH, 0, ppm, policy)
    : clockOfUnknownHistory(0, IMPORTED, policy, ppm);
  const rules = { ...DEFAULT_POLICY, clock: policy };
  return [new Warifu(clock, rules), new DynamicWindow(), new ThreeSteps()];
}
const NAMES = ["warifu", "OneSpan's dynamic window", "three steps either way"];

/** Lives the tokens' lives until there are so many uses; every server sees the same. */
export function study(
  population: Population,
  uses: number,
  seed: number,
): { readonly uses: number; readonly tokens: number; readonly results: readonly Result[] } {
  const random = randomNumbers(seed);
  const tallies = NAMES.map(() => new Tally());
  let [done, tokens] = [0, 0];
  while (done < uses) {
    tokens++;
    const ahead = clockOf(random, population.ppm * (2 * random() - 1), population.swing);
    const compared = servers(population);
    let time = IMPORTED + STOCK * random();
    const end = time + LIFE;
    for (let use = 0; time < end; use++, done++) {
      // A wrong typing is refused by all alike; then the code of that moment is typed.
      if (random() < 0.01) time += typing(random);
      const late = random() < population.late;
      const delay = late ? 60 + 120 * random() : typing(random);
      const offset = ahead(time - BENCH);
      const step = Math.floor((time + offset) / 60);
      const now = time + delay;
      // Refused, the user waits for the next code and types that too.
      const second = Math.floor((now + offset) / 60) + 1;
      const next = 60 * second - offset + 20 * random() + typing(random);
      const idle = gap(random);
      const guessed = now + idle * random();
      compared.forEach((server, index) => {
        const tally = tallies[index]!;
        tally.use(server.width(now));
        if (!server.verify(step, now)) {
          if (!late) tally.refuse(use);
          server.resync(second, next);
        }
        tally.guess(server.width(Math.max(guessed, next)));
      });
      time += idle;
    }
  }
  const years = (tokens * LIFE) / YEAR;
  const results = tallies.map((tally, index) => tally.result(NAMES[index]!, years));
  return { uses: done, tokens, results };
}

/** Seconds from reading a code to its arrival. */
function typing(random: () => number): number {
  return 5 + 35 * random();
}
