import type { Command } from "commander";
import { loadImage } from "../../simulator/image.js";
import { InputError } from "../seedfile/input-error.js";
import { readKeyFile } from "../seedfile/key-file.js";
import { readSeedFile } from "../seedfile/read.js";
import { espruinoTools, FlashError } from "./espruino-tools.js";
import { flash } from "./flash.js";

interface FlashOptions {
  board: string;
  seeds: string;
  serial: string;
  port: string;
  keyFile?: string;
  json?: boolean;
}

export function addFlashCommand(program: Command): void {
  program
    .command("flash")
    .description("make a board a token: write image, record and clock, and read its code back")
    .option("--board <board>", "the board", "pixljs")
    .requiredOption("--seeds <file>", "seed file (PSKC)")
    .requiredOption("--serial <serial>", "which token of the file")
    .requiredOption("--port <port>", "tcp://HOST:PORT of the board's console")
    .option("--key-file <file>", "what opens the seed file")
    .option("--json", "the result as JSON")
    .action(runFlash);
}

async function runFlash(options: FlashOptions): Promise<void> {
  const image = loadImage(options.board);
  if (!/^tcp:\/\/[^/:\s]+:\d{1,5}$/.test(options.port)) {
    throw new InputError("--port", "must be tcp://HOST:PORT");
  }
  const key = options.keyFile === undefined ? undefined : readKeyFile(options.keyFile);
  const { seeds } = await readSeedFile(options.seeds, key);
  const seed = seeds.find(({ serial }) => serial === options.serial);
  if (!seed) throw new InputError("--serial", "names no token of the seed file");
  const job = { seed, board: options.board, image, now: () => Date.now() / 1000 };
  try {
    const result = await flash(job, espruinoTools(options.port));
    const text = `${result.serial}: flashed; its code was read back and is right, its clock is ${String(result.clockError)} s off\nimage SHA-256 ${result.imageSha256}`;
    process.stdout.write(`${options.json ? JSON.stringify(result) : text}\n`);
  } catch (error) {
    if (!(error instanceof FlashError)) throw error;
    process.stderr.write(`warifu: ${seed.serial}: ${error.message}\n`);
    process.exitCode = 1;
  }
}
