import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { secretOf, serialOf } from "../harness/codes.js";
import type { Scope } from "../harness/scope.js";

const CLI = "dist/cli.js";

/** The master key of this run's databases, for this process and those it starts. */
process.env.WARIFU_MASTER_KEY = randomBytes(32).toString("hex");

/** A command of the program that ended with something else than 0. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}

/**
 * Runs a command of the program as it is shipped.
 * @param database goes by the environment: it may hold a password
 * @returns what it printed
 * @throws CommandFailed with what it printed on stderr
 */
export async function run(database: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, WARIFU_DB: database };
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const [printed, problem] = [[] as Buffer[], [] as Buffer[]];
  child.stdout.on("data", (chunk: Buffer) => printed.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => problem.push(chunk));
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) throw new CommandFailed(Buffer.concat(problem).toString().trim());
  return Buffer.concat(printed).toString();
}

/** Writes a seed file of tokens by their numbers: serial, seed in hex, kind, digits, period, hash. */
export async function writeSeeds(path: string, count: number): Promise<void> {
  function* lines(): Generator<string> {
    for (let index = 0; index < count; index++) {
      const serial = serialOf(index);
      yield `${serial},${secretOf(serial).toString("hex")},TOTP,6,60,sha1\n`;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path, { mode: 0o600 }));
}

/** Makes a database with tokens. @returns an API key that verifies */
export async function fill(scope: Scope, database: string, tokens: number): Promise<string> {
  const seeds = join(scope.directory(), "seeds.csv");
  await writeSeeds(seeds, tokens);
  await run(database, "import", seeds);
  const issued = await run(database, "apikey", "create", "--scope", "verify", "--json");
  return (JSON.parse(issued) as { key: string }).key;
}

/** Starts `warifu serve`, its time in the bench's hand. @returns its port */
export async function serve(scope: Scope, database: string): Promise<number> {
  const env = { ...process.env, WARIFU_DB: database, NODE_ENV: "test" };
  const args = [CLI, "serve", "--port", "0", "--test-clock"];
  const child = scope.start(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  return new Promise((ready, fail) => {
    child.stderr!.on("data", (chunk: Buffer) => {
      if (said.length < 10_000) said += chunk.toString();
      const port = /ready at http:\/\/[^:]+:(\d+)/.exec(said)?.[1];
      if (port !== undefined) ready(Number(port));
    });
    child.once("exit", () => {
      fail(new CommandFailed(said.trim()));
    });
  });
}
