import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { reportScript, type RunOnBoard } from "../../firmware/factory/espruino-tools.js";

/** The interpreter's console: its port is fixed in its source. */
export const CONSOLE_PORT = "tcp://127.0.0.1:2323";

/**
 * What a Pixl.js has and the Linux executable lacks, a clock that can be set among it. Saved into the interpreter, so that it is
 * there before the image runs, also after a restart of the program.
 */
const BOARD_SCRIPT = `
g=Graphics.createArrayBuffer(128,64,1,{msb:true});g.flip=function(){};
BTN1=D1;E.getBattery=function(){return 100};Pixl={setLCDPower:function(){}};Bluetooth={setConsole:function(){}};
warifuAhead=0;warifuTime=getTime;function getTime(){return warifuTime()+warifuAhead}
function setTime(time){warifuAhead=time-warifuTime()}`;

/** The real interpreter with its console on TCP, made to look like a blank Pixl.js. */
export async function startConsole(
  espruino: string,
  directory: string,
): Promise<{ stop: () => Promise<void>; prepare: (run: RunOnBoard) => Promise<void> }> {
  // What it saves refers to its own functions by address: these must be the same after a restart.
  const child = spawn(
    "setarch",
    [process.arch === "x64" ? "x86_64" : "aarch64", "-R", espruino, "--telnet"],
    {
      cwd: directory,
      stdio: ["pipe", "ignore", "ignore"],
    },
  );
  await listening(child);
  return {
    stop: async () => {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGKILL");
      await ended;
    },
    prepare: async (run) => {
      const text = Buffer.from(BOARD_SCRIPT).toString("base64");
      await run(`eval(atob("${text}"));save();${reportScript("1")}\n`);
    },
  };
}

async function listening(child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error("the interpreter ended at once");
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(2323, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => {
        resolve(false);
      });
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the interpreter's console does not answer");
}
