import { compileFunction, runInContext } from "node:vm";
import { strictContext } from "./context.js";

/** The name the program's errors have in a stack trace. */
const FILENAME = ".boot0";

/** How programs are kept apart. */
export type Isolation = "context" | "scope";

/** A program's surroundings: what runs in them sees the language and the board's globals, no more. */
export interface Surroundings {
  readonly run: (code: string) => unknown;
}

/** A context of its own for each program, with builtins of its own: for fidelity, some 200 KB each. */
export function ownContext(globals: Record<string, unknown>): Surroundings {
  const context = strictContext(globals);
  return { run: (code) => runInContext(code, context, { filename: FILENAME }) as unknown };
}

/**
 * One context for all programs, each in a function's scope of its own: the same bytes with a tenth of
 * the memory, for fleets. What a program assigns to `global` is its own; builtins are shared.
 */
export function ownScope(globals: Record<string, unknown>): Surroundings {
  const global: Record<string, unknown> = { ...globals };
  return {
    run: (code) =>
      compiled(code, [...Object.keys(globals), "global"])(...Object.values(globals), global),
  };
}

type Program = (...globals: unknown[]) => unknown;
/** By the names of their globals, then by their text. */
const programs = new Map<string, Map<string, Program>>();
let shared: object | undefined;

/** A program is compiled once, whatever the number of boards that run it. */
function compiled(code: string, names: readonly string[]): Program {
  const key = names.join();
  const known = programs.get(key) ?? new Map<string, Program>();
  programs.set(key, known);
  let program = known.get(code);
  if (!program) {
    shared ??= strictContext({});
    const options = { parsingContext: shared, filename: FILENAME };
    program = compileFunction(code, names, options) as Program;
    known.set(code, program);
  }
  return program;
}
