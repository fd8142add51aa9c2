import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { pressScript, type Look } from "../firmware/factory/board-scripts.js";
import { espruinoTools } from "../firmware/factory/espruino-tools.js";
import { servicePasswords } from "../firmware/factory/service-password.js";
import { readKeyFile } from "../firmware/seedfile/key-file.js";
import { readSeedFile } from "../firmware/seedfile/read.js";
import type { Seed } from "../firmware/seedfile/seed.js";
import { BOARD_MODELS } from "../simulator/boards.js";
import { VirtualBoard } from "../simulator/console/virtual-board.js";
import { readFrame, type Reading } from "../simulator/reader.js";
import { CONSOLE_PORT, startConsole } from "./live/console.js";
import { ESPRUINO } from "./live/interpreter.js";
import { CLI } from "./support/cli.js";
import { testDirectory } from "./support/directory.js";
import { TestServer } from "./support/server.js";
import { portOf } from "./support/virtual-bench.js";

const BOARDS = 20;
const AT_ONCE = 10;

const warifu = async (...args: string[]): Promise<string> => {
  const run = promisify(execFile)(process.execPath, [CLI, ...args]);
  return (
    await run.catch((error: unknown) => {
      throw new Error((error as { stderr: string }).stderr);
    })
  ).stdout;
};

/** A directory with 100 fresh seeds and a log, and the flashing of the next of them. */
async function batch() {
  const path = testDirectory();
  const [file, keyFile, log] = ["seeds", "key", "production.jsonl"].map((name) => join(path, name));
  writeFileSync(keyFile!, "passphrase: for the bench");
  const made = ["--count", "100", "--first-serial", "70000001", "--expires", "2045-12-31"];
  await warifu("provision", ...made, "--out", file!, "--key-file", keyFile!);
  const key = readKeyFile(keyFile!);
  const { seeds } = await readSeedFile(file!, key);
  expect(seeds).toHaveLength(100);
  const flashNext = async (...options: string[]): Promise<string[]> => {
    const from = ["--seeds", file!, "--key-file", keyFile!, "--log", log!, "--next"];
    const lines = (await warifu("flash", ...from, "--json", ...options)).trim().split("\n");
    return lines.map((line) => (JSON.parse(line) as { serial: string }).serial);
  };
  return { path, keyFile: keyFile!, key, seeds, log: log!, flashNext };
}

/** A server with the seeds: a code that was read off a token is accepted, and accepted once. */
async function bank(seeds: readonly Seed[]) {
  const server = await TestServer.start(seeds);
  const verify = async (serial: string, reading: Reading): Promise<void> => {
    server.now = Date.now();
    const code = reading.kind === "code" ? reading.code : reading.kind;
    expect(await server.verify(code, serial)).toEqual({ accepted: true, serial });
    expect(await server.verify(code, serial)).toMatchObject({ accepted: false });
  };
  return { verify, close: () => server.close() };
}

function checkLog(log: string, seeds: readonly Seed[]): void {
  const lines = readFileSync(log, "utf8");
  expect(lines.match(/"result":"done".*"locked":true/g)).toHaveLength(BOARDS);
  for (const { secret } of seeds) expect(lines).not.toContain(Buffer.from(secret).toString("hex"));
}

it("a batch: 100 seeds, 20 blank boards flashed by the real tool, their codes verified", async () => {
  const { keyFile, seeds, log, flashNext } = await batch();
  const boards = seeds.slice(0, BOARDS).map(({ serial }) => ({
    serial,
    board: new VirtualBoard(BOARD_MODELS.pixljs!, () => Date.now() / 1000),
  }));
  // Ten boards at a time on the bench; the log says which tokens come next.
  for (let first = 0; first < boards.length; first += AT_ONCE) {
    const onBench = boards.slice(first, first + AT_ONCE);
    const ports = await Promise.all(onBench.map(({ board }) => portOf(board)));
    const flashed = await flashNext("--port", ...ports.map(({ name }) => name));
    expect(flashed).toEqual(onBench.map(({ serial }) => serial));
    if (first === 0) {
      const opened = ["--serial", boards[0]!.serial, "--key-file", keyFile, "--json"];
      const said = JSON.parse(
        await warifu("service", ...opened, "--port", ports[0]!.name),
      ) as object;
      expect(said).toMatchObject({ serial: boards[0]!.serial, locked: true, done: "read" });
    }
    for (const port of ports) port.close();
  }
  checkLog(log, seeds);
  const { verify, close } = await bank(seeds);
  for (const { serial, board } of boards) {
    board.evaluate("");
    board.machine.buttons.set("BTN1", true);
    board.machine.clock.time.advance(0.1);
    expect(board.machine.locked).toBe(true);
    await verify(serial, readFrame(board.machine.frame()));
  }
  await close();
});

it.runIf(ESPRUINO)(
  "a batch on the real interpreter, board after board (ESPRUINO is set)",
  async () => {
    const { path, key, seeds, log, flashNext } = await batch();
    const board = espruinoTools(CONSOLE_PORT);
    const { verify, close } = await bank(seeds);
    for (let count = 0; count < BOARDS; count++) {
      const directory = mkdtempSync(join(path, "board-"));
      const { prepare, stop } = await startConsole(ESPRUINO!, directory);
      try {
        await prepare(board.run);
        const [serial] = await flashNext("--port", CONSOLE_PORT, "--any-board");
        expect(await board.logIn(servicePasswords(key)(serial!))).toBe("logged in");
        const { value } = await board.run(pressScript("pixljs", 60));
        const [{ frame }] = value as [Look];
        const bytes = Buffer.from(frame, "base64");
        await verify(serial!, readFrame({ width: 128, height: 64, bytes }));
      } finally {
        await stop();
      }
    }
    await close();
    checkLog(log, seeds);
  },
  900_000,
);
