import type { KeyObject } from "node:crypto";
import swagger from "@fastify/swagger";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import { encodeAuditLine } from "../audit-file.js";
import { AuditSigner } from "../audit-signer.js";
import { Batcher } from "../batcher.js";
import { DEFAULT_POLICY, type Policy } from "../core/policy.js";
import { ExpiryWatch } from "../expiry-watch.js";
import { serverAt, takeOver } from "../provenance.js";
import type { Store } from "../store/store.js";
import { StoreWatch } from "../store-watch.js";
import { Clerk } from "../clerk.js";
import { TokenService } from "../token-service.js";
import type { Vault } from "../vault.js";
import { BankService } from "../bank-service.js";
import { Mailer, type MailRoute } from "../mailer.js";
import { type PasswordCost, Passwords } from "../passwords.js";
import { Sessions } from "../sessions.js";
import { addPages } from "../web/pages.js";
import { addAuditRoutes } from "./audit-routes.js";
import { Gate } from "./auth.js";
import { closeInTime } from "./closing.js";
import { limitConnections } from "./connections.js";
import { addHealthRoutes } from "./health-routes.js";
import { addBranchApi } from "./branch-routes.js";
import { addImportRoutes } from "./import-routes.js";
import { bareInstance, REQUEST_LIMITS, type RequestLimits } from "./instance.js";
import { Metrics } from "./metrics.js";
import { NO_QUERY } from "./schemas.js";
import type { TestClock } from "./test-clock.js";
import { renewTls, type Tls } from "./tls.js";
import { addTokenRoutes } from "./token-routes.js";
import { Traffic } from "./traffic.js";
import { addUserApi } from "./user-routes.js";

/** What a server stands on. Time is passed in. */
export interface Parts {
  readonly store: Store;
  readonly vault: Vault;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Where `now` is a test's to set. */
  readonly testClock?: TestClock | undefined;
  readonly logger?: FastifyServerOptions["logger"];
  /** Where notices are mailed to; without it none is sent, and the audit says so. */
  readonly mail?: MailRoute | undefined;
  /** What the audit's checkpoints are signed with, each hour; without it whoever has the key signs. */
  readonly auditKey?: KeyObject | undefined;
  /** What the bank has set otherwise than by default. */
  readonly policy?: Policy;
  /** Whether the branch's pages are served too; a process that customers reach needs none. */
  readonly branchPages?: boolean;
  /** How many requests may wait to be decided; more are answered 503. */
  readonly mostWaiting?: number | undefined;
  /** What hashing a password costs. */
  readonly passwordCost?: PasswordCost;
  /** Addresses of proxies whose word for a caller's own address is taken. */
  readonly trustProxy?: string[];
  /** What one request may take, otherwise than by default. */
  readonly limits?: Partial<RequestLimits>;
  /** What it speaks TLS with; plain HTTP without. */
  readonly tls?: Tls | undefined;
  /** Aborted once the server is to be sent no more requests, some time before it is closed. */
  readonly leaving?: AbortSignal;
  /** What is told at /metrics; this process's own figures where it is not given. */
  readonly metrics?: Metrics;
}

/**
 * The API, the pages and what is done beside them, ready to listen. Closing it answers what came in, then
 * closes the store; where it cannot be built, all is closed too.
 */
export async function buildApp(parts: Parts): Promise<FastifyInstance> {
  const { store, logger = false, trustProxy = [], tls } = parts;
  const limits = { ...REQUEST_LIMITS, ...parts.limits };
  const app = bareInstance({ logger, trustProxy, limits, tls: tls?.options });
  // Hooks of closing run from the last to the first.
  app.addHook("onClose", () => store.close());
  try {
    await furnish(app, parts);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function furnish(app: FastifyInstance, parts: Parts): Promise<void> {
  const { store, vault, now, passwordCost, mail } = parts;
  const { policy = DEFAULT_POLICY, branchPages = true } = parts;
  const { metrics = new Metrics(store, now) } = parts;
  limitConnections(app.server, policy.traffic);
  if (parts.tls) renewTls(app, parts.tls);
  metrics.timeRequests(app);
  const batcher = new Batcher(store, parts.mostWaiting, (size, queuedMs, commitMs) => {
    metrics.onBatch(size, queuedMs, commitMs);
  });
  const clerk = new Clerk(batcher, vault, policy, mail !== undefined, (entries) => {
    metrics.onEntries(entries);
  });
  const watch = watchStore(app, parts, metrics);
  if (mail) sendNotices(app, clerk, mail, now);
  if (parts.auditKey) signHourly(app, store, parts.auditKey, now);
  const leaving = closeInTime(app, parts.leaving);
  // No cache may keep a bank's pages and answers.
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    done(null, payload);
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "warifu", version: "1", description: "Verifies hardware tokens' codes." },
      components: { securitySchemes: { apiKey: { type: "http", scheme: "bearer" } } },
    },
  });
  const tokens = new TokenService(clerk);
  const passwords = new Passwords(passwordCost);
  const bank = new BankService(clerk, passwords);
  const sessions = new Sessions(clerk, passwords);
  const traffic = new Traffic(policy.traffic);
  const gate = new Gate(app, store, traffic);
  // In a scope of their own: the routes are there once the documentation listens to them.
  await app.register((routes, _options, done) => {
    addHealthRoutes(routes, watch, leaving, metrics);
    parts.testClock?.addTo(routes);
    routes.addHook("onRoute", ({ url, schema }) => {
      if (url.startsWith("/v1/") && schema) schema.querystring ??= NO_QUERY;
    });
    addTokenRoutes(routes, tokens, store, gate, now);
    addUserApi(routes, bank, tokens, gate, now);
    addBranchApi(routes, bank, store, gate, now);
    addImportRoutes(routes, store, gate, vault, now, tokens.clerk.policy.clock);
    addAuditRoutes(routes, store, gate);
    done();
  });
  const pages = { store, clerk, bank, sessions, traffic, now };
  await app.register((routes) => addPages(routes, pages, branchPages));
}

function watchStore(app: FastifyInstance, { store, now }: Parts, metrics: Metrics): StoreWatch {
  // It may be put back from a backup, or a standby take over, so quickly that no look finds it away.
  const watch = new StoreWatch(store, app.log, () => takeOver(store, serverAt(now)));
  metrics.tellStore(() => watch.up);
  watch.start();
  app.addHook("onClose", () => watch.stop());
  return watch;
}

/** Signs the audit; each checkpoint is logged whole, so that it is kept where the log is. */
function signHourly(app: FastifyInstance, store: Store, key: KeyObject, now: () => number): void {
  const signer = new AuditSigner(
    store,
    key,
    now,
    (checkpoint) => {
      const line = encodeAuditLine({ kind: "checkpoint", checkpoint });
      app.log.info({ checkpoint: line }, "the audit is signed");
    },
    (problem) => {
      app.log.error({ problem }, "the audit could not be signed; it waits");
    },
  );
  signer.start();
  app.addHook("onClose", () => signer.stop());
}

/** Sends what waits to be mailed, and has users told whose tokens expire soon. */
function sendNotices(app: FastifyInstance, clerk: Clerk, mail: MailRoute, now: () => number): void {
  const mailer = new Mailer(clerk.store, mail, (problem) => {
    app.log.error({ problem }, "mails could not be sent; they wait");
  });
  const watch = new ExpiryWatch(clerk, now, (problem) => {
    app.log.error({ problem }, "expiry notices could not be written; they wait");
  });
  mailer.start();
  watch.start();
  app.addHook("onClose", async () => {
    await watch.stop();
    await mailer.stop();
  });
}
