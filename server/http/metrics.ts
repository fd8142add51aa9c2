import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AuditEntry } from "../core/audit.js";
import { SlowFigure } from "../slow-figure.js";
import type { Store } from "../store/store.js";
import { VERSION } from "../version.js";

/** Seconds: from a commit to a fast disk up to what nobody waits for. */
const TIMES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/**
 * What a server counts and times, for Prometheus. No label holds a serial, a user, a contract, a key or
 * an address. https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #gather: () => Promise<string>;
  readonly #verifications = this.#counter(
    "warifu_verifications_total",
    "Codes decided, by what came of them",
    ["result"],
  );
  readonly #acts = this.#counter(
    "warifu_acts_total",
    "All else that decisions wrote into the audit: registrations, locks, logins",
    ["event", "result"],
  );
  readonly #sizes = this.#histogram("warifu_batch_size", "Decisions in one transaction", SIZES);
  readonly #queued = this.#histogram(
    "warifu_batch_queue_seconds",
    "How long a batch's first decision had waited",
    TIMES,
  );
  readonly #commits = this.#histogram(
    "warifu_batch_commit_seconds",
    "From a batch's begin until it was durable, or had failed",
    TIMES,
  );
  readonly #requests = this.#histogram(
    "warifu_http_request_duration_seconds",
    "Requests answered, by their route's pattern",
    TIMES,
    ["method", "route", "status"],
  );

  /**
   * @param now Unix milliseconds
   * @param gather makes the text that is told out of this process's figures, and maybe others'
   */
  constructor(
    store: Store,
    now: () => number,
    gather = (own: Registry) => (): Promise<string> => own.metrics(),
  ) {
    this.#gather = gather(this.registry);
    collectDefaultMetrics({ register: this.registry });
    this.#told("warifu_build_info", "This server's version and store", ["version", "store"]).set(
      { version: VERSION, store: store.kind },
      1,
    );
    const tokens = new SlowFigure(() => store.countTokens(now() / 1000));
    this.#told(
      "warifu_tokens",
      "Tokens by state, counted once a minute",
      ["state"],
      async (each) => {
        each.reset();
        for (const [state, count] of Object.entries((await tokens.read(now())) ?? {})) {
          each.set({ state }, count);
        }
      },
    );
    const mails = new SlowFigure(() => store.countMails());
    this.#told("warifu_mails", "Mails that wait or were given up", ["state"], async (each) => {
      each.reset();
      const count = await mails.read(now());
      if (!count) return;
      each.set({ state: "waiting" }, count.waiting);
      each.set({ state: "given_up" }, count.givenUp);
    });
  }

  /** All figures as a text, and its media type. */
  async text(): Promise<{ readonly type: string; readonly text: string }> {
    return { type: this.registry.contentType, text: await this.#gather() };
  }

  onBatch(size: number, queuedMs: number, commitMs: number): void {
    this.#sizes.observe(size);
    this.#queued.observe(queuedMs / 1000);
    this.#commits.observe(commitMs / 1000);
  }

  /** Counts what a decision has written into the audit. */
  onEntries(entries: readonly AuditEntry[]): void {
    for (const { event, result } of entries) {
      if (event === "verify") this.#verifications.inc({ result });
      else this.#acts.inc({ event, result });
    }
  }

  /** Times each answer. A path that is none's is not told: it may hold anything. */
  timeRequests(app: FastifyInstance): void {
    app.addHook("onResponse", (request, reply, done) => {
      const { method, routeOptions } = request;
      const labels = { method, route: routeOptions.url ?? "none", status: reply.statusCode };
      this.#requests.observe(labels, reply.elapsedTime / 1000);
      done();
    });
  }

  /** Whether the store can be read and written, as last seen. */
  tellStore(up: () => boolean): void {
    this.#told("warifu_store_up", "Whether the store can be read and written", [], (each) => {
      each.set(up() ? 1 : 0);
    });
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, buckets: number[], labelNames: string[] = []): Histogram {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.registry] });
  }

  /** A figure that every process over one store tells alike: of several, the highest is taken. */
  #told(
    name: string,
    help: string,
    labelNames: string[],
    collect?: (each: Gauge) => void | Promise<void>,
  ): Gauge {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      aggregator: "max" as const,
      ...(collect && { collect: () => collect(gauge) }),
    });
    return gauge;
  }
}
