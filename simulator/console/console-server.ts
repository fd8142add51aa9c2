import { createServer, type Server, type Socket } from "node:net";
import type { VirtualBoard } from "./virtual-board.js";

const ECHO_OFF = "\x10";
const INTERRUPT = "\x03";
/** A line break inside a statement; without the escape it would end it. */
const CONTINUED = "\x1b\n";
/** Characters of one statement: far more than a flashing tool sends. */
const MAX_STATEMENT = 65_536;

/**
 * A board's console on TCP, as Espruino's own tools talk to it: statements end with a line break, a
 * leading 0x10 keeps a line from being echoed, Ctrl-C throws away what was typed.
 */
export function consoleServer(board: VirtualBoard): Server {
  return createServer((socket) => {
    serveConsole(board, socket);
  });
}

function serveConsole(board: VirtualBoard, socket: Socket): void {
  let typed = "";
  socket.setEncoding("latin1");
  socket.write(board.prompt);
  socket.on("error", () => {
    socket.destroy();
  });
  socket.on("data", (data) => {
    typed += String(data).replaceAll("\r", "");
    const interrupted = typed.lastIndexOf(INTERRUPT);
    if (interrupted >= 0 && !board.machine.locked) {
      typed = typed.slice(interrupted + 1);
      socket.write(`\r\n${board.prompt}`);
    }
    for (let end = endOfStatement(typed); end >= 0; end = endOfStatement(typed)) {
      const statement = typed.slice(0, end);
      typed = typed.slice(end + 1);
      socket.write(answer(board, statement));
    }
    if (typed.length > MAX_STATEMENT) socket.destroy();
  });
}

function endOfStatement(text: string): number {
  let end = text.indexOf("\n");
  while (end > 0 && text[end - 1] === CONTINUED[0]) end = text.indexOf("\n", end + 1);
  return end;
}

function answer(board: VirtualBoard, typed: string): string {
  // A locked console takes every byte for a part of the password.
  if (board.machine.locked) return board.type(typed);
  const statement = typed.replaceAll(ECHO_OFF, "").replaceAll(CONTINUED, "\n");
  const echo = typed.startsWith(ECHO_OFF) ? "" : `${statement}\r\n`;
  return `${echo}${board.type(statement)}`;
}
