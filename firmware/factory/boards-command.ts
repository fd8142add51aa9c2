import Table from "cli-table3";
import type { Command } from "commander";
import { BOARD_MODELS } from "../../simulator/boards.js";

/** `warifu boards`: what tokens can be made of. */
export function addBoardsCommand(program: Command): void {
  program
    .command("boards")
    .description("list the boards, with their hashes, displays, clocks and batteries")
    .option("--json", "as JSON")
    .action(({ json }: { json?: boolean }) => {
      const boards = Object.values(BOARD_MODELS).map((model) => ({
        board: model.name,
        title: model.title,
        display: `${String(model.width)}x${String(model.height)}`,
        hashes: model.hashes,
        clockPpm: model.clockPpm,
        battery: model.power,
        lock: model.wayPastLock ?? "holds until the flash is read with tools",
        espruino: model.espruino,
      }));
      process.stdout.write(`${json ? JSON.stringify({ boards }) : tableOf(boards)}\n`);
    });
}

interface Row {
  readonly board: string;
  readonly title: string;
  readonly display: string;
  readonly hashes: readonly string[];
  readonly clockPpm: number;
  readonly battery: string;
  readonly lock: string;
  readonly espruino: readonly string[];
}

function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: [
      "board",
      "what it is",
      "display",
      "native hashes",
      "clock",
      "battery",
      "lock",
      "Espruino",
    ],
    style: { head: [], border: [], compact: true },
  });
  for (const { board, title, display, hashes, clockPpm, battery, lock, espruino } of rows) {
    const clock = `${String(clockPpm)} ppm`;
    table.push([board, title, display, hashes.join(" "), clock, battery, lock, espruino.join(" ")]);
  }
  return table.toString();
}
