import cluster from "node:cluster";
import type { KeyObject } from "node:crypto";
import type { Command } from "commander";
import fastify from "fastify";
import { InputError } from "../firmware/seedfile/input-error.js";
import { readAuditKey } from "./audit-signer.js";
import { DB, POLICY } from "./command-output.js";
import { TestClock } from "./http/test-clock.js";
import { shareOf } from "./core/policy.js";
import { masterKeysFrom } from "./keys/master-keys.js";
import { tlsOf } from "./http/tls.js";
import { mailRoute } from "./mailer.js";
import { openStore, openVault } from "./open.js";
import { readPolicy } from "./policy-file.js";
import { runServer } from "./run-server.js";
import { announce, stopSignal } from "./worker.js";
import { Workers } from "./workers.js";

interface ServeOptions {
  port: string;
  host: string;
  db?: string;
  logLevel: string;
  trustProxy?: string;
  mail?: string;
  mailFrom: string;
  policy?: string;
  auditKey?: string;
  branchPages: boolean;
  testClock?: boolean;
  workers: string;
  drain: string;
  tlsCert?: string;
  tlsKey?: string;
  tlsClientCa?: string;
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"];

/** `warifu serve`. */
export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("serve the API that verifies codes, and the bank's pages")
    .option("--port <port>", "TCP port; 0 for any free one", "8390")
    .option("--host <host>", "address to bind", "127.0.0.1")
    .option(...DB)
    .option("--tls-cert <file>", "certificate to speak TLS with, and its chain, PEM")
    .option("--tls-key <file>", "its private key, PEM")
    .option("--tls-client-ca <file>", "who signs callers' certificates, PEM; each must present one")
    .option("--workers <count>", "processes behind the port; more than one need PostgreSQL", "1")
    .option("--drain <seconds>", "how long a signal to stop is told before closing", "0")
    .option("--trust-proxy <addresses>", "proxies whose X-Forwarded-For is taken, comma-separated")
    .option(
      "--mail <url>",
      "smtp://HOST:PORT that notices are sent by (default: WARIFU_MAIL; none)",
    )
    .option("--mail-from <address>", "whom notices are from", "warifu@localhost")
    .option(...POLICY)
    .option(
      "--audit-key <file>",
      "Ed25519 private key, PEM, that signs the audit each hour (or WARIFU_AUDIT_KEY_FILE)",
    )
    .option(
      "--test-clock",
      "the time stands and is set by PUT /test-clock; refused outside of tests",
    )
    .option("--no-branch-pages", "leave the branch's pages out, where customers reach the server")
    .option("--log-level <level>", "trace, debug, info, warn, error or silent", "info")
    .action(async (options: ServeOptions) => {
      // A worker that holds on to its parent does not end.
      await serve(options).finally(() => cluster.worker?.disconnect());
    });
}

async function serve(options: ServeOptions): Promise<void> {
  const { host, logLevel, branchPages } = options;
  // It would listen on all addresses.
  if (host === "") throw new InputError("--host", "must be an address");
  const port = numberOf("--port", options.port, 0, 65535);
  const workers = numberOf("--workers", options.workers, 1, 64);
  const drain = numberOf("--drain", options.drain, 0, 600) * 1000;
  if (!LOG_LEVELS.includes(logLevel)) {
    throw new InputError("--log-level", "must be trace, debug, info, warn, error or silent");
  }
  const trustProxy = proxiesOf(options.trustProxy);
  const tls = tlsOf(options);
  const policy = shareOf(readPolicy(options.policy, process.env), workers);
  const testClock = options.testClock ? new TestClock(process.env) : undefined;
  const mail = mailRoute(options.mail, options.mailFrom, process.env);
  const auditKey = auditKeyOf(options.auditKey, process.env);
  const masters = masterKeysFrom(process.env);
  const store = await openStore(options.db, process.env, { mayBeNew: true });
  const vault = await openVault(store, masters).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const logger = { level: logLevel };
  if (workers > 1 && cluster.isPrimary) {
    await store.close();
    if (store.kind === "sqlite") {
      throw new InputError("--workers", "more than one need PostgreSQL: SQLite has one writer");
    }
    // The same lines as the workers'.
    const { log } = fastify({ logger });
    process.exitCode = await new Workers(workers, log, announce).run(stopSignal());
    return;
  }
  const now = testClock ? (): number => testClock.now : Date.now;
  const set = { trustProxy, mail, policy, auditKey, branchPages, testClock, tls };
  const settings = { host, port, drain, store, vault, now, logger, ...set };
  await runServer(settings, stopSignal());
}

/** @throws InputError where they are none that the server would take */
function proxiesOf(stated: string | undefined): string[] {
  const trustProxy = stated?.split(",").map((part) => part.trim()) ?? [];
  try {
    fastify({ trustProxy });
  } catch {
    throw new InputError("--trust-proxy", "must be addresses or networks, as 10.0.0.0/8");
  }
  return trustProxy;
}

/** @throws InputError */
function auditKeyOf(
  option: string | undefined,
  environment: NodeJS.ProcessEnv,
): KeyObject | undefined {
  const field = option === undefined ? "WARIFU_AUDIT_KEY_FILE" : "--audit-key";
  const file = option ?? environment.WARIFU_AUDIT_KEY_FILE;
  return file === undefined ? undefined : readAuditKey(file, field);
}

/** @throws InputError */
function numberOf(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new InputError(option, `must be a number from ${String(least)} to ${String(most)}`);
}
