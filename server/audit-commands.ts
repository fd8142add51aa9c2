import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { stringify } from "csv-stringify";
import { InputError } from "../firmware/seedfile/input-error.js";
import { parseInstant } from "../firmware/seedfile/instant.js";
import { ArchivedMeanwhile, archiveAudit, deleteArchived } from "./audit-archive.js";
import { auditBetween, provableAudit } from "./audit-export.js";
import { decodeAuditLine, encodeAuditLine, proofOf } from "./audit-file.js";
import { proveFiles } from "./audit-prove.js";
import { DB, JSON_OUTPUT, operator, print, type StoreOptions } from "./command-output.js";
import type { AuditCheckpoint } from "./core/audit-checkpoint.js";
import { AuditFault } from "./core/audit-proof.js";
import { readAuditKey, readPublicKey, signAudit } from "./audit-signer.js";
import { withStore } from "./open.js";
import type { ListedAuditRow } from "./store/store.js";
import { streamInto, wholeFile } from "../firmware/seedfile/whole-file.js";

/** What a CSV of the audit holds of each row. */
const COLUMNS = ["id", "at", "event", "result", "serial", "actor", "source", "detail"] as const;

interface ExportOptions extends StoreOptions {
  format: string;
  from?: string;
  to?: string;
  out: string;
}

/** `warifu audit …`: the audit, joined by signed checkpoints, taken out and proved. */
export function addAuditCommands(program: Command): void {
  const audit = program.command("audit").description("the audit, and the proof that it is whole");
  audit
    .command("checkpoint")
    .description("sign what was written so far; keep what it prints away from the database")
    .requiredOption("--key-file <file>", "Ed25519 private key, PEM")
    .option(...DB)
    .action(checkpoint);
  audit
    .command("export")
    .description("write the audit to a file: provable JSON Lines, or CSV to read")
    .requiredOption("--out <file>", "the file to write; an existing one is not overwritten")
    .option(
      "--format <format>",
      "jsonl (whole checkpoints) or csv (rows of exactly this time)",
      "jsonl",
    )
    .option("--from <time>", "ISO 8601 (default: the beginning)")
    .option("--to <time>", "ISO 8601 (default: now)")
    .option(...DB)
    .option(...JSON_OUTPUT)
    .action(exportAudit);
  audit
    .command("archive")
    .description("move what old checkpoints cover into a file that proves it, then delete it here")
    .requiredOption("--before <time>", "ISO 8601: what checkpoints from before this time cover")
    .requiredOption("--out <file>", "the file to write; an existing one is not overwritten")
    .requiredOption("--public-key <file>", "the key the checkpoints were signed with, PEM")
    .option(...DB)
    .option(...JSON_OUTPUT)
    .action(archive);
  audit
    .command("verify <files...>")
    .description(
      "find whatever was changed, taken out, put in or moved in exports and archives, oldest first",
    )
    .requiredOption("--public-key <file>", "the key its checkpoints were signed with, PEM")
    .option("--checkpoint <file>", "a checkpoint kept elsewhere, which the files must hold")
    .option(...JSON_OUTPUT)
    .action(verifyAudit);
}

async function checkpoint(options: StoreOptions & { keyFile: string }): Promise<void> {
  const key = readAuditKey(options.keyFile, "--key-file");
  await withStore(options.db, async (store) => {
    const signed = await signAudit(store, key, Date.now());
    if (!signed) {
      process.stderr.write("nothing was written since the last checkpoint\n");
      return;
    }
    process.stdout.write(`${encodeAuditLine({ kind: "checkpoint", checkpoint: signed })}\n`);
  });
}

async function exportAudit(options: ExportOptions): Promise<void> {
  const { format, out } = options;
  const from = options.from === undefined ? 0 : parseInstant(options.from, "--from") * 1000;
  const to = options.to === undefined ? Date.now() : parseInstant(options.to, "--to") * 1000;
  if (format !== "jsonl" && format !== "csv")
    throw new InputError("--format", "must be jsonl or csv");
  if (from >= to) throw new InputError("--to", "must be later than --from");
  await withStore(options.db, async (store) => {
    let count = 0;
    const counted = async function* (): AsyncGenerator<string> {
      for await (const line of provableAudit(store, from, to)) {
        if (line.kind === "row") count += 1;
        yield `${encodeAuditLine(line)}\n`;
      }
    };
    const table = async function* (): AsyncGenerator<object> {
      for await (const row of auditBetween(store, from, to)) {
        count += 1;
        yield tableRow(row);
      }
    };
    await wholeFile(out, "--out", async (partial) => {
      const file = streamInto(partial);
      await (format === "jsonl"
        ? pipeline(Readable.from(counted()), file)
        : pipeline(Readable.from(table()), csv(), file));
    });
    print(options, { file: out, format, rows: count }, `${out}: ${String(count)} rows`);
  });
}

/** Cells that a spreadsheet would take for formulas are escaped: names in them come from outside. */
function csv() {
  return stringify({ header: true, columns: [...COLUMNS], escape_formulas: true });
}

function tableRow(row: ListedAuditRow): object {
  return { ...row, at: new Date(row.at).toISOString(), detail: JSON.stringify(row.detail) };
}

async function archive(
  options: StoreOptions & { before: string; out: string; publicKey: string },
): Promise<void> {
  const before = parseInstant(options.before, "--before") * 1000;
  const key = readPublicKey(options.publicKey, "--public-key");
  const { out } = options;
  await withStore(options.db, async (store) => {
    const caller = operator();
    const archived = await archiveAudit(store, key, before, out, caller).catch((error: unknown) => {
      if (error instanceof ArchivedMeanwhile) {
        throw new InputError("--db", `was archived by somebody else meanwhile: ${out} is spare`);
      }
      if (!(error instanceof AuditFault)) throw error;
      throw new InputError(
        "--db",
        `the audit is not whole, nothing was archived: ${error.message}`,
      );
    });
    const deleted = await deleteArchived(store);
    const { first = null, last = null, rows = 0 } = archived ?? {};
    const text = archived
      ? `${out}: checkpoints ${String(first)} to ${String(last)}, ${String(rows)} rows; ` +
        `${String(deleted)} rows deleted`
      : `no checkpoint to archive; ${String(deleted)} rows deleted that were archived before`;
    const range = { firstCheckpoint: first, lastCheckpoint: last, rows, deleted };
    print(options, { file: archived ? out : null, ...range }, text);
  });
}

async function verifyAudit(
  files: readonly string[],
  options: StoreOptions & { publicKey: string; checkpoint?: string },
): Promise<void> {
  const key = readPublicKey(options.publicKey, "--public-key");
  const proved = await proveFiles(files, proofOf(key), keptCheckpoint(options.checkpoint));
  if (!proved.whole) {
    const { file, line, fault } = proved;
    print(options, proved, `${file}: line ${String(line)}: ${fault}`);
    process.exitCode = 1;
    return;
  }
  const { rows, first, last } = proved;
  const range = { rows, firstCheckpoint: first.number, lastCheckpoint: last.number };
  const upTo = new Date(last.at).toISOString();
  const text =
    `${files.join(", ")}: whole: ${String(rows)} rows, checkpoints ${String(first.number)} to ` +
    `${String(last.number)}, signed ${upTo}`;
  print(options, { whole: true, ...range, signedAt: upTo }, text);
}

function keptCheckpoint(path: string | undefined): AuditCheckpoint | undefined {
  if (path === undefined) return undefined;
  try {
    const line = decodeAuditLine(readFileSync(path, "utf8").trimEnd());
    if (line.kind === "checkpoint") return line.checkpoint;
  } catch {
    // Falls through to the error below.
  }
  throw new InputError("--checkpoint", `${path} does not hold a checkpoint`);
}
