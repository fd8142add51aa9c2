import { parse } from "acorn";
import {
  type BoardConsole,
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
export class Bench implements BoardConsole {
  readonly board: VirtualBoard;
  /** What becomes of a statement, or of a password, on its way; undefined where it gets lost. */
  cable: (statement: string) => string | undefined = (statement) => statement;
  /** How much faster than the time the board's clock runs, parts per million. */
  ppm = 0;
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
    const printed = [...time, ...statementsOf(script)].map((statement) => {
      const arrived = this.cable(statement);
      return arrived === undefined ? "" : this.board.evaluate(arrived);
    });
    return Promise.resolve().then(() => ({ value: parseReport(printed.join("")), at: this.time }));
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
    machine.clock.advance(0.1);
    return readFrame(machine.frame());
  }
}

/** The statements of a script; those that go over several lines are kept whole. */
function statementsOf(script: string): string[] {
  return parse(script, { ecmaVersion: 2020 }).body.map(({ start, end }) =>
    script.slice(start, end),
  );
}
