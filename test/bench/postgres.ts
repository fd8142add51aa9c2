// What the PostgreSQL store decides a second, beside pgbench on the same server.
// Run: DATABASE_URL=postgres://… npm run bench:postgres [tokens] [rounds] [seconds]
// A database of its own is made there and dropped; pgbench is the one of the PATH, or of PGBENCH.
import { execFileSync } from "node:child_process";
import { clockOfUnknownHistory } from "../../server/core/clock/prior.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { stateOf } from "../../server/core/decision.js";
import { Batcher } from "../../server/batcher.js";
import { openPostgres } from "../../server/store/postgres.js";
import type { NewToken, Store } from "../../server/store/store.js";
import { onServer } from "../support/postgres.js";
import { median } from "./harness/stats.js";

const CLIENTS = 64;
const SEALED = 48;
const BATCH = 5000;
const CLOCK = clockOfUnknownHistory(0, 1_790_000_000, DEFAULT_POLICY.clock);
const [tokens = 10_000, rounds = 5, seconds = 5] = process.argv.slice(2).map(Number);
const server = process.env.DATABASE_URL;
if (server === undefined) throw new Error("DATABASE_URL names the server to measure");

const serialOf = (index: number): string => String(10_000_000 + index);

async function* newTokens(): AsyncGenerator<NewToken[]> {
  for (let first = 0; first < tokens; first += BATCH) {
    const length = Math.min(BATCH, tokens - first);
    yield await Promise.resolve(
      Array.from({ length }, (_, index) => ({
        ...{ serial: serialOf(first + index), algorithm: 1, start: 0, expiry: 2_000_000_000 },
        ...{ sealedSeed: crypto.getRandomValues(Buffer.alloc(SEALED)), clock: CLOCK },
      })),
    );
  }
}

/** Clients that each ask again as soon as they are answered. @returns decisions a second */
async function decisions(store: Store): Promise<number> {
  const batcher = new Batcher(store);
  const caller = { actor: "key:0123456789ab", source: "192.0.2.1", at: Date.now() };
  const end = performance.now() + seconds * 1000;
  let done = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const serial = serialOf(Math.floor(Math.random() * tokens));
      await batcher.submit({
        about: { serials: [serial], narrow: true },
        decide: (book) => {
          const token = book.token(serial)!;
          book.setToken(serial, { ...stateOf(token), failures: 0, lastStep: token.lastStep + 1 });
          book.record(caller, "verify", "accepted", { serial });
        },
      });
      done++;
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return done / ((performance.now() - begin) / 1000);
}

function pgbench(url: string, ...args: string[]): string {
  return execFileSync(process.env.PGBENCH ?? "pgbench", [...args, url], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

const name = `warifu_bench_${String(process.pid)}`;
await onServer(server, `CREATE DATABASE ${name}`);
const url = new URL(server);
url.pathname = `/${name}`;
try {
  pgbench(url.href, "-i", "-q", "-s", "10");
  const store = await openPostgres(url.href);
  const begin = performance.now();
  const imported = { at: 0, event: "import", result: "imported", serial: undefined };
  await store.importTokens(newTokens(), () => ({
    ...{ ...imported, actor: "bench", source: undefined, detail: {} },
  }));
  const importRate = tokens / ((performance.now() - begin) / 1000);
  const [size] = await onServer(url.href, "SELECT pg_total_relation_size('tokens') AS bytes");
  const results: { store: number; pgbench: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const args = ["-n", "-N", "-M", "prepared", "-c", String(CLIENTS), "-j", "2"];
    const said = pgbench(url.href, ...args, "-T", String(seconds));
    results.push({
      pgbench: Number(/tps = ([\d.]+)/.exec(said)?.[1]),
      store: await decisions(store),
    });
    const { store: decided, pgbench: transactions } = results.at(-1)!;
    console.error(`${decided.toFixed(0)} / ${transactions.toFixed(0)}`);
  }
  await store.close();
  const [audit] = await onServer(
    url.href,
    "SELECT pg_total_relation_size('audit') / count(*) AS bytes FROM audit",
  );
  console.log(
    JSON.stringify({
      tokens,
      importedASecond: Math.round(importRate),
      bytesAToken: Math.round(Number(size!.bytes) / tokens),
      bytesAnAuditRow: Number(audit!.bytes),
      decisionsASecond: Math.round(median(results.map((result) => result.store))),
      transactionsOfPgbench: Math.round(median(results.map((result) => result.pgbench))),
      ratio: Number(median(results.map((r) => r.store / r.pgbench)).toFixed(2)),
    }),
  );
} finally {
  await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`);
}
