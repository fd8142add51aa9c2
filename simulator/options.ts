import { InputError } from "../firmware/seedfile/input-error.js";
import { parseInstant } from "../firmware/seedfile/instant.js";

/** What `warifu simulate` may be given. */
export interface Options {
  seeds?: string;
  serial?: string;
  keyFile?: string;
  board: string;
  start?: string;
  at?: string;
  press?: string;
  frame?: string;
  out?: string;
  json?: boolean;
  listen?: string;
  blank?: boolean;
  listenConsole?: string;
  allowProductionSeeds?: boolean;
  scenario?: string;
  record?: boolean;
  report?: string;
  server?: string;
  device?: string;
  battery?: boolean;
  plot?: string;
}

type Option = Exclude<keyof Options, "board">;

interface Mode {
  /** Without these it cannot be. */
  readonly needs: readonly Option[];
  /** What else goes with it. */
  readonly takes: readonly Option[];
}

/** The options that choose what is done; without any, a token is shown once. */
const MODES = {
  blank: { needs: ["listenConsole"], takes: [] },
  scenario: {
    needs: ["seeds", "serial"],
    takes: ["keyFile", "record", "report", "server", "device", "json"],
  },
  battery: { needs: ["seeds", "serial"], takes: ["keyFile", "plot", "json"] },
  listen: { needs: ["seeds"], takes: ["serial", "keyFile", "start", "at", "allowProductionSeeds"] },
} as const satisfies Partial<Record<Option, Mode>>;

const ONCE: Mode = {
  needs: ["seeds", "serial"],
  takes: ["keyFile", "start", "at", "press", "frame", "out", "json"],
};

/** A scenario on a board with no token simulated beside it. */
const BOARD_ALONE: Mode = { needs: ["device"], takes: ["record", "report", "json"] };

const CHOICES = Object.keys(MODES) as (keyof typeof MODES)[];

/** @throws InputError naming an option that is missing, or that would not be looked at */
export function checkOptions(options: Options): void {
  const given = (name: Option): boolean => options[name] !== undefined;
  const chosen = CHOICES.find(given);
  const besideToken = (["seeds", "serial", "keyFile", "server"] as const).some(given);
  const alone = chosen === "scenario" && given("device") && !besideToken;
  const mode: Mode = alone ? BOARD_ALONE : chosen ? MODES[chosen] : ONCE;
  const known: readonly (string | undefined)[] = [...mode.needs, ...mode.takes, "board", chosen];
  for (const name of Object.keys(options) as Option[]) {
    if (!given(name) || known.includes(name)) continue;
    const problem = chosen ? `does not go with ${flag(chosen)}` : `needs ${flag(modeOf(name))}`;
    throw new InputError(flag(name), problem);
  }
  const missing = mode.needs.find((name) => !given(name));
  if (missing) throw new InputError(flag(missing), "is needed");
}

/** The mode of an option that does not go with a token shown once: it has only one. */
function modeOf(name: Option): Option {
  return CHOICES.find((choice) => {
    const { needs, takes }: Mode = MODES[choice];
    return needs.includes(name) || takes.includes(name);
  })!;
}

/** An option as it is written. */
function flag(name: Option): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** @throws InputError for a time that no record holds, too */
export function parseStart(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const start = parseInstant(text, "--start");
  if (start < 0) throw new InputError("--start", "must not be before 1970");
  return start;
}
