import { parse } from "acorn";
import {
  type BenchConsole,
  FlashError,
  LockedError,
  type LogIn,
  parseReport,
  type Report,
} from "../../firmware/factory/espruino-tools.js";
import { BOARD_MODELS } from "../../simulator/boards.js";
import { VirtualBoard } from "../../simulator/console/virtual-board.js";
import { readFrame } from "../../simulator/reader.js";

/** A blank virtual board, and the cable to it. */
export class Bench implements BenchConsole {
  readonly board: VirtualBoard;
  /** What becomes of a statement, or of a password, on its way; undefined where it gets lost. */
  cable: (statement: string) => string | undefined = (statement) => statement;
  /** How much faster than the time the board's clock runs, parts per million. */
  ppm = 0;
  /** What its console sends a second. */
  bytesPerSecond = Infinity;
  readonly #begin: number;

  /** @param time Unix seconds; moved by the test */
  constructor(
    public time: number,
    board = "pixljs",
  ) {
    this.#begin = time;
    const clock = (): number => time + (this.time - this.#begin) * (1 + this.ppm * 1e-6);
    this.board = new VirtualBoard(BOARD_MODELS[board]!, clock);
  }

  readonly run = (script: string, { setTime } = { setTime: true }): Promise<Report> => {
    if (this.board.machine.locked) return Promise.reject(new LockedError());
    const time = setTime ? [`setTime(${String(this.time)});`] : [];
    const printed = [...time, ...linesOf(script)].map((statement) => {
      const arrived = this.cable(statement);
      return arrived === undefined ? "" : this.board.evaluate(arrived);
    });
    const output = printed.join("");
    const at = this.time + output.length / this.bytesPerSecond;
    return Promise.resolve().then(() => ({ value: parseReport(output), at }));
  };

  readonly logIn = (password: string): Promise<LogIn> => {
    const { machine } = this.board;
    const arrived = this.cable(password);
    if (arrived === undefined) return Promise.reject(new FlashError("connect", "nothing answers"));
    if (!machine.locked) return Promise.resolve("open");
    return Promise.resolve(machine.logIn(arrived) ? "logged in" : "refused");
  };

  /** What the display shows once the board has been restarted and its button pressed. */
  read(): ReturnType<typeof readFrame> {
    this.board.evaluate("");
    this.board.restart();
    const { machine } = this.board;
    machine.buttons.set("BTN1", true);
    machine.clock.time.advance(0.1);
    return readFrame(machine.frame());
  }
}

/** The lines of a script as a console takes them: a statement over several lines is one. */
function linesOf(script: string): string[] {
  const lines: string[] = [];
  let end = -1;
  for (const statement of parse(script, { ecmaVersion: 2020 }).body) {
    const text = script.slice(statement.start, statement.end);
    const sameLine = end >= 0 && !script.slice(end, statement.start).includes("\n");
    if (sameLine) lines.push(lines.pop()! + text);
    else lines.push(text);
    end = statement.end;
  }
  return lines;
}
