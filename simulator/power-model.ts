import type { PowerCounts } from "./power-meter.js";

/** What a board draws, as its maker documents it. Amperes and seconds. */
export interface PowerFigures {
  /** With the program asleep and the display off. */
  readonly idle: number;
  /** In addition, while the display is on. */
  readonly display: number;
  /** In addition, while the processor runs. */
  readonly processor: number;
  /** How long the processor runs for a wake-up without a picture, and for one picture. */
  readonly perWakeUp: number;
  readonly perRedraw: number;
  /** Ampere hours. */
  readonly battery: number;
  /** Where the figures are from. */
  readonly source: string;
}

const MICRO = 1e-6;
const MILLI = 1e-3;
const DAY = 86_400;

/** The boards whose makers say what they draw; one wired up by hand has no figures of its own. */
export const POWER_FIGURES: Readonly<Record<string, PowerFigures>> = {
  pixljs: {
    idle: 20 * MICRO,
    display: 200 * MICRO,
    processor: 5 * MILLI,
    perWakeUp: 2 * MILLI,
    perRedraw: 35 * MILLI, // a redraw measured at 25 to 40 ms
    battery: 0.225,
    source: "https://www.espruino.com/Pixl.js, radio asleep, CR2032",
  },
  banglejs2: {
    idle: 30 * MICRO,
    display: 150 * MICRO, // on, without its backlight
    processor: 5 * MILLI,
    perWakeUp: 2 * MILLI,
    perRedraw: 35 * MILLI,
    battery: 0.175,
    source: "https://www.espruino.com/Bangle.js2, radio asleep",
  },
};

/** Where a day's charge goes, in milliampere seconds, and how long the battery lasts. */
export interface PowerBudget {
  readonly idle: number;
  readonly display: number;
  readonly processor: number;
  readonly days: number;
  /** The same without any work of the processor: idle and the display alone. */
  readonly floorDays: number;
}

/** The budget of a day in which a token has done what is counted. */
export function budgetOf(counts: PowerCounts, figures: PowerFigures): PowerBudget {
  const busy = counts.wakeUps * figures.perWakeUp + counts.redraws * figures.perRedraw;
  const idle = figures.idle * DAY;
  const display = figures.display * counts.displaySeconds;
  const processor = figures.processor * busy;
  const charge = figures.battery * 3600;
  return {
    idle: idle / MILLI,
    display: display / MILLI,
    processor: processor / MILLI,
    days: charge / (idle + display + processor),
    floorDays: charge / (idle + display),
  };
}
