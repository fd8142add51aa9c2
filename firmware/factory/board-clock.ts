import { timeScript } from "./board-scripts.js";
import { type BenchConsole, FlashError } from "./espruino-tools.js";

/** Seconds the clock may be off: the tools set it a moment late. */
const CLOCK_TOLERANCE = 2;

/** @returns the seconds a board's clock is ahead of ours, less the time a short report takes to arrive */
export async function clockOffset({ run }: BenchConsole): Promise<number> {
  const { value, at } = await run(timeScript(), { setTime: false });
  return (value as number) - at;
}

/** @throws FlashError at a step whose clock is not right */
export function checkClock(step: string, offset: number): void {
  if (Math.abs(offset) <= CLOCK_TOLERANCE) return;
  throw new FlashError(step, `the clock is ${offset.toFixed(3)} s off`);
}
