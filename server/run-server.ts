import cluster from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import { InputError } from "../firmware/seedfile/input-error.js";
import { figuresOfAll } from "./gather.js";
import { buildApp, type Parts } from "./http/app.js";
import { Metrics } from "./http/metrics.js";
import { takeOver } from "./provenance.js";
import { VERSION } from "./version.js";
import { announce } from "./worker.js";

/** Where a server listens, and what it stands on. */
export interface ServerSettings extends Omit<Parts, "leaving" | "metrics"> {
  readonly host: string;
  readonly port: number;
  /** Milliseconds between the word to stop and the closing, in which all is still served. */
  readonly drain: number;
}

/**
 * Serves until it is told to stop, then answers what came in, and is over once the store is closed.
 * @throws InputError where it cannot listen
 */
export async function runServer(settings: ServerSettings, stop: AbortSignal): Promise<void> {
  const { host, port, drain, ...parts } = settings;
  const metrics = new Metrics(parts.store, parts.now, cluster.isWorker ? figuresOfAll : undefined);
  const app = await buildApp({ ...parts, metrics, leaving: stop });
  const { kind } = parts.store;
  app.log.info({ version: VERSION, store: kind, mail: parts.mail !== undefined }, "starting");
  await openDataKeys(settings, app.log);
  const restoredAt = await takeOver(parts.store, parts.now(), "server").catch(
    async (error: unknown) => {
      await app.close();
      throw error;
    },
  );
  if (restoredAt !== undefined) {
    const at = new Date(restoredAt * 1000).toISOString();
    app.log.warn({ restoredAt: at }, "codes that tokens showed before the restore are refused");
  }
  const url = await app.listen({ host, port }).catch(async (error: unknown) => {
    await app.close();
    throw new InputError("--port", `cannot listen: ${(error as Error).message}`);
  });
  announce(url);
  await aborted(stop);
  app.log.info({ drain }, "stopping: what came in is answered");
  await sleep(drain);
  await app.close();
  app.log.info("stopped");
  cluster.worker?.disconnect();
}

/** All of them, so that the first code of each token costs no more than others, and needs no KMS. */
async function openDataKeys(
  { vault }: ServerSettings,
  log: Pick<FastifyBaseLogger, "error">,
): Promise<void> {
  for (const [dataKey, problem] of await vault.fetchAll()) {
    log.error({ dataKey, problem }, "a data key cannot be opened: its tokens are answered 503");
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => {
    signal.addEventListener("abort", resolve);
  });
}
