import { codeOf, PERIOD, serialOf } from "../harness/codes.js";
import type { Subject } from "../harness/rounds.js";
import type { Workers, Worker } from "../harness/worker.js";
import { type Attempt, race, type RaceResult, sendAll, type Target } from "../load/load.js";

const TOKENS = 10_000;
const WARM_UP = 100;
const ROUND = 500;

interface Racer {
  readonly name: string;
  readonly run: (tokens: number) => Promise<RaceResult>;
}

/** A naive server; and for its race a second one over the same file, as soon as one is not enough. */
export async function naive(
  workers: Workers,
  load: Worker,
  library: "otplib" | "otpauth",
  database: string,
  key: string,
): Promise<{ readonly subject: Subject; readonly races: readonly Racer[] }> {
  const start = (tokens: number): Promise<number> =>
    workers.start("naive").ask<number>({ library, database, key, tokens });
  const ports = [await start(TOKENS), await start(0)];
  const targetOf = (those: readonly number[]): Target => ({
    kind: "http",
    ports: those,
    path: "/verify",
    headers: [`authorization: Bearer ${key}`],
  });
  let next = 0;
  const take = (count: number): Attempt[] => {
    const step = Math.floor(Date.now() / 1000 / PERIOD);
    return Array.from({ length: count }, () => {
      const serial = serialOf(next++ % TOKENS);
      return { serial, code: codeOf(serial, step) };
    });
  };
  const name = `naive ${library} + Fastify + SQLite`;
  const one = targetOf([ports[0]!]);
  return {
    subject: {
      id: library,
      name,
      round: () => sendAll(load, one, take(WARM_UP), take(ROUND)),
    },
    races: [
      { name: `${name}, one process`, run: (tokens) => race(load, one, take(tokens)) },
      {
        name: `${name}, two processes`,
        run: (tokens) => race(load, targetOf(ports), take(tokens)),
      },
    ],
  };
}
