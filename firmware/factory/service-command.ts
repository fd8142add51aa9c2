import type { Command } from "commander";
import { undoneAtExit } from "../seedfile/cleanup.js";
import { InputError } from "../seedfile/input-error.js";
import { readKeyFile } from "../seedfile/key-file.js";
import { readSeedFile, seedOf } from "../seedfile/read.js";
import { SERIAL_PATTERN } from "../seedfile/seed.js";
import { espruinoTools, FlashError } from "./espruino-tools.js";
import { checkPort, parseBaud } from "./port.js";
import { MAY_BE_OPEN, service, type ServiceAct, type ServiceReport, wipe } from "./service.js";
import { servicePasswords } from "./service-password.js";

interface ServiceOptions {
  serial: string;
  keyFile: string;
  port: string;
  baud: string;
  setClock?: boolean;
  renew?: string;
  wipe?: boolean;
  json?: boolean;
}

export function addServiceCommand(program: Command): void {
  program
    .command("service")
    .description("open a locked token, read its clock and counters, and lock it again")
    .requiredOption("--serial <serial>", "the token's serial")
    .requiredOption("--key-file <file>", "the key file the token was flashed with")
    .requiredOption("--port <port>", "the token's console: tcp://HOST:PORT or a serial device")
    .option("--baud <rate>", "a serial device's bits a second", "9600")
    .option("--set-clock", "set its clock; its seed stays on the board")
    .option("--renew <seeds>", "write its record anew from a seed file, and set its clock")
    .option("--wipe", "erase its record and its lock: the board is no token any more")
    .option("--json", "what it said, as JSON")
    .action(runService);
}

async function runService(options: ServiceOptions): Promise<void> {
  const { serial, port, json = false } = options;
  if (!SERIAL_PATTERN.test(serial)) throw new InputError("--serial", "must be 8 to 12 digits");
  checkPort(port);
  const asked = [options.setClock, options.renew, options.wipe].filter(Boolean);
  if (asked.length > 1) {
    throw new InputError("--set-clock, --renew and --wipe", "exclude one another");
  }
  const password = servicePasswords(readKeyFile(options.keyFile))(serial);
  const act = await actOf(options);
  const board = espruinoTools(port, parseBaud(options.baud));
  // Where an interrupt comes between opening and locking it, the user must be told.
  const callOff = undoneAtExit(() => process.stderr.write(`warifu: ${serial}: ${MAY_BE_OPEN}\n`));
  try {
    if (options.wipe) {
      await wipe({ serial, password }, board);
      const text = `${serial}: wiped: it is no token any more, and its console is open`;
      process.stdout.write(`${json ? JSON.stringify({ serial, done: "wipe" }) : text}\n`);
    } else {
      const now = (): number => Date.now() / 1000;
      print(await service({ serial, password, act, now }, board), act, json);
    }
  } catch (error) {
    if (!(error instanceof FlashError)) throw error;
    process.stderr.write(`warifu: ${serial}: ${error.message}\n`);
    process.exitCode = 1;
  } finally {
    callOff();
  }
}

async function actOf({ serial, setClock, renew, keyFile }: ServiceOptions): Promise<ServiceAct> {
  if (setClock) return { kind: "set clock" };
  if (renew === undefined) return { kind: "read" };
  const { seeds } = await readSeedFile(renew, readKeyFile(keyFile));
  return { kind: "renew", seed: seedOf(seeds, serial) };
}

const DONE = {
  read: "read, and started anew",
  "set clock": "its clock was set",
  renew: "its record was written anew, and its clock was set",
} as const;

function print(report: ServiceReport, act: ServiceAct, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...report, done: act.kind })}\n`);
    return;
  }
  const { serial, clockError, trim, newTrim, battery, presses, codes, imageSha1 } = report;
  const lines = [
    `clock ${String(clockError)} s off since ${new Date(report.start * 1000).toISOString()}`,
    `trim ${String(trim)} ppb${newTrim === trim ? "" : `, now ${String(newTrim)} ppb`}`,
    `image SHA-1 ${imageSha1}, battery ${battery === undefined ? "-" : `${String(battery)} %`}`,
    `presses ${String(presses ?? "-")}, codes ${String(codes ?? "-")} since its last start`,
    `${DONE[act.kind]}; ${report.locked ? "locked again" : "its console is OPEN"}`,
  ];
  process.stdout.write(lines.map((line) => `${serial}: ${line}\n`).join(""));
}
