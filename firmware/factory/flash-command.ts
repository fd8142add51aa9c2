import type { Command } from "commander";
import { BOARD_MODELS } from "../../simulator/boards.js";
import { loadImage } from "../../simulator/image.js";
import { InputError } from "../seedfile/input-error.js";
import { type FileKey, readKeyFile } from "../seedfile/key-file.js";
import { ProgressBars } from "../seedfile/progress.js";
import { readSeedFile, seedOf } from "../seedfile/read.js";
import type { Seed } from "../seedfile/seed.js";
import { measuredPpm } from "./clock-trim.js";
import { espruinoTools, FlashError } from "./espruino-tools.js";
import { flash, type FlashJob, STEPS, UnsureError } from "./flash.js";
import { checkPorts, parseBaud } from "./port.js";
import { type ProductionEntry, ProductionLog } from "./production-log.js";
import { servicePasswords } from "./service-password.js";

interface FlashOptions {
  board: string;
  seeds: string;
  serial?: string[];
  next?: boolean;
  port: string[];
  baud: string;
  keyFile?: string;
  log?: string;
  measure?: string;
  again?: boolean;
  anyBoard?: boolean;
  lock: boolean;
  acceptReadableSeed?: boolean;
  json?: boolean;
}

/** One board to be flashed: what, and where it is connected. */
interface Place {
  readonly seed: Seed;
  readonly port: string;
}

export function addFlashCommand(program: Command): void {
  program
    .command("flash")
    .description("make boards tokens: image, record and clock, checked by their codes, then locked")
    .option("--board <board>", "the board", "pixljs")
    .requiredOption("--seeds <file>", "seed file: PSKC or CSV")
    .option("--serial <serials...>", "which tokens of the file, one for each port")
    .option("--next", "the next tokens of the file that the log does not have as done")
    .requiredOption("--port <ports...>", "the boards' consoles: tcp://HOST:PORT or serial devices")
    .option("--baud <rate>", "serial devices' bits a second", "9600")
    .option("--key-file <file>", "opens the seed file; the service passwords come from it too")
    .option("--log <file>", "production log, JSON Lines; what it has as done is not done again")
    .option("--again", "flash also what the log has as done")
    .option("--measure <seconds>", "measure each clock so long and put its error into the record")
    .option("--any-board", "take a board or an Espruino version that is not supported")
    .option("--no-lock", "leave the console and the radio open: never for a token that is lent")
    .option("--accept-readable-seed", "take a board whose lock its holder can get around")
    .option("--json", "one line of JSON for each board")
    .action(runFlash);
}

async function runFlash(options: FlashOptions): Promise<void> {
  const image = loadImage(options.board);
  checkPorts(options.port);
  const baud = parseBaud(options.baud);
  const measure = parseMeasure(options.measure);
  const key = readKeyFile(options.keyFile);
  checkLock(options, key);
  const log = options.log === undefined ? undefined : new ProductionLog(options.log);
  const { seeds } = await readSeedFile(options.seeds, key);
  const places = placesOf(options, seeds, log);
  log?.begin();
  if (measure !== undefined) {
    const precision = measuredPpm(measure).toFixed(measure < 1000 ? 0 : 1);
    process.stderr.write(`${String(measure)} s tell a clock's error to about ${precision} ppm\n`);
  }
  const passwordOf = key && servicePasswords(key);
  const bars = new ProgressBars(
    places.map(({ seed }) => seed.serial),
    STEPS.length,
  );
  const unlogged: string[] = [];
  const entries = await Promise.all(
    places.map(async ({ seed, port }): Promise<ProductionEntry> => {
      const entry = await flashPlace(port, baud, {
        seed,
        board: options.board,
        image,
        measure,
        open: !options.lock,
        password: passwordOf?.(seed.serial),
        anyBoard: options.anyBoard ?? false,
        now: () => Date.now() / 1000,
        onStep: (step) => {
          bars.step(seed.serial, step);
        },
      });
      if (log?.add(entry) === false) unlogged.push(seed.serial);
      return entry;
    }),
  );
  bars.stop();
  for (const entry of entries) report(entry, options.json ?? false);
  if (entries.some(({ result }) => result !== "done")) process.exitCode = 1;
  if (unlogged.length > 0) {
    throw new InputError("--log", `could not be written, and lacks ${unlogged.join(", ")}`);
  }
}

async function flashPlace(port: string, baud: number, job: FlashJob): Promise<ProductionEntry> {
  const place = { serial: job.seed.serial, board: job.board, port };
  try {
    const result = await flash(job, espruinoTools(port, baud));
    return { at: new Date().toISOString(), ...place, result: "done", ...result };
  } catch (error) {
    if (!(error instanceof FlashError)) throw error;
    const result = error instanceof UnsureError ? "unsure" : "failed";
    return { at: new Date().toISOString(), ...place, result, problem: error.message };
  }
}

/** @throws InputError where the token could not be locked, or where the lock does not hold */
function checkLock(
  { board, lock, acceptReadableSeed }: FlashOptions,
  key: FileKey | undefined,
): void {
  const { wayPastLock } = BOARD_MODELS[board]!;
  if (wayPastLock !== undefined && !acceptReadableSeed) {
    throw new InputError(
      "--accept-readable-seed",
      `is needed for ${board}: ${wayPastLock}, and its seed can be read`,
    );
  }
  if (lock && !key) {
    throw new InputError(
      "--key-file",
      "is needed: the service password the token is locked with comes from it (or --no-lock)",
    );
  }
}

/** Which token goes to which port. */
function placesOf(
  { port: ports, serial: serials, next, again }: FlashOptions,
  seeds: readonly Seed[],
  log: ProductionLog | undefined,
): Place[] {
  if ((serials === undefined) !== (next ?? false)) {
    throw new InputError("--serial", "is needed, or --next with a --log; not both");
  }
  if (serials === undefined) {
    if (!log) throw new InputError("--log", "is needed to know which tokens are next");
    const open = seeds.filter(({ serial }) => !log.isTaken(serial)).slice(0, ports.length);
    if (open.length === 0)
      throw new InputError("--next", "the log has all tokens of the file as done");
    return open.map((seed, index) => ({ seed, port: ports[index]! }));
  }
  if (serials.length !== ports.length || new Set(serials).size !== serials.length) {
    throw new InputError("--serial", "must name as many different tokens as there are ports");
  }
  return serials.map((serial, index) => {
    const seed = seedOf(seeds, serial);
    if (log?.isTaken(serial) && !again) {
      throw new InputError(
        "--serial",
        `${serial} is done or may be, says the log; --again flashes it anew`,
      );
    }
    return { seed, port: ports[index]! };
  });
}

function parseMeasure(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (seconds >= 10) return seconds;
  throw new InputError("--measure", "must be whole seconds, 10 or more");
}

function report(entry: ProductionEntry, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(entry)}\n`);
  } else if (entry.result === "done") {
    const { serial, clockError, trim, locked, imageSha256 } = entry;
    const clock = `its clock is ${String(clockError)} s off, trim ${String(trim)} ppb`;
    const lock = locked ? "locked" : "OPEN: its seed can be read over its console";
    process.stdout.write(
      `${serial}: flashed; two codes were read back and are right, ${clock}; ${lock}\n`,
    );
    process.stdout.write(`${serial}: image SHA-256 ${String(imageSha256)}\n`);
  } else {
    process.stderr.write(`warifu: ${entry.serial}: ${String(entry.problem)}\n`);
  }
}
