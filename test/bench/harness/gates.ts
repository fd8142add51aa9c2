import type { Measured, Sample } from "./rounds.js";
import { median, ratio } from "./stats.js";

/** What a comparison must show. */
export interface Gate {
  readonly name: string;
  readonly of: string;
  readonly to: string;
  readonly value: "rate" | "p99";
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly aim?: number;
}

/** What a comparison has shown; without `measured` where one of the two is not there. */
export interface Shown {
  readonly name: string;
  readonly measured?: number;
  readonly gate: string;
  readonly aim?: number;
  readonly passed: boolean;
}

const verify = { of: "verify", value: "rate" } as const;
const postgres = "HTTP over PostgreSQL to a route that answers at once";

/** The ratios of the full run: of one subject to another, both by their ids. */
export const GATES: readonly Gate[] = [
  {
    name: "SQLite store alone: batched to one transaction a code",
    of: "store",
    to: "store-each",
    value: "rate",
    atLeast: 9,
    aim: 12,
  },
  {
    name: "HTTP to a route that answers at once",
    ...verify,
    to: "immediate",
    atLeast: 0.85,
    aim: 1,
  },
  { name: "HTTP, p99 to that route's", ...verify, to: "immediate", value: "p99", atMost: 2 },
  { name: "HTTP to one transaction a request", ...verify, to: "verify-each", atLeast: 5 },
  { name: "HTTP to FreeRADIUS", ...verify, to: "freeradius", atLeast: 3, aim: 4.5 },
  { name: "HTTP to naive otplib", ...verify, to: "otplib", atLeast: 20 },
  { name: "HTTP to naive otpauth", ...verify, to: "otpauth", atLeast: 20 },
  { name: "HTTP to a usersfile of 1,000", ...verify, to: "usersfile-1000", atLeast: 10 },
  { name: "HTTP to a usersfile of 10,000", ...verify, to: "usersfile-10000", atLeast: 40 },
  {
    name: "PostgreSQL store alone to pgbench",
    of: "pg-store",
    to: "pgbench",
    value: "rate",
    atLeast: 4.5,
    aim: 5.5,
  },
  { name: postgres, of: "pg-verify", to: "immediate", value: "rate", atLeast: 0.6 },
];

const many = "many tokens to 10,000";

/** The ratios of a run at scale. */
export const SCALE_GATES: readonly Gate[] = [
  { name: `SQLite: ${many}`, of: "many", to: "few", value: "rate", atLeast: 0.8 },
  { name: `PostgreSQL: ${many}`, of: "pg-many", to: "pg-few", value: "rate", atLeast: 0.8 },
];

/** Holds gates against what was measured. */
export function judge(gates: readonly Gate[], measured: readonly Measured[]): Shown[] {
  const samplesOf = (id: string): readonly Sample[] =>
    measured.find((each) => each.id === id && each.failed === undefined)?.samples ?? [];
  return gates.map(({ name, of, to, value, atLeast, atMost, aim }) => {
    const gate = atLeast === undefined ? `≤ ${String(atMost)}` : `≥ ${String(atLeast)}`;
    const values = [of, to].map((id) => samplesOf(id).map((each) => each[value] ?? NaN));
    const common = { name, gate, ...(aim !== undefined && { aim }) };
    if (values.some((each) => each.length === 0)) return { ...common, passed: false };
    const shown = ratio(values[0]!, values[1]!);
    const passed = shown >= (atLeast ?? -Infinity) && shown <= (atMost ?? Infinity);
    return { ...common, measured: shown, passed };
  });
}

/** The medians of a subject's rounds. */
export function medians({ samples }: Measured): Sample {
  const of = (value: keyof Sample): number => median(samples.map((each) => each[value] ?? NaN));
  return { rate: of("rate"), p50: of("p50"), p99: of("p99"), senderBusy: of("senderBusy") };
}
