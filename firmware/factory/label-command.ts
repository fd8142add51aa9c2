import type { Command } from "commander";
import { InputError } from "../seedfile/input-error.js";
import { readKeyFile } from "../seedfile/key-file.js";
import { readSeedFile } from "../seedfile/read.js";
import { labelSheets } from "./label.js";
import { sheetsPdf, sheetSvg } from "./label-sheets.js";
import { writeNew } from "./write-new.js";

interface LabelOptions {
  seeds: string;
  keyFile?: string;
  format: string;
  out: string;
}

export function addLabelCommand(program: Command): void {
  program
    .command("label")
    .description("make sheets of labels for the tokens' backs: serial, expiry, barcode")
    .requiredOption("--seeds <file>", "seed file: PSKC or CSV")
    .option("--key-file <file>", "what opens it")
    .option("--format <format>", "pdf (all sheets) or svg (one sheet, at most 27 labels)", "pdf")
    .requiredOption("--out <file>", "the file to write; an existing one is not overwritten")
    .action(async (options: LabelOptions) => {
      const { seeds } = await readSeedFile(options.seeds, readKeyFile(options.keyFile));
      const sheets = labelSheets(seeds);
      if (options.format === "pdf") await writeNew(options.out, [await sheetsPdf(sheets)]);
      else if (options.format !== "svg") throw new InputError("--format", "must be pdf or svg");
      else if (sheets.length > 1) throw new InputError("--format", "svg holds one sheet; use pdf");
      else await writeNew(options.out, [sheetSvg(sheets[0]!)]);
      const [labels, count] = [String(seeds.length), String(sheets.length)];
      process.stdout.write(`${options.out}: labels: ${labels}, sheets: ${count}\n`);
    });
}
