import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { InputError } from "../../firmware/seedfile/input-error.js";
import { type Fault, FAULT_SCHEMA } from "../faults.js";

/** What is to be seen after the steps before; everything that is given has to be so. */
export interface Expectation {
  /** The code that is shown, or whether any is. */
  readonly code?: string | boolean;
  /** All that can be read; empty in the dark, null where the picture makes no sense. */
  readonly display?: string | null;
  /** The name of a picture kept beside the scenario, which the frame equals bit for bit. */
  readonly screen?: string;
  /** Whether a server accepts the code that is shown. */
  readonly accepted?: boolean;
  /** Why it does not. */
  readonly reason?: string;
}

/** One thing that is done to a token, or looked for. Times are seconds. */
export type Step =
  | { readonly press: string; readonly seconds?: number }
  | { readonly hold: string }
  | { readonly release: string }
  | { readonly advance: number }
  | { readonly fault: Fault }
  | { readonly expect: Expectation };

/** A scenario as its file has it. */
export interface Scenario {
  readonly name: string;
  /** ISO 8601 with its zone; now where not given. */
  readonly at?: string;
  readonly steps: readonly Step[];
}

const BUTTON = { type: "string", pattern: "^[A-Z0-9]{1,8}$" } as const;
const SECONDS = { type: "number", minimum: 0, maximum: 1e9 } as const;
const only = (required: string, properties: object) => ({
  type: "object",
  required: [required],
  properties,
  additionalProperties: false,
});

/** JSON Schema of {@link Scenario}. */
const SCENARIO_SCHEMA = {
  type: "object",
  required: ["name", "steps"],
  properties: {
    name: { type: "string", minLength: 1, maxLength: 200 },
    at: { type: "string" },
    steps: {
      type: "array",
      minItems: 1,
      items: {
        oneOf: [
          only("press", { press: BUTTON, seconds: { ...SECONDS, maximum: 600 } }),
          only("hold", { hold: BUTTON }),
          only("release", { release: BUTTON }),
          only("advance", { advance: SECONDS }),
          only("fault", { fault: FAULT_SCHEMA }),
          only("expect", {
            expect: {
              type: "object",
              minProperties: 1,
              properties: {
                code: { anyOf: [{ type: "boolean" }, { type: "string", pattern: "^[0-9]{6}$" }] },
                display: { type: ["string", "null"] },
                screen: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
                accepted: { type: "boolean" },
                reason: { type: "string" },
              },
              additionalProperties: false,
            },
          }),
        ],
      },
    },
  },
  additionalProperties: false,
} as const;

let compiled: ValidateFunction<Scenario> | undefined;

/**
 * Reads a scenario.
 * @throws InputError naming what is wrong with it
 */
export function readScenario(path: string): Scenario {
  let scenario: unknown;
  try {
    scenario = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const problem = error instanceof SyntaxError ? "is not JSON" : "cannot be read";
    throw new InputError("--scenario", `${path} ${problem}`);
  }
  compiled ??= new Ajv({ strict: false }).compile<Scenario>(SCENARIO_SCHEMA);
  const check = compiled;
  if (!check(scenario)) throw new InputError("--scenario", `${path}: ${problemOf(check.errors)}`);
  return scenario;
}

/** The place that is wrong: of a step that fits none of the kinds, the step. */
function problemOf(errors: readonly ErrorObject[] | null | undefined): string {
  const step = errors?.find(({ keyword }) => keyword === "oneOf");
  const [first] = step ? [step] : (errors ?? []);
  const place = first?.instancePath.slice(1).replaceAll("/", ".") ?? "";
  const problem = step ? "is no step of a scenario" : (first?.message ?? "is not as it must be");
  return `${place === "" ? "the scenario" : place} ${problem}`;
}
