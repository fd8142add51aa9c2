import Table from "cli-table3";
import type { Seed } from "../firmware/seedfile/seed.js";
import { InputError } from "../firmware/seedfile/input-error.js";
import { Fleet } from "./fleet.js";
import type { PowerCounts } from "./power-meter.js";
import { budgetOf, POWER_FIGURES, type PowerBudget } from "./power-model.js";

const DAY = 86_400;
/** How often a token is used in a day: the profiles that a report compares. */
const PROFILES = [1, 5, 20, 50, 100] as const;

/** One profile of use, what the token did in its day, and how long its battery lasts. */
export interface ProfileReport {
  readonly pressesADay: number;
  readonly counts: PowerCounts;
  readonly budget: PowerBudget;
}

/**
 * Runs a token for a virtual day in each profile of use.
 * @throws InputError for a board without documented currents
 */
export async function powerReport(seed: Seed, board: string): Promise<ProfileReport[]> {
  const figures = Object.hasOwn(POWER_FIGURES, board) ? POWER_FIGURES[board] : undefined;
  if (!figures) throw new InputError("--board", `${board} has no documented currents`);
  const reports: ProfileReport[] = [];
  for (const pressesADay of PROFILES) {
    const counts = await dayOf(seed, board, pressesADay);
    reports.push({ pressesADay, counts, budget: budgetOf(counts, figures) });
  }
  return reports;
}

/** What a token does in a day in which its button is pressed so often, at even distances. */
async function dayOf(seed: Seed, board: string, presses: number): Promise<PowerCounts> {
  const at = seed.start ?? 1_800_000_000;
  const fleet = new Fleet({ at, board });
  const token = fleet.add({ ...seed, expiry: undefined });
  const before = token.device.meter.counts;
  for (let press = 0; press < presses; press++) {
    fleet.time.set(at + (press * DAY) / presses);
    await token.press();
  }
  fleet.time.set(at + DAY);
  const after = token.device.meter.counts;
  return {
    wakeUps: after.wakeUps - before.wakeUps,
    redraws: after.redraws - before.redraws,
    pixels: after.pixels - before.pixels,
    displaySeconds: after.displaySeconds - before.displaySeconds,
  };
}

/** The report as a table for people. */
export function powerTable(board: string, reports: readonly ProfileReport[]): string {
  const table = new Table({
    head: [
      "uses a day",
      "wake-ups",
      "redraws",
      "display on, s",
      "idle, mAs",
      "display, mAs",
      "processor, mAs",
      "days",
      "of the floor",
    ],
    style: { head: [], border: [] },
    colAligns: Array.from({ length: 9 }, () => "right" as const),
  });
  for (const { pressesADay, counts, budget } of reports) {
    table.push([
      pressesADay,
      counts.wakeUps,
      counts.redraws,
      counts.displaySeconds.toFixed(0),
      ...[budget.idle, budget.display, budget.processor].map((value) => value.toFixed(1)),
      budget.days.toFixed(0),
      `${((100 * budget.days) / budget.floorDays).toFixed(1)} %`,
    ]);
  }
  const { source } = POWER_FIGURES[board]!;
  return `${table.toString()}\nCurrents: ${source}. Self-discharge is not in it.\n`;
}

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = 56;

/** The battery's life over the uses a day, beside the floor, as an SVG picture. */
export function powerPlot(board: string, reports: readonly ProfileReport[]): string {
  const most = Math.max(...reports.map(({ budget }) => budget.floorDays));
  const uses = Math.max(...PROFILES);
  const x = (value: number): number => MARGIN + (value / uses) * (WIDTH - 2 * MARGIN);
  const y = (days: number): number => HEIGHT - MARGIN - (days / most) * (HEIGHT - 2 * MARGIN);
  const line = (pick: (budget: PowerBudget) => number): string =>
    reports
      .map(({ pressesADay, budget }) => [x(pressesADay), y(pick(budget))])
      .map((point) => point.map((value) => value.toFixed(1)).join(","))
      .join(" ");
  const marks = reports.map(
    ({ pressesADay, budget }) =>
      `<circle cx="${x(pressesADay).toFixed(1)}" cy="${y(budget.days).toFixed(1)}" r="4"/>` +
      `<text x="${x(pressesADay).toFixed(1)}" y="${(y(budget.days) + 22).toFixed(1)}">${budget.days.toFixed(0)}</text>` +
      `<text x="${x(pressesADay).toFixed(1)}" y="${String(HEIGHT - MARGIN + 20)}">${String(pressesADay)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" font-family="sans-serif" font-size="13" text-anchor="middle">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${String(WIDTH / 2)}" y="24" font-size="16">${board}: days a battery lasts</text>
<path d="M${String(MARGIN)} ${String(MARGIN - 10)}V${String(HEIGHT - MARGIN)}H${String(WIDTH - MARGIN + 10)}" fill="none" stroke="#333"/>
<text x="${String(WIDTH / 2)}" y="${String(HEIGHT - 10)}">uses a day</text>
<polyline points="${line(({ floorDays }) => floorDays)}" fill="none" stroke="#999" stroke-dasharray="5 4"/>
<polyline points="${line(({ days }) => days)}" fill="none" stroke="#123f73" stroke-width="2"/>
<g fill="#123f73">${marks.join("")}</g>
<text x="${String(WIDTH - MARGIN)}" y="${(y(reports.at(-1)!.budget.floorDays) - 24).toFixed(1)}" fill="#666" text-anchor="end">floor: idle and display alone</text>
</svg>
`;
}
