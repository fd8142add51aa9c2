import { connect, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BOARD_MODELS } from "../../simulator/boards.js";
import { consoleServer } from "../../simulator/console/console-server.js";
import { VirtualBoard } from "../../simulator/console/virtual-board.js";

let board: VirtualBoard;
let server: Server;
let socket: Socket;
let received: string;
beforeEach(async () => {
  board = new VirtualBoard(BOARD_MODELS.pixljs!, () => 1_800_000_000);
  server = consoleServer(board).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  received = "";
  socket.setEncoding("latin1").on("data", (text) => (received += String(text)));
  await prompts(1);
});
afterEach(() => {
  socket.destroy();
  server.close();
});

async function prompts(count: number): Promise<void> {
  while (received.split(">").length <= count)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Sends text and waits for as many prompts. */
async function type(text: string, count = 1): Promise<string> {
  received = "";
  socket.write(text, "latin1");
  await prompts(count);
  return received;
}

describe("a blank board's console", () => {
  it("echoes what is typed, unless told not to", async () => {
    expect(await type("print(1+2)\n")).toBe("print(1+2)\r\n3\r\n>");
    expect(await type("\x10print(1+2)\n")).toBe("3\r\n>");
  });

  it("takes statements in pieces and over several lines", async () => {
    expect(await type("\x10function f(){\x1b\nreturn 7}\n\x10pri", 1)).toBe(">");
    expect(await type("nt(f())\n")).toBe("7\r\n>");
  });

  it("throws away what was typed before Ctrl-C", async () => {
    expect(await type("print(99)\x03\x10print(5)\n", 2)).toBe("\r\n>5\r\n>");
  });

  it("prints errors and goes on", async () => {
    expect(await type("\x10nothing.here\n")).toMatch(/^Uncaught ReferenceError: .*\r\n>$/);
    expect(await type("\x10print(2)\n")).toBe("2\r\n>");
  });

  it("stands at 1970 until its clock is set, and keeps it over a restart", async () => {
    expect(await type("\x10print(getTime())\n")).toBe("0\r\n>");
    await type("\x10setTime(1800000123);\n");
    expect(await type("\x10print(getTime())\n")).toBe("1800000123\r\n>");
    await type("\x10var gone=1;load()\n");
    expect(await type("\x10print(getTime(),typeof gone)\n")).toBe("1800000123 undefined\r\n>");
  });

  it("stores files piece by piece, and runs what is stored", async () => {
    const program = "g.fillRect(0,0,7,0);g.flip()";
    const [one, two] = [program.slice(0, 10), program.slice(10)];
    const write = (text: string, rest: string) =>
      `\x10require("Storage").write(".boot0",${JSON.stringify(text)},${rest});\n`;
    await type(write(one, `0,${String(program.length)}`));
    await type(write(two, "10"));
    expect(await type("\x10print(require('Storage').write('none','x',5))\n")).toBe("false\r\n>");
    expect(await type('\x10print(require("Storage").read(".boot0"))\n')).toBe(`${program}\r\n>`);
    await type("\x10load()\n");
    expect(board.machine.frame().bytes[0]).toBe(255);
    await type("\x10require('Storage').write('.boot0','not a program');load()\n");
    expect(await type("\x10print(process.env.BOARD)\n")).toContain("PIXLJS");
  });

  it("locked, takes every line for a password, up to 20 characters of it", async () => {
    const password = "ABCDEFGHIJKLMNOPQRST";
    // As the interpreter answers, byte for byte.
    const refused = "\r\n  Invalid password\r\npassword>";
    await type(`\x10E.setPassword("${password}");E.lockConsole()\n`);
    expect(await type("\x10print(1)\n")).toBe(refused);
    expect(await type("\x03\n")).toBe(refused);
    expect(await type(`${password}\n`)).toBe("\r\n  Logged in.\r\n>");
    expect(await type("\x10print(1)\n")).toBe("1\r\n>");
  });

  it("hangs up on what never ends", async () => {
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write("x".repeat(100_000));
    await closed;
  });
});
