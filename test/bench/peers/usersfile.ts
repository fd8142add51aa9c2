import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { codeOf, PERIOD, secretOf, serialOf } from "../harness/codes.js";
import { Absent, type Sample, type Subject } from "../harness/rounds.js";
import type { Scope } from "../harness/scope.js";
import { COPIES, type RaceResult } from "../load/load.js";

const SOURCE = "test/bench/peers/usersfile.c";
/** Codes a round: each rewrites the whole file. */
const ROUND = 100;
/** Validations a round, of the arithmetic alone. */
const VALIDATIONS = 100_000;
/** Programs started a round. */
const STARTS = 50;

/** @returns the built program's path. @throws Absent where there is no compiler, or no liboath */
export function buildUsersfile(scope: Scope): string {
  const program = join(scope.directory(), "usersfile");
  try {
    execFileSync("gcc", ["-O2", "-o", program, SOURCE, "-loath"], { stdio: "pipe" });
  } catch {
    throw new Absent("gcc or liboath-dev is not installed");
  }
  return program;
}

async function ask<Result>(program: string, args: readonly string[], input = ""): Promise<Result> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(input);
  const [printed] = await Promise.all([text(child.stdout), once(child, "close")]);
  return JSON.parse(printed) as Result;
}

interface Counted {
  readonly accepted: number;
  readonly refused: number;
  readonly seconds: number;
}

function sampleOf({ accepted, refused, seconds }: Counted): Sample {
  if (refused > 0) throw new Error(`${String(refused)} right codes were refused`);
  return { rate: accepted / seconds };
}

/** A usersfile of TOTP users, 60 s; every code of a round is another user's. */
export function usersfile(scope: Scope, program: string, users: number) {
  const file = join(scope.directory(), "users.oath");
  const lines = Array.from({ length: users }, (_, index) => {
    const serial = serialOf(index);
    return `HOTP/T60/6 ${serial} - ${secretOf(serial).toString("hex")}\n`;
  });
  writeFileSync(file, lines.join(""), { mode: 0o600 });
  let next = 0;
  const take = (count: number): string => {
    const step = Math.floor(Date.now() / 1000 / PERIOD);
    return Array.from({ length: count }, () => {
      const serial = serialOf(next++ % users);
      return `${serial} ${codeOf(serial, step)}\n`;
    }).join("");
  };
  const subject: Subject = {
    id: `usersfile-${String(users)}`,
    name: `liboath's usersfile, ${users.toLocaleString("en")} users`,
    round: async () => sampleOf(await ask<Counted>(program, ["run", file], take(ROUND))),
  };
  const race = (tokens: number): Promise<RaceResult> =>
    ask(program, ["race", file, String(COPIES)], take(tokens));
  return { ...subject, race };
}

/** liboath's arithmetic alone. */
export function validation(program: string): Subject {
  return {
    id: "liboath",
    name: "liboath, validation alone (nothing stored)",
    round: async () => sampleOf(await ask<Counted>(program, ["validate", String(VALIDATIONS)])),
  };
}

/** One oathtool a code, as shell scripts do. @throws Absent */
export function oathtool(): Subject {
  const secret = secretOf(serialOf(0)).toString("hex");
  const check = (): void => {
    const step = Math.floor(Date.now() / 1000 / PERIOD);
    const args = ["--totp", "-s", "60", "-w", "1", secret, codeOf(serialOf(0), step)];
    execFileSync("oathtool", args, { stdio: "pipe" });
  };
  try {
    check();
  } catch {
    throw new Absent("oathtool is not installed");
  }
  const round = (): Promise<Sample> => {
    const start = performance.now();
    for (let each = 0; each < STARTS; each++) check();
    return Promise.resolve({ rate: STARTS / ((performance.now() - start) / 1000) });
  };
  return { id: "oathtool", name: "oathtool, a process a code (nothing stored)", round };
}
