import { createServer, type AddressInfo, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import pinned from "../../firmware/images.json" with { type: "json" };
import { espruinoTools, parseReport, reportScript } from "../../firmware/factory/espruino-tools.js";
import { flash, type FlashJob } from "../../firmware/factory/flash.js";
import { loadImage } from "../../simulator/image.js";
import { readFrame } from "../../simulator/reader.js";
import { CONSOLE_PORT, startConsole } from "../live/console.js";
import { ESPRUINO } from "../live/interpreter.js";
import { FakeBoard } from "../support/fake-board.js";
import { NOW, SEED, withDirectory } from "../support/server.js";

const job = (changes: Partial<FlashJob> = {}): FlashJob => ({
  seed: SEED,
  board: "pixljs",
  image: loadImage("pixljs"),
  now: () => NOW / 1000,
  ...changes,
});

describe("flashing a board", () => {
  let board: FakeBoard;
  beforeEach(() => {
    board = new FakeBoard(() => NOW / 1000);
  });

  it("writes image and record and reads the code back", async () => {
    expect(await flash(job(), board.run)).toEqual({
      serial: SEED.serial,
      imageSha256: pinned.pixljs.sha256,
      clockError: 0,
    });
    expect(board.storage.bytes(".boot0")).toEqual(new Uint8Array(loadImage("pixljs")));
  });

  it("can be repeated, and with another token", async () => {
    await flash(job(), board.run);
    await flash(job(), board.run);
    const other = { ...SEED, serial: "87654321", secret: Buffer.alloc(20, 3) };
    expect(await flash(job({ seed: other }), board.run)).toMatchObject({ serial: "87654321" });
  });

  it.each([".boot0", "warifu.token"])("finds a %s that did not arrive whole", async (file) => {
    board.corrupt = (name, bytes) => {
      const changed = bytes.slice();
      if (name === file) changed[50] = 0xaa;
      return changed;
    };
    const what = file === ".boot0" ? "image" : "record";
    await expect(flash(job(), board.run)).rejects.toThrow(
      `write the ${what}: it did not arrive whole`,
    );
  });

  it("finds a board that shows a word in place of a code", async () => {
    const expired = { ...SEED, expiry: NOW / 1000 - 1, start: 0 };
    await expect(flash(job({ seed: expired }), board.run)).rejects.toThrow(
      "read the code back: the display shows EXPIRED",
    );
  });

  it("finds a display that shows another code", async () => {
    const wrong: typeof board.run = async (script) => {
      const report = await board.run(script);
      if (!script.includes("asImage")) return report;
      return { ...report, value: { ...(report.value as object), before: 6e8, after: 6e8 } };
    };
    const early = { ...SEED, start: 0 };
    await expect(flash(job({ seed: early, now: () => 5e8 }), wrong)).rejects.toThrow(
      "read the code back: it is not the seed's code",
    );
  });

  it("finds a display that makes no sense", async () => {
    const dead: typeof board.run = async (script) => {
      const report = await board.run(script);
      if (!script.includes("asImage")) return report;
      const frame = Buffer.alloc(1024, 1).toString("base64");
      return { ...report, value: { ...(report.value as object), frame } };
    };
    await expect(flash(job(), dead)).rejects.toThrow("the display shows unreadable");
  });

  it("finds a clock that was not set", async () => {
    board.clockError = 3600;
    await expect(flash(job(), board.run)).rejects.toThrow("set the clock: it is 3600 s off");
  });

  it("takes the old record away before anything is written", async () => {
    await flash(job(), board.run);
    const cut: typeof board.run = (script) =>
      board.run(script.slice(0, script.indexOf('warifu.write("warifu.token"')));
    await expect(flash(job(), cut)).rejects.toThrow("run: the board did not answer");
    board.restart();
    board.machine!.buttons.set("BTN1", true);
    board.machine!.clock.advance(0.1);
    const reading = readFrame(board.machine!.frame());
    expect(reading).toEqual({ kind: "text", lines: ["", "NO RECORD", ""] });
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
        const live = job({ now: () => Date.now() / 1000, seed: { ...SEED, expiry: undefined } });
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
