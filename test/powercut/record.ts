import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { foundBank } from "../crash/bank.js";
import { sqliteDatabase } from "../crash/database.js";
import type { Load } from "../crash/load.js";
import { ServerProcess } from "../crash/server-process.js";
import { Ledger, type Request } from "../system/ledger.js";
import type { Random } from "../system/random.js";
import { STRACE } from "./trace.js";

/** Whether strace is there and may trace: where it may not, nothing can be recorded. */
export const CAN_TRACE =
  spawnSync("strace", ["-D", "-f", "-e", "trace=none", "true"], { stdio: "ignore" }).status === 0;

/** A server's life as strace has seen it. */
export interface Recording {
  /** Where the database is, and what was there before. */
  readonly directory: string;
  readonly before: ReadonlyMap<string, Buffer>;
  readonly trace: string;
  readonly load: Load;
  /** Everything that was asked, by the address that each request named as its own. */
  readonly requests: ReadonlyMap<string, Request>;
}

/** Notes what is asked, and leaves the judging to others. */
class Notes extends Ledger {
  readonly requests = new Map<string, Request>();

  override sent(request: Request): void {
    this.requests.set(request.id, request);
  }
}

/**
 * Records a real server under load, from its start over a bank that is there to its orderly end.
 * @param directory an empty one
 * @param cli the command line's file, where it is not the built one
 */
export async function recordServer(
  random: Random,
  answers: number,
  directory: string,
  cli?: string,
): Promise<Recording> {
  const own = join(directory, "own");
  mkdirSync(own);
  const database = sqliteDatabase(own);
  const notes = new Notes();
  const { load, policyFile } = await foundBank(random, database, directory, notes);
  const before = filesOf(own);
  const trace = join(directory, "trace");
  const serving = { database: database.url, policyFile, cli };
  const server = new ServerProcess(serving, [...STRACE, "-o", trace]);
  await server.setClock(load.now);
  const loading = load.run([server]);
  await load.heard(answers);
  server.terminate();
  await loading;
  await server.ended;
  await traced(trace);
  return { directory: own, before, trace, load, requests: notes.requests };
}

/** Waits until the tracer, which outlives what it traces, has written all. */
async function traced(trace: string): Promise<void> {
  for (;;) {
    const text = readFileSync(trace, "latin1");
    const [, first] = /^(\d+) /.exec(text) ?? [];
    if (new RegExp(`^${first!} +\\+\\+\\+ exited`, "m").test(text.slice(-2000))) return;
    await sleep(50);
  }
}

function filesOf(directory: string): Map<string, Buffer> {
  const names = readdirSync(directory);
  return new Map(names.map((name) => [join(directory, name), readFileSync(join(directory, name))]));
}
