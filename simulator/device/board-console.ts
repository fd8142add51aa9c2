import { execFileSync } from "node:child_process";
import { constants, openSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { ReadStream, WriteStream } from "node:tty";
import { InputError } from "../../firmware/seedfile/input-error.js";
import { tcpAddress } from "./tcp-address.js";

/** Milliseconds that a board may take to answer. */
const PATIENCE = 5_000;
/** A leading 0x10 keeps a line from being echoed. https://www.espruino.com/Interfacing */
const ECHO_OFF = "\x10";
/** Throws away what was typed before. */
const INTERRUPT = "\x03";

/** The console of an unlocked board, over TCP or a serial device. */
export class BoardConsole {
  #heard = "";
  #asked = 0;
  #notice: () => void = () => undefined;

  constructor(
    readonly input: Readable,
    readonly output: Writable,
  ) {
    input.setEncoding("latin1");
    input.on("data", (text) => {
      this.#heard += String(text);
      this.#notice();
    });
    for (const stream of [input, output]) stream.on("error", () => stream.destroy());
  }

  /**
   * Connects to a board.
   * @param port `tcp://HOST:PORT` or a serial device
   * @throws InputError where nothing is there
   */
  static async open(port: string): Promise<BoardConsole> {
    const address = tcpAddress(port);
    const board = address
      ? await dial(address.host, address.port).then((socket) => new BoardConsole(socket, socket))
      : serial(port);
    board.output.write(INTERRUPT);
    return board;
  }

  /**
   * Has the board evaluate an expression.
   * @returns its value, by way of JSON
   * @throws InputError where the board does not answer, or is locked
   */
  async ask(expression: string): Promise<unknown> {
    const mark = `U${String(++this.#asked)}:`;
    this.#heard = "";
    // In two pieces: a line that is echoed all the same is not taken for the answer.
    this.output.write(
      `${ECHO_OFF}print("WARIF"+"${mark}"+JSON.stringify(${expression})+":END")\n`,
      "latin1",
    );
    const answer = new RegExp(`WARIF${mark}(.*?):END`, "s");
    await this.#hear(() => answer.test(this.#heard) || /password>|Uncaught/.test(this.#heard));
    const [, text] = answer.exec(this.#heard) ?? [];
    if (text === undefined) {
      const locked = this.#heard.includes("password>");
      throw new InputError("--device", locked ? "the board is locked" : "the board cannot do that");
    }
    if (text === "undefined") return undefined;
    try {
      return JSON.parse(text.replace(/[\r\n]/g, ""));
    } catch {
      throw new InputError("--device", "the board's answer makes no sense");
    }
  }

  close(): void {
    this.input.destroy();
    this.output.destroy();
  }

  async #hear(done: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new InputError("--device", "the board does not answer"));
      }, PATIENCE);
      this.#notice = () => {
        if (!done()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function dial(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => {
      resolve(socket);
    });
    socket.once("error", () => {
      reject(new InputError("--device", `nothing answers at tcp://${host}:${String(port)}`));
    });
  });
}

/** A serial device, set to pass every byte as it is. */
function serial(path: string): BoardConsole {
  try {
    const flag = process.platform === "darwin" ? "-f" : "-F";
    execFileSync("stty", [flag, path, "raw", "-echo", "9600"], { stdio: "ignore" });
  } catch {
    throw new InputError(
      "--device",
      `${path} is no tcp://HOST:PORT and no serial device that can be used`,
    );
  }
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
  const line = (): number => openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
  return new BoardConsole(new ReadStream(line()), new WriteStream(line()));
}
