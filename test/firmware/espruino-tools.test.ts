import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { espruinoTools, parseReport, reportScript } from "../../firmware/factory/espruino-tools.js";
import { testDirectory } from "../support/directory.js";

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
    const directory = testDirectory();
    const port = await listen(() => undefined);
    const flashing = spawn(
      process.execPath,
      [
        "--import",
        "tsx",
        fileURLToPath(new URL("../support/flash-forever.ts", import.meta.url)),
        port,
      ],
      { env: { ...process.env, TMPDIR: directory }, stdio: ["ignore", "pipe", "inherit"] },
    );
    const ended = new Promise((resolve) => flashing.once("close", resolve));
    const scripts = () => readdirSync(directory).filter((name) => name.startsWith("warifu-flash-"));
    // Twelve boards: more than a process takes listeners for without a word.
    while (scripts().length < 12) await new Promise((resolve) => setTimeout(resolve, 20));
    flashing.kill("SIGTERM");
    expect(await ended).toBe(130);
    expect(scripts()).toEqual([]);
  });

  it("say that nothing answers", async () => {
    const port = await listen(() => undefined);
    server!.close();
    await expect(espruinoTools(port).run("print(1);load();")).rejects.toThrow(
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
    const { value, at } = await espruinoTools(port).run("var warifuProbe=1;\nload();\n");
    expect(value).toBe(42);
    expect(Math.abs(at - Date.now() / 1000)).toBeLessThan(30);
    expect(received).toContain("setTime(");
  });
});
