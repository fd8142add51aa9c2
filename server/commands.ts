import { accessSync, constants, statSync } from "node:fs";
import type { Command } from "commander";
import { InputError } from "../firmware/seedfile/input-error.js";
import { readKeyFile } from "../firmware/seedfile/key-file.js";
import { Progress } from "../firmware/seedfile/progress.js";
import { fileChunks, SeedReader } from "../firmware/seedfile/read.js";
import type { Seed } from "../firmware/seedfile/seed.js";
import { issueApiKey, revokeApiKey } from "./api-keys.js";
import { addAuditCommands } from "./audit-commands.js";
import { addBackupCommands } from "./backup-commands.js";
import { addBranchCommands } from "./branch-commands.js";
import { MOST_PPM } from "./core/clock/estimate.js";
import { DB, JSON_OUTPUT, operator, POLICY, print, type StoreOptions } from "./command-output.js";
import { importSeeds, SerialConflict, signatureOf } from "./import-seeds.js";
import { addKeysCommands } from "./keys-commands.js";
import { masterKeysFrom } from "./keys/master-keys.js";
import { openVault, withStore } from "./open.js";
import { KEY_SCOPES, SerialTwice, type Store } from "./store/store.js";
import { readPolicy } from "./policy-file.js";
import { addServeCommand } from "./serve-command.js";

/** Commands for a bank's backend. */
export function addServerCommands(program: Command): void {
  addServeCommand(program);
  program
    .command("import <file>")
    .description("import a seed file, all or nothing; importing it again changes nothing")
    .option(...DB)
    .option("--key-file <file>", "what opens the seed file")
    .option("--dry-run", "check everything and print what would be new; store nothing")
    .option(
      "--clock-ppm <N>",
      "the clocks were set right at each key's start, and err by N ppm at most since",
    )
    .option(...POLICY)
    .option(...JSON_OUTPUT)
    .action(runImport);
  addBranchCommands(program);
  addAuditCommands(program);
  addKeysCommands(program);
  addBackupCommands(program);
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

interface ImportCommandOptions {
  keyFile?: string;
  dryRun?: boolean;
  clockPpm?: string;
  policy?: string;
}

async function runImport(
  file: string,
  options: StoreOptions & ImportCommandOptions,
): Promise<void> {
  const clockPpm = ppmOf(options.clockPpm);
  const { clock: clockPolicy } = readPolicy(options.policy, process.env);
  const masters = masterKeysFrom(process.env);
  const key = readKeyFile(options.keyFile);
  const size = fileSize(file);
  const { dryRun = false } = options;
  const onNew = (seed: Seed): void => {
    if (dryRun && !options.json) process.stdout.write(`+ ${seed.serial} ${seed.algorithm}\n`);
  };
  const act = async (store: Store): Promise<void> => {
    const vault = await openVault(store, masters);
    const caller = operator();
    const progress = new Progress("import", size);
    const bytes = (count: number): void => {
      progress.add(count);
    };
    const seeds = new SeedReader(fileChunks(file, bytes), key);
    const importing = { dryRun, onNew, clockPpm, clockPolicy };
    const result = await importSeeds(store, vault, seeds, caller, importing)
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
  };
  await withStore(options.db, act, dryRun ? { dry: true } : { mayBeNew: true });
}

function ppmOf(stated: string | undefined): number | undefined {
  if (stated === undefined) return undefined;
  const ppm = /^[0-9]+([.][0-9]+)?$/.test(stated) ? Number(stated) : NaN;
  if (ppm > 0 && ppm <= MOST_PPM) return ppm;
  throw new InputError("--clock-ppm", `must be a number above 0, ${String(MOST_PPM)} at most`);
}

/** @throws InputError where it cannot be read, before a database is made for it */
function fileSize(path: string): number {
  try {
    accessSync(path, constants.R_OK);
    const stat = statSync(path);
    if (!stat.isDirectory()) return stat.size;
  } catch {
    // Falls through to the error below.
  }
  throw new InputError("seed file", `${path} cannot be read`);
}

async function createKey(options: StoreOptions & { scope: string }): Promise<void> {
  const scope = KEY_SCOPES.find((known) => known === options.scope);
  if (!scope) throw new InputError("--scope", `must be one of ${KEY_SCOPES.join(", ")}`);
  const act = async (store: Store): Promise<void> => {
    const issued = await issueApiKey(store, scope, operator());
    print(options, issued, issued.key);
  };
  await withStore(options.db, act, { mayBeNew: true });
}

async function listKeys(options: StoreOptions): Promise<void> {
  await withStore(options.db, async (store) => {
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
  await withStore(options.db, async (store) => {
    if (!(await revokeApiKey(store, id, operator()))) {
      throw new InputError("id", "names no key, or one that is revoked already");
    }
    print(options, { id, revoked: true }, `${id} revoked`);
  });
}
