import cluster, { type Worker } from "node:cluster";
import { AggregatorRegistry, type Registry } from "prom-client";
import { Problem } from "./http/problem.js";

/** Milliseconds for a worker to tell its figures; one that is busy for longer is left out. */
const PATIENCE = 2_000;
/** Milliseconds for the parent to tell all of them, after it has waited for a worker. */
const PARENTS_PATIENCE = 2 * PATIENCE;

type Figures = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/** What goes between a parent and its workers about figures; others use the channel too. */
export type Message =
  | { readonly type: "figures?"; readonly id: number }
  | { readonly type: "figures"; readonly id: number; readonly figures: Figures }
  | { readonly type: "all figures?"; readonly id: number }
  | { readonly type: "all figures"; readonly id: number; readonly text: string };

/** In the parent: tells any worker that asks the figures of all of them together. */
export function gatherFigures(): void {
  let last = 0;
  let gathering: Promise<string> | undefined;
  const gather = async (): Promise<string> => {
    last += 1;
    const workers = Object.values(cluster.workers ?? {});
    const figures = await Promise.all(workers.map((worker) => figuresOf(worker!, last)));
    gathering = undefined;
    return AggregatorRegistry.aggregate(figures).metrics();
  };
  cluster.on("message", (worker, { type, ...message }: Message) => {
    if (type !== "all figures?") return;
    gathering ??= gather();
    void gathering.then((text) => {
      if (worker.isConnected()) worker.send({ ...message, type: "all figures", text });
    });
  });
}

async function figuresOf(worker: Worker, id: number): Promise<Figures> {
  if (!worker.isConnected()) return [];
  return new Promise((resolve) => {
    const end = (figures: Figures): void => {
      clearTimeout(timer);
      worker.off("message", hear);
      resolve(figures);
    };
    const hear = (message: Message): void => {
      if (message.type === "figures" && message.id === id) end(message.figures);
    };
    const timer = setTimeout(end, PATIENCE, []);
    worker.on("message", hear);
    worker.send({ type: "figures?", id } satisfies Message);
  });
}

/**
 * In a worker: tells its own figures when the parent asks for them.
 * @returns what asks for those of all workers, as one text; it throws Problem where the parent is silent
 */
export function figuresOfAll(own: Registry): () => Promise<string> {
  let last = 0;
  const waiting = new Map<number, (text: string) => void>();
  const tell = (message: Message): void => {
    if (process.connected) process.send?.(message);
  };
  process.on("message", (message: Message) => {
    const { type, id } = message;
    if (type === "figures?") {
      void own.getMetricsAsJSON().then((figures) => {
        tell({ type: "figures", id, figures });
      });
    } else if (type === "all figures") {
      waiting.get(id)?.(message.text);
      waiting.delete(id);
    }
  });
  return async () =>
    new Promise((resolve, reject) => {
      const id = ++last;
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Problem("unavailable", { detail: "the parent process does not answer" }));
      }, PARENTS_PATIENCE);
      waiting.set(id, (text) => {
        clearTimeout(timer);
        resolve(text);
      });
      tell({ type: "all figures?", id });
    });
}
