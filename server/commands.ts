import { statSync } from "node:fs";
import type { Command } from "commander";
import { InputError } from "../firmware/seedfile/input-error.js";
import { readKeyFile } from "../firmware/seedfile/key-file.js";
import { Progress } from "../firmware/seedfile/progress.js";
import { fileChunks, SeedReader } from "../firmware/seedfile/read.js";
import type { Seed } from "../firmware/seedfile/seed.js";
import { issueApiKey, revokeApiKey } from "./api-keys.js";
import { addAuditCommands } from "./audit-commands.js";
import { addBranchCommands } from "./branch-commands.js";
import { operator, print, type StoreOptions } from "./command-output.js";
import { buildApp } from "./http/app.js";
import { TestClock } from "./http/test-clock.js";
import { importSeeds, SerialConflict, signatureOf } from "./import-seeds.js";
import { mailRoute } from "./mailer.js";
import { openStore, openVault } from "./open.js";
import { type KeyScope, KEY_SCOPES, SerialTwice, type Store } from "./store/store.js";
import { readPolicy } from "./policy-file.js";
import { masterKeyFrom } from "./vault.js";

interface ServeOptions {
  port: string;
  host: string;
  db?: string;
  logLevel: string;
  trustProxy?: string;
  mail?: string;
  mailFrom: string;
  policy?: string;
  branchPages: boolean;
  testClock?: boolean;
}

const DB = ["--db <url>", "sqlite:PATH (default: WARIFU_DB, else sqlite:warifu.db)"] as const;
const JSON_OUTPUT = ["--json", "the result as JSON"] as const;

/** Commands for a bank's backend. */
export function addServerCommands(program: Command): void {
  program
    .command("serve")
    .description("serve the API that verifies codes")
    .option("--port <port>", "TCP port; 0 for any free one", "8390")
    .option("--host <host>", "address to bind", "127.0.0.1")
    .option(...DB)
    .option("--trust-proxy <addresses>", "proxies whose X-Forwarded-For is taken, comma-separated")
    .option(
      "--mail <url>",
      "smtp://HOST:PORT that notices are sent by (default: WARIFU_MAIL; none)",
    )
    .option("--mail-from <address>", "whom notices are from", "warifu@localhost")
    .option(
      "--policy <file>",
      "JSON of what the bank's rules have other than by default (or WARIFU_POLICY)",
    )
    .option(
      "--test-clock",
      "the time stands and is set by PUT /test-clock; refused outside of tests",
    )
    .option("--no-branch-pages", "leave the branch's pages out, where customers reach the server")
    .option("--log-level <level>", "trace, debug, info, warn, error or silent", "info")
    .action(serve);
  program
    .command("import <file>")
    .description("import a seed file, all or nothing; importing it again changes nothing")
    .option(...DB)
    .option("--key-file <file>", "what opens the seed file")
    .option("--dry-run", "check everything and print what would be new; store nothing")
    .option(...JSON_OUTPUT)
    .action(runImport);
  addBranchCommands(program);
  addAuditCommands(program);
  const keys = program.command("apikey").description("keys for callers of the API");
  keys
    .command("create")
    .description("make a key and print it, once")
    .requiredOption("--scope <scope>", KEY_SCOPES.join(", "))
    .option(...DB)
    .option(...JSON_OUTPUT)
    .action(createKey);
  keys
    .command("list")
    .description("list the keys: ids and scopes, no secrets")
    .option(...DB)
    .option(...JSON_OUTPUT)
    .action(listKeys);
  keys
    .command("revoke <id>")
    .description("revoke a key at once")
    .option(...DB)
    .option(...JSON_OUTPUT)
    .action(revokeKey);
}

async function serve(options: ServeOptions): Promise<void> {
  const port = /^\d{1,5}$/.test(options.port) ? Number(options.port) : NaN;
  if (!(port <= 65535)) throw new InputError("--port", "must be a number from 0 to 65535");
  if (!["trace", "debug", "info", "warn", "error", "silent"].includes(options.logLevel)) {
    throw new InputError("--log-level", "must be trace, debug, info, warn, error or silent");
  }
  const policy = readPolicy(options.policy, process.env);
  const testClock = options.testClock ? new TestClock(process.env) : undefined;
  const mail = mailRoute(options.mail, options.mailFrom, process.env);
  const masterKey = masterKeyFrom(process.env);
  const store = openStore(options.db, process.env);
  const vault = await openVault(store, masterKey);
  const logger = { level: options.logLevel };
  const trustProxy = options.trustProxy?.split(",") ?? [];
  const { branchPages } = options;
  const now = testClock ? (): number => testClock.now : Date.now;
  const set = { trustProxy, mail, policy, branchPages, testClock };
  const app = await buildApp({ store, vault, now, logger, ...set });
  const url = await app.listen({ host: options.host, port }).catch(async (error: unknown) => {
    await app.close();
    throw new InputError("--port", `cannot listen: ${(error as Error).message}`);
  });
  process.stderr.write(`warifu server ready at ${url}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void app.close());
}

async function runImport(
  file: string,
  options: StoreOptions & { keyFile?: string; dryRun?: boolean },
): Promise<void> {
  const masterKey = masterKeyFrom(process.env);
  const key = options.keyFile === undefined ? undefined : readKeyFile(options.keyFile);
  const { dryRun = false } = options;
  const onNew = (seed: Seed): void => {
    if (dryRun && !options.json) process.stdout.write(`+ ${seed.serial} ${seed.algorithm}\n`);
  };
  await withStore(options, async (store) => {
    const vault = await openVault(store, masterKey);
    const caller = { actor: operator(), source: undefined, at: Date.now() };
    const progress = new Progress("import", fileSize(file));
    const bytes = (count: number): void => {
      progress.add(count);
    };
    const seeds = new SeedReader(fileChunks(file, bytes), key);
    const result = await importSeeds(store, vault, seeds, caller, { dryRun, onNew })
      .catch((error: unknown) => {
        if (!(error instanceof SerialConflict) && !(error instanceof SerialTwice)) throw error;
        throw new InputError("seed file", error.message);
      })
      .finally(() => {
        progress.stop();
      });
    const signature = signatureOf(seeds);
    if (seeds.signed)
      process.stderr.write("the seed file is signed; the signature was not verified\n");
    const verb = dryRun ? "tokens to import" : "tokens imported";
    const text = `${verb}: ${String(result.imported)}, unchanged: ${String(result.unchanged)}`;
    print(options, { ...result, dryRun, signature }, text);
  });
}

function fileSize(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    throw new InputError("seed file", `${path} cannot be read`);
  }
}

async function createKey(options: StoreOptions & { scope: string }): Promise<void> {
  const scope = KEY_SCOPES.find((known) => known === options.scope);
  if (!scope) throw new InputError("--scope", `must be one of ${KEY_SCOPES.join(", ")}`);
  await withStore(options, async (store) => {
    const issued = await issueApiKey(store, scope satisfies KeyScope, operator(), Date.now());
    print(options, issued, issued.key);
  });
}

async function listKeys(options: StoreOptions): Promise<void> {
  await withStore(options, async (store) => {
    const keys = (await store.listApiKeys()).map(({ id, scope, createdAt, revokedAt }) => ({
      id,
      scope,
      createdAt: new Date(createdAt).toISOString(),
      revokedAt: revokedAt === undefined ? null : new Date(revokedAt).toISOString(),
    }));
    const lines = keys.map(
      (key) => `${key.id} ${key.scope} ${key.createdAt}${key.revokedAt ? " revoked" : ""}`,
    );
    print(options, { keys }, lines.join("\n"));
  });
}

async function revokeKey(id: string, options: StoreOptions): Promise<void> {
  await withStore(options, async (store) => {
    if (!(await revokeApiKey(store, id, operator(), Date.now()))) {
      throw new InputError("id", "names no key, or one that is revoked already");
    }
    print(options, { id, revoked: true }, `${id} revoked`);
  });
}

async function withStore(
  options: StoreOptions,
  act: (store: Store) => Promise<void>,
): Promise<void> {
  const store = openStore(options.db, process.env);
  try {
    await act(store);
  } finally {
    await store.close();
  }
}
