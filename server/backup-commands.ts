import { createReadStream, existsSync, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { InputError } from "../firmware/seedfile/input-error.js";
import { Progress } from "../firmware/seedfile/progress.js";
import { DB, JSON_OUTPUT, operator, print, type StoreOptions } from "./command-output.js";
import { databaseField, openStore, sqliteFile, withStore } from "./open.js";
import { liftRestored, sayRestored } from "./provenance.js";
import { checkSqlite, CopyUnwritable, copySqlite } from "./store/sqlite-backup.js";
import { StoreUnavailable } from "./store/store.js";
import { streamInto, wholeFile } from "../firmware/seedfile/whole-file.js";

/** `warifu backup`, `restore`, `restored`. */
export function addBackupCommands(program: Command): void {
  program
    .command("backup")
    .description("copy a SQLite database while servers use it")
    .requiredOption("--out <file>", "the file to write; an existing one is not overwritten")
    .option(...DB)
    .option(...JSON_OUTPUT)
    .action(backup);
  program
    .command("restore <file>")
    .description("put a backup in the place of a SQLite database that is not there any more")
    .option(...DB)
    .option(...JSON_OUTPUT)
    .action(restore);
  program
    .command("restored")
    .description("say that a database was put back by other means: codes of before are refused")
    .option("--lift", "end that: codes that were not accepted since are good again")
    .option(...DB)
    .option(...JSON_OUTPUT)
    .action(restored);
}

async function backup(options: StoreOptions & { out: string }): Promise<void> {
  const { out } = options;
  const source = sqliteOnly(
    options.db,
    "PostgreSQL is backed up by its own means, pg_dump or a base backup with its log (PITR); " +
      "once it is put back, run `warifu restored`",
  );
  const field = databaseField(options.db, process.env);
  if (!existsSync(source)) throw new InputError(field, `${source} is not there`);
  const progress = new Progress("backup", 1000);
  const caller = operator();
  await wholeFile(out, "--out", async (partial) => {
    await copySqlite(source, partial, caller.at / 1000, (part) => {
      progress.update(Math.round(part * 1000));
    });
    await withStore(options.db, async (store) => {
      await store.decide([
        {
          about: {},
          decide: (book) => {
            book.record(caller, "backup", "made", {}, { file: out });
          },
        },
      ]);
    });
  })
    .catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error;
      const { message } = error;
      if (error instanceof CopyUnwritable) {
        throw new InputError("--out", `${source} cannot be copied to ${out}: ${message}`);
      }
      throw new InputError(field, `${source} cannot be used: ${message}`);
    })
    .finally(() => {
      progress.stop();
    });
  const bytes = statSync(out).size;
  print(options, { file: out, bytes }, `${out}: ${String(bytes)} bytes, whole`);
}

async function restore(file: string, options: StoreOptions): Promise<void> {
  const path = sqliteOnly(
    options.db,
    "PostgreSQL is put back by its own means; then run `warifu restored`",
  );
  const field = databaseField(options.db, process.env);
  if (!existsSync(file)) throw new InputError("file", `${file} is not there`);
  if (existsSync(`${file}-wal`)) {
    throw new InputError("file", `${file} has a log beside it: it is no backup, or is in use`);
  }
  for (const there of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) {
    if (existsSync(there)) {
      throw new InputError(field, `${there} is there: stop the servers and move it away`);
    }
  }
  await wholeFile(path, field, async (partial) => {
    await pipeline(bytesOf(file), streamInto(partial));
    await checkSqlite(partial).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error;
      throw new InputError("file", `${file} cannot be used: ${error.message}`);
    });
    const store = await openStore(`sqlite:${partial}`, {});
    await sayRestored(store, operator(), { file }).finally(() => store.close());
    // What is renamed is this one file: nothing may be left in its log.
    if (existsSync(`${partial}-wal`)) throw new StoreUnavailable("the log stays behind");
  });
  const text = `${path}: restored; codes that tokens showed before are refused`;
  print(options, { database: path }, text);
}

/** @throws InputError where the file cannot be read */
async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Buffer;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError("file", `${file} cannot be read: ${String(code)}`);
  }
}

async function restored(options: StoreOptions & { lift?: boolean }): Promise<void> {
  await withStore(options.db, async (store) => {
    if (!options.lift) await sayRestored(store, operator());
    else if ((await store.restoredAt()) === undefined) {
      throw new InputError("--lift", "the database is not one that was restored");
    } else await liftRestored(store, operator());
    const at = await store.restoredAt();
    const restoredAt = at === undefined ? null : new Date(at * 1000).toISOString();
    const text =
      restoredAt === null
        ? "codes of before are good again"
        : `restored at ${restoredAt}: codes that tokens showed before are refused`;
    print(options, { restoredAt }, text);
  });
}

function sqliteOnly(url: string | undefined, otherwise: string): string {
  const path = sqliteFile(url, process.env);
  if (path === undefined) throw new InputError(databaseField(url, process.env), otherwise);
  return path;
}
