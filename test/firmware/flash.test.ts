import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import { parse } from "acorn";
import { afterEach, describe, expect, it } from "vitest";
import { BOARDS } from "../../firmware/factory/image-options.js";
import { BOARD_MODELS } from "../../simulator/boards.js";
import { VirtualBoard } from "../../simulator/console/virtual-board.js";
import pinned from "../../firmware/images.json" with { type: "json" };
import {
  espruinoTools,
  parseReport,
  type Report,
  reportScript,
  type RunOnBoard,
} from "../../firmware/factory/espruino-tools.js";
import { decodeRecord } from "../../firmware/otp/record.js";
import { nodeHash } from "../../server/hashes.js";
import { flash, type FlashJob } from "../../firmware/factory/flash.js";
import { loadImage } from "../../simulator/image.js";
import { readFrame } from "../../simulator/reader.js";
import { CONSOLE_PORT, startConsole } from "../live/console.js";
import { ESPRUINO } from "../live/interpreter.js";
import { codeOf, NOW, SEED, withDirectory } from "../support/server.js";

const job = (changes: Partial<FlashJob> = {}): FlashJob => ({
  seed: SEED,
  board: "pixljs",
  image: loadImage("pixljs"),
  now: () => NOW / 1000,
  ...changes,
});

/** A blank virtual board; its console runs a script statement by statement. */
class Bench {
  readonly board: VirtualBoard;
  /** What is done to each statement on its way; undefined where it gets lost. */
  cable: (statement: string) => string | undefined = (statement) => statement;

  constructor(board = "pixljs") {
    this.board = new VirtualBoard(BOARD_MODELS[board]!, () => NOW / 1000);
    this.board.evaluate(`setTime(${String(NOW / 1000)})`);
  }

  readonly run = (script: string): Promise<Report> => {
    const printed = statementsOf(script).map((statement) => {
      const arrived = this.cable(statement);
      return arrived === undefined ? "" : this.board.evaluate(arrived);
    });
    return Promise.resolve().then(() => ({ value: parseReport(printed.join("")), at: NOW / 1000 }));
  };

  /** What the display shows once the board has been restarted and its button pressed. */
  read(): ReturnType<typeof readFrame> {
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

describe("flashing a board", () => {
  it.each(BOARDS)("%s: writes image and record and reads the code back", async (board) => {
    const bench = new Bench(board);
    const image = loadImage(board);
    expect(await flash(job({ board, image }), bench.run)).toEqual({
      serial: SEED.serial,
      imageSha256: pinned[board].sha256,
      clockError: 0,
      trim: 0,
    });
    expect(bench.board.storage.bytes(".boot0")).toEqual(new Uint8Array(image));
    expect(bench.read()).toMatchObject({ kind: "code", code: codeOf(SEED, NOW) });
  });

  it("reads a display of several bits a pixel", async () => {
    const bench = new Bench("banglejs2");
    const deep: RunOnBoard = async (script) => {
      const report = await bench.run(script);
      if (!script.includes("asImage")) return report;
      const shown = report.value as { frame: string };
      const bits = [...Buffer.from(shown.frame, "base64")].flatMap((byte) =>
        Array.from({ length: 8 }, (_, bit) =>
          (byte >> (7 - bit)) & 1 ? [1, 1, 1] : [0, 0, 0],
        ).flat(),
      );
      const bytes = Buffer.alloc(bits.length / 8);
      bits.forEach((bit, index) => (bytes[index >> 3]! |= bit << (7 - (index & 7))));
      return { ...report, value: { ...shown, bpp: 3, frame: bytes.toString("base64") } };
    };
    const bangle = job({ board: "banglejs2", image: loadImage("banglejs2") });
    expect(await flash(bangle, deep)).toMatchObject({ serial: SEED.serial });
  });

  it("can be repeated, and with another token", async () => {
    const bench = new Bench();
    await flash(job(), bench.run);
    await flash(job(), bench.run);
    const other = { ...SEED, serial: "87654321", secret: Buffer.alloc(20, 3) };
    expect(await flash(job({ seed: other }), bench.run)).toMatchObject({ serial: "87654321" });
    expect(bench.read()).toMatchObject({ code: codeOf(other, NOW) });
  });

  it.each([".boot0", "warifu.token"])("finds a %s that did not arrive whole", async (file) => {
    const bench = new Bench();
    const what = file === ".boot0" ? "image" : "record";
    bench.cable = (statement) =>
      statement.startsWith(`warifu.write("${file}"`)
        ? statement.replace(/atob\("..../, 'atob("////')
        : statement;
    await expect(flash(job(), bench.run)).rejects.toThrow(
      `write: the ${what} did not arrive whole`,
    );
  });

  it("finds a board that shows a word in place of a code", async () => {
    const expired = { ...SEED, expiry: NOW / 1000 - 1, start: 0 };
    await expect(flash(job({ seed: expired }), new Bench().run)).rejects.toThrow(
      "read back: the display shows EXPIRED",
    );
  });

  /** A bench whose board reports something else of its display. */
  const reporting = (changes: object): RunOnBoard => {
    const bench = new Bench();
    return async (script) => {
      const report = await bench.run(script);
      if (!script.includes("asImage")) return report;
      return { ...report, value: { ...(report.value as object), ...changes } };
    };
  };

  it("finds a display that shows another code", async () => {
    const otherTime = { before: NOW / 1000 + 600, after: NOW / 1000 + 600 };
    await expect(flash(job(), reporting(otherTime))).rejects.toThrow(
      "read back: the display does not show the seed's code",
    );
  });

  it("finds a display that makes no sense", async () => {
    const frame = Buffer.alloc(1024, 1).toString("base64");
    await expect(flash(job(), reporting({ frame }))).rejects.toThrow(
      "the display shows unreadable",
    );
  });

  it("finds a clock that was not set", async () => {
    const bench = new Bench();
    bench.board.evaluate(`setTime(${String(NOW / 1000 + 3600)})`);
    await expect(flash(job(), bench.run)).rejects.toThrow("read back: the clock is 3600 s off");
  });

  it("refuses a board or a version it does not know, unless told to take any", async () => {
    const as = (BOARD: string, VERSION: string): RunOnBoard => {
      const bench = new Bench();
      return async (script) => {
        const report = await bench.run(script);
        return script.includes("process.env") ? { ...report, value: { BOARD, VERSION } } : report;
      };
    };
    await expect(flash(job(), as("LINUX", "2v29"))).rejects.toThrow(
      "check: the board is LINUX, not PIXLJS",
    );
    await expect(flash(job(), as("PIXLJS", "1v99"))).rejects.toThrow(
      "check: Espruino is 1v99; supported is 2v29",
    );
    expect(await flash(job({ anyBoard: true }), as("LINUX", "1v99"))).toMatchObject({ trim: 0 });
  });

  it.each([
    ["fast", 40, -39_998],
    ["slow", -40, 40_002],
    ["exact to what can be told", 1, 0],
  ])("measures a clock that is %s and puts its error into the record", async (_name, ppm, trim) => {
    const bench = new Bench();
    let passed = 0;
    const drifting: RunOnBoard = async (script, options) => {
      if (options?.setTime !== false) return bench.run(script);
      const host = NOW / 1000 + passed;
      return Promise.resolve({ value: NOW / 1000 + passed * (1 + ppm * 1e-6), at: host });
    };
    const wait = (seconds: number) => Promise.resolve(void (passed += seconds));
    const result = await flash(job({ measure: 36_000, wait }), drifting);
    expect(result.trim).toBe(trim);
    const record = decodeRecord(bench.board.storage.bytes("warifu.token")!, nodeHash(1).digest);
    expect(record).toMatchObject({ serial: SEED.serial, trim });
  });

  it("takes no clock for one that is a thousandth off", async () => {
    const bench = new Bench();
    let reads = 0;
    const jumping: RunOnBoard = async (script, options) => {
      if (options?.setTime !== false) return bench.run(script);
      return Promise.resolve({ value: reads++ * 110, at: reads * 100 });
    };
    const wait = () => Promise.resolve();
    await expect(flash(job({ measure: 100, wait }), jumping)).rejects.toThrow(
      "measure: the clock's error",
    );
  });

  it("cut off after any statement leaves a whole token or none", async () => {
    const before = { ...SEED, secret: Buffer.alloc(20, 1) };
    const shown = new Set<string>();
    for (let arriving = 0, arrived = false; !arrived; arriving++) {
      const bench = new Bench();
      await flash(job({ seed: before }), bench.run);
      let statements = 0;
      const seen = { erased: false };
      bench.cable = (statement) => {
        if (statements++ >= arriving) return undefined;
        seen.erased ||= statement.startsWith("warifu.erase");
        return statement;
      };
      arrived = await flash(job(), bench.run).then(
        () => true,
        () => false,
      );
      const reading = bench.read();
      shown.add(reading.kind);
      // Until the old record is erased it is the old token; after that the new one, or no code.
      if (reading.kind === "code")
        expect(reading.code).toBe(codeOf(seen.erased ? SEED : before, NOW));
      else expect(seen.erased).toBe(true);
    }
    expect([...shown].sort()).toEqual(["blank", "code", "text"]);
  });
});

describe("what the tools print", () => {
  it("is read between the marks, whatever stands around them", () => {
    const printed = `>\r\nsome noise\r\n\x1b[J@WARIFU<${Buffer.from('{"a":1}').toString("base64")}>WARIFU@\r\n>`;
    expect(parseReport(printed)).toEqual({ a: 1 });
    expect(reportScript("1")).toContain("JSON.stringify(1)");
  });

  it.each([
    ["RECEIVE ERROR: ECONNREFUSED", "connect: nothing answers at this port"],
    ["Unable to connect!", "connect: nothing answers at this port"],
    ["password>", "connect: the board's console is locked"],
    ["Uncaught ReferenceError: x", "run: the board says ReferenceError"],
    ["Upload Complete", "run: the board did not answer"],
  ])("%s: %s", (output, problem) => {
    expect(() => parseReport(output)).toThrow(problem);
  });
});

describe("the Espruino tools", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  const listen = async (answer: (data: string) => string | undefined): Promise<string> => {
    server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (data) => {
        const reply = answer(data.toString("latin1"));
        if (reply !== undefined) socket.write(reply);
      });
    });
    await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
    return `tcp://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  };

  it("interrupted, leave no script with a seed behind", async () => {
    const directory = withDirectory();
    const port = await listen(() => undefined);
    const flashing = spawn(
      process.execPath,
      [
        "--import",
        "tsx",
        fileURLToPath(new URL("../support/flash-forever.ts", import.meta.url)),
        port,
      ],
      { env: { ...process.env, TMPDIR: directory.path }, stdio: ["ignore", "pipe", "inherit"] },
    );
    const ended = new Promise((resolve) => flashing.once("close", resolve));
    const scripts = () =>
      readdirSync(directory.path).filter((name) => name.startsWith("warifu-flash-"));
    // Twelve boards: more than a process takes listeners for without a word.
    while (scripts().length < 12) await new Promise((resolve) => setTimeout(resolve, 20));
    flashing.kill("SIGTERM");
    expect(await ended).toBe(130);
    expect(scripts()).toEqual([]);
    directory.remove();
  });

  it("say that nothing answers", async () => {
    const port = await listen(() => undefined);
    server!.close();
    await expect(espruinoTools(port)("print(1);load();")).rejects.toThrow(
      "connect: nothing answers",
    );
  });

  it("send the script as it is and return the report", async () => {
    let received = "";
    const report = `@WARIFU<${Buffer.from("42").toString("base64")}>WARIFU@`;
    const port = await listen((data) => {
      received += data;
      return received.includes("warifuProbe") ? `\r\n${report}\r\n>` : "\r\n>";
    });
    const { value, at } = await espruinoTools(port)("var warifuProbe=1;\nload();\n");
    expect(value).toBe(42);
    expect(Math.abs(at - Date.now() / 1000)).toBeLessThan(30);
    expect(received).toContain("setTime(");
  });
});

describe("the real interpreter", () => {
  it.runIf(ESPRUINO)(
    "is flashed over its console and shows the code (ESPRUINO is set)",
    async () => {
      const directory = withDirectory();
      const { prepare, stop } = await startConsole(ESPRUINO!, directory.path);
      try {
        const run = espruinoTools(CONSOLE_PORT);
        await prepare(run);
        const live = job({
          anyBoard: true,
          now: () => Date.now() / 1000,
          seed: { ...SEED, expiry: undefined },
        });
        const result = await flash(live, run);
        expect(result.serial).toBe(SEED.serial);
        expect(Math.abs(result.clockError)).toBeLessThan(1);
      } finally {
        await stop();
        directory.remove();
      }
    },
  );
});
