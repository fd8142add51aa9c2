/** Seconds by which a report's arrival may differ from one time to the next. */
const ARRIVAL_JITTER = 0.05;
/** Parts per billion. No board's clock is further off: what measures more measures something else. */
const TRIM_LIMIT = 1_000_000;

/** A board's clock and ours at one moment, Unix seconds. */
export interface ClockReading {
  readonly board: number;
  readonly host: number;
}

/** What a measurement over so many seconds can tell apart, in parts per million. */
export function measuredPpm(seconds: number): number {
  return (2 * ARRIVAL_JITTER * 1e6) / seconds;
}

/**
 * What a clock's rate wants added, from two readings of it.
 * @returns parts per billion; "too small" where that time cannot tell, "too large" where no board's
 *   clock does that
 */
export function trimBetween(
  first: ClockReading,
  second: ClockReading,
): number | "too small" | "too large" {
  const passed = second.host - first.host;
  const gained = second.board - first.board - passed;
  const trim = Math.round((-gained / (passed + gained)) * 1e9);
  if (Math.abs(trim) / 1000 < measuredPpm(passed)) return "too small";
  return Math.abs(trim) <= TRIM_LIMIT ? trim : "too large";
}
