import type { Command } from "commander";
import { writeEntraCsv } from "../seedfile/csv.js";
import { InputError } from "../seedfile/input-error.js";
import { readKeyFile } from "../seedfile/key-file.js";
import { writePskc } from "../seedfile/pskc-write.js";
import { readSeedFile } from "../seedfile/read.js";
import type { Seed } from "../seedfile/seed.js";
import { writeNew } from "./write-new.js";

interface ExportOptions {
  seeds: string;
  keyFile?: string;
  format: string;
  out: string;
  outKeyFile?: string;
  json?: boolean;
}

export function addExportCommand(program: Command): void {
  program
    .command("export")
    .description("write a seed file anew, for another system")
    .requiredOption("--seeds <file>", "seed file: PSKC or CSV")
    .option("--key-file <file>", "what opens it")
    .requiredOption("--format <format>", "pskc (encrypted) or entra (CSV, secrets in plain)")
    .requiredOption("--out <file>", "the file to write; an existing one is not overwritten")
    .option("--out-key-file <file>", "pskc: the key or passphrase to encrypt with")
    .option("--json", "what was written, as JSON")
    .action(runExport);
}

async function runExport(options: ExportOptions): Promise<void> {
  const key = readKeyFile(options.keyFile);
  const write = writerOf(options);
  const { seeds } = await readSeedFile(options.seeds, key);
  await writeNew(options.out, write(seeds));
  const written = { file: options.out, count: seeds.length };
  const text = `${written.file}: ${String(written.count)} tokens`;
  process.stdout.write(`${options.json ? JSON.stringify(written) : text}\n`);
}

function writerOf(options: ExportOptions): (seeds: readonly Seed[]) => Iterable<string> {
  if (options.format === "entra") return writeEntraCsv;
  if (options.format !== "pskc") throw new InputError("--format", "must be pskc or entra");
  if (options.outKeyFile === undefined) {
    throw new InputError("--out-key-file", "is needed: PSKC is written encrypted only");
  }
  const outKey = readKeyFile(options.outKeyFile);
  return (seeds) => writePskc(seeds, outKey);
}
