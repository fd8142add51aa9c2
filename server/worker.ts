import cluster from "node:cluster";
import type { Policy, Rate } from "./core/policy.js";
import type { Message } from "./gather.js";

/** What a worker tells its parent, but for figures. */
export interface ToParent {
  readonly type: "ready";
  readonly url: string;
}

/** What a parent tells its workers, but for figures. */
export interface ToWorker {
  readonly type: "stop";
}

/** Aborted when this process is to stop: by a signal, or as a worker by its parent's word. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const abort = (): void => {
    stop.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, abort);
  if (cluster.isWorker) {
    process.on("message", (message: ToWorker | Message) => {
      if (message.type === "stop") abort();
    });
  }
  return stop.signal;
}

/** Says where this process listens: to its parent, or to whoever started it. */
export function announce(url: string): void {
  if (cluster.isWorker) process.send?.({ type: "ready", url } satisfies ToParent);
  else process.stderr.write(`warifu server ready at ${url}\n`);
}

/** A policy whose limits of one process add up to the bank's over so many of them. */
export function shareOf(policy: Policy, processes: number): Policy {
  const part = (whole: number): number => Math.ceil(whole / processes);
  const rate = ({ perSecond, atOnce }: Rate): Rate => ({
    perSecond: part(perSecond),
    atOnce: part(atOnce),
  });
  const { hourlyFailures, traffic } = policy;
  return {
    ...policy,
    hourlyFailures: { key: part(hourlyFailures.key), serial: part(hourlyFailures.serial) },
    traffic: {
      key: rate(traffic.key),
      stranger: rate(traffic.stranger),
      wrongKeys: rate(traffic.wrongKeys),
      connections: part(traffic.connections),
      connectionsOfAddress: part(traffic.connectionsOfAddress),
    },
  };
}
