import cluster from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { InputError } from "../firmware/seedfile/input-error.js";
import { figuresOfAll } from "./gather.js";
import { buildApp, type Parts } from "./http/app.js";
import { Metrics } from "./http/metrics.js";
import { serverAt, takeOver } from "./provenance.js";
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
 * Serves until it is told to stop, then answers what came in, and is over once the store is closed: also
 * where it cannot start, since what is left open would keep the process from ending.
 * @throws InputError where it cannot listen, StoreUnavailable
 */
export async function runServer(settings: ServerSettings, stop: AbortSignal): Promise<void> {
  const { store, now, drain, mail } = settings;
  const metrics = new Metrics(store, now, cluster.isWorker ? figuresOfAll : undefined);
  const app = await buildApp({ ...settings, metrics, leaving: stop });
  try {
    app.log.info({ version: VERSION, store: store.kind, mail: mail !== undefined }, "starting");
    await openDataKeys(settings, app.log);
    await refuseShownCodes(settings, app.log);
    announce(await listen(app, settings));
    await aborted(stop);
    app.log.info({ drain }, "stopping: what came in is answered");
    await sleep(drain);
  } finally {
    await app.close();
  }
  app.log.info("stopped");
}

/** @returns the URL @throws InputError where it cannot */
async function listen(app: FastifyInstance, { host, port }: ServerSettings): Promise<string> {
  return app.listen({ host, port }).catch((error: unknown) => {
    throw new InputError("--host or --port", `cannot listen: ${(error as Error).message}`);
  });
}

/** Where the database was put back from a backup. */
async function refuseShownCodes(
  { store, now }: ServerSettings,
  log: Pick<FastifyBaseLogger, "warn">,
): Promise<void> {
  const restoredAt = await takeOver(store, serverAt(now));
  if (restoredAt === undefined) return;
  const at = new Date(restoredAt * 1000).toISOString();
  log.warn({ restoredAt: at }, "codes that tokens showed before the restore are refused");
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
