import { performance } from "node:perf_hooks";

/** What became of all requests of one list. */
export interface Driven {
  readonly accepted: number;
  readonly refused: number;
  readonly seconds: number;
  /** Milliseconds from sending to the answer, one a request. */
  readonly latencies: number[];
  /** Share of one core that this process used. */
  readonly busy: number;
}

/** Sends one request of a list and tells whether it was accepted. @throws Error for no such answer */
export type Send = (index: number) => Promise<boolean>;

/** Sends each request of a list once; each sender has one under way at a time. */
export async function drive(senders: readonly Send[], count: number): Promise<Driven> {
  const latencies = new Array<number>(count).fill(0);
  let [next, accepted] = [0, 0];
  const used = process.cpuUsage();
  const start = performance.now();
  await Promise.all(
    senders.map(async (send) => {
      while (next < count) {
        const index = next++;
        const sent = performance.now();
        if (await send(index)) accepted++;
        latencies[index] = performance.now() - sent;
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  const busy = (user + system) / 1e6 / seconds;
  return { accepted, refused: count - accepted, seconds, latencies, busy };
}
