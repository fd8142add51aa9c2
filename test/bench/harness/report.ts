import { CONCURRENCY, COPIES, type RaceResult } from "../load/load.js";
import { medians, type Shown } from "./gates.js";
import type { Machine } from "./machine.js";
import type { Measured } from "./rounds.js";

/** What accepted codes that were sent eight times at once. */
export interface Race {
  readonly name: string;
  readonly accepted: RaceResult;
}

/** A figure that is no rate of requests. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atLeast?: number;
}

/** All of a run. */
export interface Report {
  readonly machine: Machine;
  readonly rounds: number;
  readonly gates: readonly Shown[];
  readonly measured: readonly Measured[];
  readonly figures: readonly Figure[];
  readonly races: readonly Race[];
  /** What was not measured, and why. */
  readonly absent: readonly string[];
}

/** Whether everything that must be shown was. */
export function allPassed({ gates, figures }: Report): boolean {
  return gates.every((each) => each.passed) && figures.every(passed);
}

function passed({ value, atLeast }: Figure): boolean {
  return atLeast === undefined || value >= atLeast;
}

/** The run as Markdown. */
export function tableOf(report: Report): string {
  const { machine, rounds, gates, measured, figures, races, absent } = report;
  const parts = [
    Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`),
    [`Medians of ${String(rounds)} interleaved rounds, ${String(CONCURRENCY)} requests under way.`],
    table(["ratio", "measured", "must be", "aim", ""], gates.map(gateRow)),
    figures.length === 0
      ? []
      : table(["figure", "measured", "must be", ""], figures.map(figureRow)),
    table(["subject", "a second", "p50, ms", "p99, ms", "sender busy"], measured.map(subjectRow)),
    races.length === 0
      ? []
      : table(
          [`one code sent ${String(COPIES)} times at once`, "accepted more than once", "at most"],
          races.map(raceRow),
        ),
    absent.map((each) => `- absent: ${each}`),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

const number = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "" : value.toPrecision(3);
const whole = (value: number): string => Math.round(value).toLocaleString("en");
const verdict = (passed: boolean): string => (passed ? "passed" : "**missed**");

function gateRow({ name, measured, gate, aim, passed }: Shown): string[] {
  const shown = measured === undefined ? "not measured" : measured.toFixed(2);
  return [name, shown, gate, aim === undefined ? "" : String(aim), verdict(passed)];
}

function figureRow(figure: Figure): string[] {
  const { name, value, unit, atLeast } = figure;
  const gate = atLeast === undefined ? "" : `≥ ${whole(atLeast)}`;
  return [name, `${whole(value)} ${unit}`, gate, gate === "" ? "" : verdict(passed(figure))];
}

function subjectRow(each: Measured): string[] {
  if (each.failed !== undefined) return [each.name, `failed: ${each.failed}`, "", "", ""];
  const { rate, p50, p99, senderBusy = NaN } = medians(each);
  const busy = Number.isNaN(senderBusy) ? "" : `${String(Math.round(senderBusy * 100))} %`;
  return [each.name, whole(rate), number(p50), number(p99), busy];
}

function raceRow({ name, accepted }: Race): string[] {
  const twice = accepted.filter((count) => count > 1).length;
  const most = Math.max(...accepted);
  return [
    name,
    `${String(twice)} of ${String(accepted.length)} codes`,
    most === 1 ? "once" : `${String(most)} times`,
  ];
}
