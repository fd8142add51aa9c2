import type { Command } from "commander";
import { loadImage } from "../../simulator/image.js";
import { InputError } from "../seedfile/input-error.js";
import { readKeyFile } from "../seedfile/key-file.js";
import { readSeedFile, seedOf } from "../seedfile/read.js";
import { guidesPdf, type Language } from "./guide.js";
import { writeNew } from "./write-new.js";

interface GuideOptions {
  seeds: string;
  serial?: string;
  keyFile?: string;
  board: string;
  language: string;
  out: string;
}

const LANGUAGES: Readonly<Record<string, readonly Language[]>> = {
  ja: ["ja"],
  en: ["en"],
  both: ["ja", "en"],
};

export function addGuideCommand(program: Command): void {
  program
    .command("guide")
    .description("make the customer's start guide, with pictures of the token's display")
    .requiredOption("--seeds <file>", "seed file: PSKC or CSV")
    .option("--serial <serial>", "one token of the file; without it, all of them")
    .option("--key-file <file>", "what opens the seed file")
    .option("--board <board>", "the board the tokens are made of", "pixljs")
    .option("--language <language>", "ja, en or both", "both")
    .requiredOption("--out <file>", "the PDF to write; an existing file is not overwritten")
    .action(runGuide);
}

async function runGuide(options: GuideOptions): Promise<void> {
  const { language } = options;
  const languages = Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined;
  if (!languages) throw new InputError("--language", "must be ja, en or both");
  const image = loadImage(options.board);
  const { seeds } = await readSeedFile(options.seeds, readKeyFile(options.keyFile));
  const chosen = options.serial === undefined ? seeds : [seedOf(seeds, options.serial)];
  const tokens = chosen.map(({ serial, expiry }) => ({ serial, expiry }));
  await writeNew(options.out, [await guidesPdf(tokens, languages, { name: options.board, image })]);
  const pages = String(tokens.length * languages.length);
  process.stdout.write(`${options.out}: guides: ${String(tokens.length)}, pages: ${pages}\n`);
}
