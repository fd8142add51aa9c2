import { codeOf, PERIOD, serialOf, shownLately, shuffled } from "../harness/codes.js";
import type { Subject } from "../harness/rounds.js";
import type { Scope } from "../harness/scope.js";
import type { Worker, Workers } from "../harness/worker.js";
import {
  type Attempt,
  race,
  type RaceResult,
  sendAgain,
  sendAll,
  type Target,
} from "../load/load.js";
import { CONSTANT_KEY } from "./immediate.js";
import { fill, serve } from "./program.js";

const WARM_UP = 2000;

/** A server whose time the bench moves. */
interface Served {
  readonly target: Target & { readonly kind: "http" };
  /** @param now Unix seconds */
  readonly setTime: (now: number) => Promise<void>;
}

/** A subject that can be asked to accept a code again. */
export interface ServedSubject extends Subject {
  readonly race: (tokens: number) => Promise<RaceResult>;
  /** Sends the last round's codes again. @returns how many were accepted */
  readonly again: () => Promise<number>;
}

/** `warifu serve` over a new database. */
export async function program(scope: Scope, database: string, tokens: number): Promise<Served> {
  const key = await fill(scope, database, tokens);
  const port = await serve(scope, database);
  const setTime = async (now: number): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${String(port)}/test-clock`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ now }),
    });
    if (!answer.ok) throw new Error(`the server's time could not be set: ${await answer.text()}`);
  };
  return { target: targetOf(port, "/v1/verify", key), setTime };
}

/** warifu's application with one transaction a request. */
export async function oneEach(
  scope: Scope,
  workers: Workers,
  database: string,
  tokens: number,
): Promise<Served> {
  const key = await fill(scope, database, tokens);
  const worker = workers.start("server");
  const port = await worker.ask<number>({ kind: "each", database });
  const setTime = (now: number): Promise<void> => worker.ask({ kind: "time", now });
  return { target: targetOf(port, "/v1/verify", key), setTime };
}

/** The route that answers at once; in warifu's application where a database is given. */
export async function immediate(workers: Workers, database?: string): Promise<Served> {
  const request = database === undefined ? { kind: "bare" } : { kind: "immediate", database };
  const port = await workers.start("server").ask<number>(request);
  return { target: targetOf(port, "/immediate", CONSTANT_KEY), setTime: () => Promise.resolve() };
}

function targetOf(port: number, path: string, key: string): Served["target"] {
  return { kind: "http", ports: [port], path, headers: [`authorization: Bearer ${key}`] };
}

/**
 * A server under load. Each round every token's present code is sent once, after a share of them with
 * the minute's before; then two minutes pass.
 * @param count requests a round, tokens at most
 */
export function servedSubject(
  [id, name]: readonly [string, string],
  { target, setTime }: Served,
  load: Worker,
  tokens: number,
  count = tokens,
): ServedSubject {
  const serials = shuffled(tokens).map(serialOf);
  let step = Math.floor(Date.now() / 1000 / PERIOD);
  let last: Attempt[] = [];
  const advance = async (): Promise<void> => {
    step += 2;
    await setTime(step * PERIOD + PERIOD / 2);
  };
  const codesAt = (those: readonly string[], at: number): Attempt[] =>
    those
      .filter((serial) => !shownLately(serial, at))
      .map((serial) => ({ serial, code: codeOf(serial, at) }));
  return {
    id,
    name,
    round: async () => {
      await advance();
      last = codesAt(serials.slice(0, count), step);
      const warmUp = codesAt(serials.slice(0, Math.min(WARM_UP, count)), step - 1);
      return sendAll(load, target, warmUp, last);
    },
    again: () => sendAgain(load, target, last),
    race: async (raced) => {
      await advance();
      return race(load, target, codesAt(serials.slice(0, raced), step));
    },
  };
}
