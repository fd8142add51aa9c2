import { createReadStream, createWriteStream, readFileSync, rmSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { stringify } from "csv-stringify";
import { InputError } from "../firmware/seedfile/input-error.js";
import { parseInstant } from "../firmware/seedfile/instant.js";
import { auditBetween, provableAudit } from "./audit-export.js";
import { decodeAuditLine, encodeAuditLine, proofOf } from "./audit-file.js";
import { DB, print, type StoreOptions } from "./command-output.js";
import type { AuditCheckpoint } from "./core/audit-checkpoint.js";
import { AuditFault, AuditReader } from "./core/audit-proof.js";
import { readAuditKey, readPublicKey, signAudit } from "./audit-signer.js";
import { withStore } from "./open.js";
import type { ListedAuditRow } from "./store/store.js";

const JSON_OUTPUT = ["--json", "the result as JSON"] as const;

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
    .command("verify <file>")
    .description("find whatever was changed, taken out, put in or moved in an exported JSON Lines")
    .requiredOption("--public-key <file>", "the key its checkpoints were signed with, PEM")
    .option("--checkpoint <file>", "a checkpoint kept elsewhere, which the file must hold")
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
    const file = createWriteStream(out, { flags: "wx", mode: 0o600 });
    const written =
      format === "jsonl"
        ? pipeline(Readable.from(counted()), file)
        : pipeline(Readable.from(table()), csv(), file);
    await written.catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") throw new InputError("--out", `${out} exists already`);
      rmSync(out, { force: true });
      if (code?.startsWith("E")) throw new InputError("--out", `${out} cannot be written`);
      throw error;
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

async function verifyAudit(
  file: string,
  options: StoreOptions & { publicKey: string; checkpoint?: string },
): Promise<void> {
  const key = readPublicKey(options.publicKey, "--public-key");
  const reader = new AuditReader(proofOf(key), keptCheckpoint(options.checkpoint));
  let number = 0;
  try {
    for await (const line of linesOf(file)) {
      number += 1;
      reader.take(decodeAuditLine(line));
    }
    number += 1;
    reader.end();
  } catch (error) {
    if (!(error instanceof AuditFault)) throw error;
    const result = { whole: false, line: number, fault: error.message };
    print(options, result, `${file}: line ${String(number)}: ${error.message}`);
    process.exitCode = 1;
    return;
  }
  const { rows, first, last } = reader;
  const range = { rows, firstCheckpoint: first!.number, lastCheckpoint: last!.number };
  const upTo = new Date(last!.at).toISOString();
  const text =
    `${file}: whole: ${String(rows)} rows, checkpoints ${String(first!.number)} to ` +
    `${String(last!.number)}, signed ${upTo}`;
  print(options, { whole: true, ...range, signedAt: upTo }, text);
}

function keptCheckpoint(path: string | undefined): AuditCheckpoint | undefined {
  if (path === undefined) return undefined;
  try {
    const line = decodeAuditLine(readFileSync(path, "utf8").trimEnd());
    if (line.kind === "checkpoint") return line.checkpoint;
  } catch {
    // Said below.
  }
  throw new InputError("--checkpoint", `${path} does not hold a checkpoint`);
}

/** Characters of a line; a checkpoint over ten thousand writers has a sixth of them. */
const MOST_LINE = 2 ** 24;

/** Lines as they were written: each ends with one line feed, and nothing else ends a line. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = "";
  try {
    for await (const chunk of createReadStream(path, "utf8") as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      if (rest.length > MOST_LINE) throw new AuditFault("is longer than a line can be");
      yield* lines;
    }
  } catch (error) {
    if (error instanceof AuditFault) throw error;
    throw new InputError("file", `${path} cannot be read`);
  }
  if (rest !== "") throw new AuditFault("ends in the middle of a line");
}
