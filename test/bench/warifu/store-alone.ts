import type { Sample, Subject } from "../harness/rounds.js";
import { quantile } from "../harness/stats.js";
import type { Worker, Workers } from "../harness/worker.js";
import type { Driven } from "../load/drive.js";

/** A store in a process of its own, with tokens. */
export interface StoreAlone {
  readonly worker: Worker;
  readonly tokens: number;
  /** Rows of sealed seeds it took in a second. */
  readonly importRate: number;
}

/** @throws Error where this version has no such store */
export async function openAlone(
  workers: Workers,
  database: string,
  tokens: number,
): Promise<StoreAlone> {
  const worker = workers.start("store");
  await worker.ask({ kind: "open", database });
  return {
    worker,
    tokens,
    importRate: await worker.ask<number>({ kind: "import", count: tokens }),
  };
}

/** @param count codes a round */
export function storeSubject(
  [id, name]: readonly [string, string],
  { worker, tokens }: StoreAlone,
  batched: boolean,
  count: number,
): Subject {
  const round = async (): Promise<Sample> => {
    const request = { kind: "round", tokens, count, batched };
    const { accepted, seconds, latencies } = await worker.ask<Driven>(request);
    const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
    return { rate: accepted / seconds, p50, p99 };
  };
  return { id, name, round };
}
