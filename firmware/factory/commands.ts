import type { Command } from "commander";
import { parseExpiryDate } from "../seedfile/instant.js";
import { readKeyFile } from "../seedfile/key-file.js";
import { writePskc } from "../seedfile/pskc-write.js";
import type { Algorithm } from "../seedfile/seed.js";
import { addBoardsCommand } from "./boards-command.js";
import { buildImage } from "./build.js";
import { addFlashCommand } from "./flash-command.js";
import { addServiceCommand } from "./service-command.js";
import { addExportCommand } from "./export-command.js";
import { addGuideCommand } from "./guide-command.js";
import { addLabelCommand } from "./label-command.js";
import { provision } from "./provision.js";
import { writeNew } from "./write-new.js";

interface ProvisionOptions {
  count: string;
  firstSerial: string;
  expires: string;
  out: string;
  keyFile: string;
  algorithm: string;
  board: string;
  json?: boolean;
}

/** Commands for whoever makes tokens. */
export function addFactoryCommands(program: Command): void {
  program
    .command("provision")
    .description("make new seeds and write them as an encrypted PSKC file")
    .requiredOption("--count <n>", "how many tokens")
    .requiredOption("--first-serial <serial>", "8 to 12 digits; the others count up")
    .requiredOption("--expires <date>", "YYYY-MM-DD; the tokens expire at 08:00 Japan time")
    .requiredOption("--out <file>", "the seed file to write; an existing one is not overwritten")
    .requiredOption("--key-file <file>", "one line: the key in hex, or `passphrase: …`")
    .option("--algorithm <hash>", "SHA1, SHA256 or SHA512; the board must have it natively", "SHA1")
    .option("--board <board>", "the board the tokens are for", "pixljs")
    .option("--json", "what was made, as JSON")
    .action(runProvision);
  program
    .command("build")
    .description("build a board's image anew in a checkout and check it against the pinned hash")
    .option("--board <board>", "the board", "pixljs")
    .requiredOption("--out <dir>", "where to put the image")
    .option("--json", "what was built, as JSON")
    .action(async ({ board, out, json }: { board: string; out: string; json?: boolean }) => {
      const built = await buildImage(board, out);
      const text = `${built.file}: ${String(built.bytes)} bytes, SHA-256 ${built.sha256}`;
      process.stdout.write(`${json ? JSON.stringify(built) : text}\n`);
    });
  addBoardsCommand(program);
  addExportCommand(program);
  addFlashCommand(program);
  addServiceCommand(program);
  addGuideCommand(program);
  addLabelCommand(program);
}

async function runProvision(options: ProvisionOptions): Promise<void> {
  const key = readKeyFile(options.keyFile);
  const seeds = provision({
    count: /^\d{1,9}$/.test(options.count) ? Number(options.count) : NaN,
    firstSerial: options.firstSerial,
    start: Math.floor(Date.now() / 1000),
    expiry: parseExpiryDate(options.expires, "--expires"),
    algorithm: options.algorithm as Algorithm,
    board: options.board,
  });
  await writeNew(options.out, writePskc(seeds, key));
  const made = {
    file: options.out,
    count: seeds.length,
    first: seeds[0]!.serial,
    last: seeds.at(-1)!.serial,
  };
  process.stdout.write(
    options.json
      ? `${JSON.stringify(made)}\n`
      : `${made.file}: ${String(made.count)} tokens, serials ${made.first} to ${made.last}\n`,
  );
}
