import type fc from "fast-check";
import type { Input } from "./mutate.js";

/** Something that takes inputs from outside, and what must hold of each. */
export interface Target<Value = unknown> {
  readonly inputs: fc.Arbitrary<Input<Value>>;
  /** @throws where something does not hold */
  readonly take: (value: Value) => Promise<void>;
  /** Ends what it has started. @throws where something did not hold */
  readonly end: () => Promise<void>;
}

/** Nothing that is read may change what all objects have in common. */
export function expectNoPollution(): void {
  for (const name in {}) throw new Error(`every object has ${name} now`);
}

/** What is allowed to be thrown by a reader. */
export function refusedBy(error: unknown, ...kinds: (new (...args: never[]) => Error)[]): void {
  if (!kinds.some((kind) => error instanceof kind)) throw error;
}

export const nothingToEnd = async (): Promise<void> => Promise.resolve();
