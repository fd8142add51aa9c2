import type { Command } from "commander";
import { InputError } from "../firmware/seedfile/input-error.js";
import { parseInstant } from "../firmware/seedfile/instant.js";
import { readKeyFile } from "../firmware/seedfile/key-file.js";
import { readSeedFile, seedOf } from "../firmware/seedfile/read.js";
import type { Seed } from "../firmware/seedfile/seed.js";
import { tokenRecord } from "../firmware/seedfile/token-record.js";
import { VirtualClock } from "./clock.js";
import { displayOf } from "./display.js";
import { FRAME_FORMATS, type FrameFormat } from "./encode-frame.js";
import { loadImage } from "./image.js";
import { blankCommand, listenCommand } from "./listen-command.js";
import { checkOptions, type Options, parseStart } from "./options.js";
import { parsePresses, pressAll } from "./presses.js";
import { powerPlot, powerReport, powerTable } from "./power-report.js";
import { scenarioCommand } from "./scenario-command.js";
import { SimulatedToken, WAKE_BUTTON } from "./token.js";
import { writeOut } from "./write-out.js";

export function addSimulateCommand(program: Command): void {
  program
    .command("simulate")
    .description("run a token's own image and show what its display shows")
    .option("--seeds <file>", "seed file: PSKC or CSV")
    .option("--serial <serial>", "which token; with --listen all of the file where not given")
    .option("--key-file <file>", "what opens the seed file")
    .option("--board <board>", "the board whose image runs", "pixljs")
    .option("--start <time>", "when the token's clock was set (ISO 8601 or Unix seconds)")
    .option("--at <time>", "the token's time (ISO 8601 or Unix seconds); now where not given")
    .option(
      "--press <presses>",
      "BTN1, BTN1:2 for two seconds, BTN1:2,BTN1, or none; BTN1 where not given",
    )
    .option("--frame <format>", "also write the display's picture: png, pbm or text")
    .option("--out <file>", "where to write the picture; text goes to standard output without it")
    .option("--json", "code, display, secondsLeft and imageSha256 as JSON")
    .option("--listen <host:port>", "serve live tokens: a page and an API to press their buttons")
    .option("--blank", "a board with nothing on it, to be flashed over its console")
    .option("--listen-console <host:port>", "where the blank board's console listens")
    .option("--allow-production-seeds", "let --listen serve seeds from an encrypted file")
    .option("--scenario <file>", "run a scenario's steps and expectations (JSON)")
    .option("--record", "keep what is shown as what the scenario expects")
    .option("--report <file>", "write the run as a page: pictures expected, got, their difference")
    .option("--server <url>", "the server a scenario's codes are sent to (key: WARIFU_API_KEY)")
    .option("--device <port>", "run the scenario on an unlocked board: tcp://HOST:PORT or a device")
    .option("--battery", "how long the battery lasts, for profiles of use")
    .option("--plot <file>", "with --battery: the same as a picture (SVG)")
    .action(simulate);
}

async function simulate(options: Options): Promise<void> {
  checkOptions(options);
  if (options.blank) return blankCommand(options);
  const { scenario, seeds, keyFile } = options;
  const file = seeds === undefined ? undefined : await readSeedFile(seeds, readKeyFile(keyFile));
  if (options.listen !== undefined) return listenCommand(file!, options);
  const seed = file && seedOf(file.seeds, options.serial!);
  if (scenario !== undefined) return scenarioCommand(seed, { ...options, scenario });
  if (options.battery) return battery(seed!, options);
  simulateOnce(seed!, options);
}

async function battery(seed: Seed, { board, plot, json }: Options): Promise<void> {
  const reports = await powerReport(seed, board);
  if (plot !== undefined) writeOut("--plot", plot, powerPlot(board, reports));
  process.stdout.write(json ? `${JSON.stringify(reports)}\n` : powerTable(board, reports));
}

function simulateOnce(seed: Seed, options: Options): void {
  const frameFormat = parseFrame(options);
  const { press = WAKE_BUTTON } = options;
  const presses = parsePresses(press);
  const start = parseStart(options.start);
  const at = options.at === undefined ? Date.now() / 1000 : parseInstant(options.at, "--at");
  const token = new SimulatedToken({
    board: options.board,
    image: loadImage(options.board),
    record: tokenRecord(seed, { start }),
    clock: new VirtualClock(at),
  });
  pressAll(token, presses);
  if (frameFormat) {
    const picture = FRAME_FORMATS[frameFormat](token.frame());
    if (options.out !== undefined) writeOut("--out", options.out, picture);
    else process.stdout.write(picture);
  }
  const display = displayOf(token);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ serial: seed.serial, ...display })}\n`);
  } else {
    process.stdout.write(`${display.code ?? display.display ?? "unreadable"}\n`);
  }
  if (display.code === null && press === WAKE_BUTTON) process.exitCode = 1;
}

function parseFrame(options: Options): FrameFormat | undefined {
  if (options.frame === undefined) {
    if (options.out !== undefined) throw new InputError("--out", "needs --frame");
    return undefined;
  }
  if (!Object.hasOwn(FRAME_FORMATS, options.frame)) {
    throw new InputError("--frame", "must be png, pbm or text");
  }
  if (options.frame !== "text" && options.out === undefined) {
    throw new InputError("--out", "is needed: the picture is not text");
  }
  if (options.json && options.out === undefined) {
    throw new InputError("--out", "is needed: standard output is for the JSON");
  }
  return options.frame as FrameFormat;
}
