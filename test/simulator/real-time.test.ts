import { mkdtempSync } from "node:fs";
import { expect, it } from "vitest";
import { espruinoTools } from "../../firmware/factory/espruino-tools.js";
import { boardModel } from "../../simulator/boards.js";
import { BoardConsole } from "../../simulator/device/board-console.js";
import { DeviceDriver } from "../../simulator/device/device-driver.js";
import { PairedDriver } from "../../simulator/device/paired-driver.js";
import { Fleet } from "../../simulator/index.js";
import { CONSOLE_PORT, startConsole } from "../live/console.js";
import { ESPRUINO } from "../live/interpreter.js";
import { runCli } from "../support/cli.js";
import { SeededRandom } from "../support/random.js";
import { seedDirectory } from "../support/seed-directory.js";
import { SEED } from "../support/server.js";

const SEQUENCES = 20;

/** Presses, holds and waits, as long as they take, and a look after each. */
async function play(driver: PairedDriver, random: SeededRandom): Promise<void> {
  for (let step = 0; step < 4; step++) {
    const wait = random.below(1500) / 1000;
    if (random.below(3) === 0) await driver.advance(wait);
    else await driver.press("BTN1", random.pick([0.1, 0.2, 1.7]));
    await driver.frame();
  }
}

const at = seedDirectory();

it.runIf(ESPRUINO)(
  "random sequences in real time on the real interpreter: it and the simulation agree (ESPRUINO is set)",
  async () => {
    const seed = { ...SEED, start: undefined, expiry: undefined };
    const { prepare, stop } = await startConsole(ESPRUINO!, mkdtempSync(at("board-")));
    try {
      await prepare(espruinoTools(CONSOLE_PORT).run);
      const flash = ["flash", "--board", "pixljs", "--serial", seed.serial, "--port", CONSOLE_PORT];
      const files = ["--seeds", at("seeds"), "--key-file", at("key"), "--no-lock", "--any-board"];
      expect((await runCli([...flash, ...files])).code).toBe(0);
      const board = await BoardConsole.open(CONSOLE_PORT);
      const driver = new DeviceDriver(board, boardModel("pixljs")!);
      const token = new Fleet({ at: await driver.clock() }).add(seed);
      const paired = new PairedDriver(driver, token);
      const random = new SeededRandom("real time");
      for (let sequence = 0; sequence < SEQUENCES; sequence++) await play(paired, random);
      expect(paired.disagreements).toEqual([]);
      board.close();
    } finally {
      await stop();
    }
  },
  600_000,
);
