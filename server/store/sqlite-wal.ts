import { Worker } from "node:worker_threads";
import type Database from "better-sqlite3";
import { driverPath } from "./sqlite-driver.js";

/** Commits from one checkpoint to the next. */
const COMMITS = 200;
/** Pages of the log beyond which it is begun anew, for which writers have to wait for a moment. */
const LONG_LOG = 65_536;
/** Pages beyond which a commit makes a checkpoint itself: the thread cannot keep up, or is gone. */
const LONGEST_LOG = 4 * LONG_LOG;

/**
 * What the thread runs, on a connection of its own: a checkpoint for each message. What it cannot copy
 * stays in the log until the next one.
 */
const PROGRAM = `
const { parentPort, workerData } = require("node:worker_threads");
const db = new (require(workerData.driver))(workerData.path, { timeout: 1000 });
parentPort.on("message", () => {
  try {
    const [{ log }] = db.pragma("wal_checkpoint(PASSIVE)");
    if (log > ${String(LONG_LOG)}) db.pragma("wal_checkpoint(RESTART)");
  } catch {}
  parentPort.postMessage("done");
});`;

/** Copies the write-ahead log into the database beside the work, so that no commit waits for it. */
export interface LogCopier {
  /** To be called after each commit. */
  readonly committed: () => void;
  readonly close: () => Promise<void>;
}

/**
 * The thread starts with the first checkpoint: a short command needs none. It is not started again: where it
 * cannot be had or has ended, commits make their own checkpoints, now and then.
 */
export function logCopier(db: Database.Database): LogCopier {
  if (db.memory) return { committed: () => undefined, close: () => Promise.resolve() };
  db.pragma(`wal_autocheckpoint = ${String(LONGEST_LOG)}`);
  let worker: Worker | undefined;
  let commits = 0;
  const start = (): Worker => {
    const workerData = { driver: driverPath(), path: db.name };
    const started = new Worker(PROGRAM, { eval: true, workerData });
    started.unref();
    started.on("message", () => {
      commits = 0;
    });
    started.on("error", () => undefined);
    return started;
  };
  return {
    committed: () => {
      commits += 1;
      if (commits !== COMMITS) return;
      try {
        worker ??= start();
        worker.postMessage("checkpoint");
      } catch {
        // What was committed stays so even where no thread can be started.
      }
    },
    close: async () => {
      await worker?.terminate();
    },
  };
}
