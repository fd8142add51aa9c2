import { quantile } from "../harness/stats.js";
import type { Sample } from "../harness/rounds.js";
import type { Worker } from "../harness/worker.js";
import type { Driven } from "./drive.js";

/** Requests under way at a time, in all benches. */
export const CONCURRENCY = 64;
/** How often one code is sent at once in a race. */
export const COPIES = 8;

/** One code of one token. */
export interface Attempt {
  readonly serial: string;
  readonly code: string;
}

/** Where attempts are sent. */
export type Target =
  | {
      readonly kind: "http";
      /** One a process that serves; connections are dealt out to them. */
      readonly ports: readonly number[];
      readonly path: string;
      /** Whole header lines. */
      readonly headers: readonly string[];
    }
  | { readonly kind: "radius"; readonly port: number; readonly secret: string };

export type LoadRequest =
  | {
      readonly kind: "send";
      readonly target: Target;
      readonly warmUp: readonly Attempt[];
      readonly list: readonly Attempt[];
      readonly concurrency: number;
    }
  | {
      readonly kind: "race";
      readonly target: Target;
      readonly list: readonly Attempt[];
      readonly copies: number;
    };

/** How often each code of a race was accepted. */
export type RaceResult = number[];

/** Sends a list; every attempt of it must be accepted. @throws Error where one was not */
export async function sendAll(
  worker: Worker,
  target: Target,
  warmUp: readonly Attempt[],
  list: readonly Attempt[],
): Promise<Sample> {
  const request: LoadRequest = { kind: "send", target, warmUp, list, concurrency: CONCURRENCY };
  const { accepted, seconds, latencies, busy } = await worker.ask<Driven>(request);
  if (accepted !== list.length) {
    throw new Error(`${String(list.length - accepted)} right codes were refused`);
  }
  const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
  return { rate: list.length / seconds, p50, p99, senderBusy: busy };
}

/** Sends a list of codes that were all used before. @returns how many were accepted again */
export async function sendAgain(
  worker: Worker,
  target: Target,
  list: readonly Attempt[],
): Promise<number> {
  const request: LoadRequest = { kind: "send", target, warmUp: [], list, concurrency: CONCURRENCY };
  return (await worker.ask<Driven>(request)).accepted;
}

/** Sends each code eight times at once. */
export async function race(
  worker: Worker,
  target: Target,
  list: readonly Attempt[],
): Promise<RaceResult> {
  const request: LoadRequest = { kind: "race", target, list, copies: COPIES };
  return worker.ask<RaceResult>(request);
}
