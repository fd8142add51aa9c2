import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import type { Command } from "commander";
import { InputError } from "../firmware/seedfile/input-error.js";
import { parseInstant } from "../firmware/seedfile/instant.js";
import { readKeyFile } from "../firmware/seedfile/key-file.js";
import { readSeedFile, seedOf, type SeedFile } from "../firmware/seedfile/read.js";
import { tokenRecord } from "../firmware/seedfile/token-record.js";
import { boardModel } from "./boards.js";
import { VirtualClock } from "./clock.js";
import { consoleServer } from "./console/console-server.js";
import { VirtualBoard } from "./console/virtual-board.js";
import { displayOf } from "./display.js";
import { FRAME_FORMATS, type FrameFormat } from "./encode-frame.js";
import { loadImage } from "./image.js";
import { allowedHosts, parseAddress } from "./listen/address.js";
import { listenApp } from "./listen/app.js";
import { Fleet } from "./fleet.js";
import { parsePresses, pressAll } from "./presses.js";
import { powerPlot, powerReport, powerTable } from "./power-report.js";
import { scenarioCommand } from "./scenario-command.js";
import { SimulatedToken } from "./token.js";

/** So many tokens at most have a context of their own each. */
const STRICT_MOST = 200;

interface Options {
  seeds?: string;
  serial?: string;
  keyFile?: string;
  board: string;
  start?: string;
  at?: string;
  press: string;
  frame?: string;
  out?: string;
  json?: boolean;
  listen?: string;
  blank?: boolean;
  listenConsole?: string;
  allowProductionSeeds?: boolean;
  scenario?: string;
  record?: boolean;
  report?: string;
  server?: string;
  device?: string;
  battery?: boolean;
  plot?: string;
}

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
    .option("--press <presses>", "BTN1, BTN1:2 for two seconds, BTN1:2,BTN1, or none", "BTN1")
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
  const { scenario, listen: address, plot } = options;
  if (plot !== undefined && !options.battery) throw new InputError("--plot", "needs --battery");
  if (options.blank || options.listenConsole !== undefined) return listenConsole(options);
  if (scenario !== undefined) {
    const file = options.seeds === undefined ? undefined : await seedFileOf(options);
    const seed = file && seedOf(file.seeds, options.serial ?? "");
    return scenarioCommand(seed, { ...options, scenario });
  }
  if (options.device !== undefined) throw new InputError("--scenario", "is needed");
  const file = await seedFileOf(options);
  if (options.battery) return battery(file, options);
  if (address !== undefined) return listen(file, options, address);
  simulateOnce(file, options);
}

async function seedFileOf({ seeds, keyFile }: Options): Promise<SeedFile> {
  if (seeds === undefined) throw new InputError("--seeds", "is needed");
  return readSeedFile(seeds, readKeyFile(keyFile));
}

async function battery(file: SeedFile, options: Options): Promise<void> {
  const reports = await powerReport(seedOf(file.seeds, options.serial ?? ""), options.board);
  const { plot } = options;
  if (plot !== undefined) {
    writeOut("--plot", plot, Buffer.from(powerPlot(options.board, reports)));
  }
  const text = options.json ? `${JSON.stringify(reports)}\n` : powerTable(options.board, reports);
  process.stdout.write(text);
}

function simulateOnce(file: SeedFile, options: Options): void {
  const frameFormat = parseFrame(options);
  const presses = parsePresses(options.press);
  const start = parseStart(options.start);
  const at = options.at === undefined ? Date.now() / 1000 : parseInstant(options.at, "--at");
  const seed = seedOf(file.seeds, options.serial ?? "");
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
  if (display.code === null && options.press === "BTN1") process.exitCode = 1;
}

async function listenConsole(options: Options): Promise<void> {
  const model = boardModel(options.board);
  if (!model) throw new InputError("--board", "is unknown");
  if (!options.blank) throw new InputError("--listen-console", "is for --blank boards");
  if (options.listenConsole === undefined) throw new InputError("--listen-console", "is needed");
  const { host, port } = parseAddress(options.listenConsole, "--listen-console");
  const server = consoleServer(new VirtualBoard(model, () => Date.now() / 1000));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      reject(new InputError("--listen-console", error.message));
    });
    server.listen(port, host, resolve);
  });
  const at = server.address() as AddressInfo;
  process.stderr.write(`blank board ready at tcp://${host}:${String(at.port)}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => server.close());
}

async function listen(file: SeedFile, options: Options, address: string): Promise<void> {
  if (file.encrypted && !options.allowProductionSeeds) {
    throw new InputError(
      "--listen",
      "the seed file is encrypted, as production seeds are; to serve its live codes all the same add --allow-production-seeds",
    );
  }
  const { host, port } = parseAddress(address, "--listen");
  const start = parseStart(options.start);
  const seeds = options.serial === undefined ? file.seeds : [seedOf(file.seeds, options.serial)];
  const at = options.at === undefined ? undefined : parseInstant(options.at, "--at");
  const isolation = seeds.length > STRICT_MOST ? "scope" : "context";
  const fleet = new Fleet({ board: options.board, isolation, ...(at !== undefined && { at }) });
  for (const seed of seeds) fleet.add(seed, { start });
  fleet.time.run();
  const app = await listenApp(fleet, allowedHosts(host), file.encrypted);
  const url = await app.listen({ host, port }).catch(async (error: unknown) => {
    await app.close();
    throw new InputError("--listen", (error as Error).message);
  });
  process.stderr.write(`simulated tokens ready at ${url}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void app.close());
}

function writeOut(option: string, path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch {
    throw new InputError(option, `${path} cannot be written`);
  }
}

/** @throws InputError for a time that no record holds, too */
function parseStart(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const start = parseInstant(text, "--start");
  if (start < 0) throw new InputError("--start", "must not be before 1970");
  return start;
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
