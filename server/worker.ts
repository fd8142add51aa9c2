import cluster from "node:cluster";
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
