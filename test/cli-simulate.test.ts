import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import pinned from "../firmware/images.json" with { type: "json" };
import { runCli } from "./support/cli.js";
import { seedDirectory } from "./support/seed-directory.js";
import { SEED } from "./support/server.js";

const at = seedDirectory();

const simulate = (...args: string[]) =>
  runCli([
    "simulate",
    "--seeds",
    at("seeds"),
    "--key-file",
    at("key"),
    "--serial",
    SEED.serial,
    ...args,
  ]);

describe("warifu simulate", () => {
  it("prints the code a person would read", async () => {
    expect(await simulate("--at", "59", "--start", "0")).toEqual({
      code: 0,
      stdout: "755224\n",
      stderr: "",
    });
    const later = await simulate("--at", "2033-05-18T03:33:20Z", "--json");
    expect(JSON.parse(later.stdout)).toEqual({
      serial: SEED.serial,
      code: "864010",
      display: "864 010",
      secondsLeft: 40,
      imageSha256: pinned.pixljs.sha256,
    });
  });

  it("shows a word where there is no code, and exits with 1", async () => {
    const early = await simulate("--at", "59");
    expect(early).toMatchObject({ code: 1, stdout: "CLOCK LOST\n" });
  });

  it.each([
    ["none", "\n"],
    ["BTN2", "\n"],
    ["BTN1:2", "SERIAL\n1234 5678\n"],
    ["BTN1:2,BTN1", "EXPIRES (JST)\nNEVER\n"],
    ["BTN1:2,BTN1,BTN1", "TIME (UTC)\n1970-01-01\n00:01:02\n"],
  ])("--press %s", async (press, stdout) => {
    expect(await simulate("--at", "60", "--start", "0", "--press", press)).toMatchObject({
      code: 0,
      stdout,
    });
  });

  it("writes the frame as PNG, PBM and text", async () => {
    const time = ["--at", "59", "--start", "0"];
    await simulate(...time, "--frame", "png", "--out", at("frame.png"));
    await simulate(...time, "--frame", "pbm", "--out", at("frame.pbm"));
    const text = await simulate(...time, "--frame", "text");
    const png = PNG.sync.read(readFileSync(at("frame.png")));
    expect([png.width, png.height]).toEqual([128, 64]);
    const pbm = readFileSync(at("frame.pbm"));
    expect(pbm.subarray(0, 10).toString()).toBe("P4\n128 64\n");
    expect(pbm.length).toBe(10 + 1024);
    // Each pixel of the PNG is dark exactly where the PBM has a bit.
    for (let i = 0; i < 128 * 64; i++) {
      const bit = (pbm[10 + (i >> 3)]! >> (7 - (i & 7))) & 1;
      expect(png.data[i * 4]! < 128 ? 1 : 0).toBe(bit);
    }
    expect(text.stdout).toMatchSnapshot();
  });

  it.each([
    [["--serial", "99999999"], "--serial"],
    [["--board", "toaster"], "--board"],
    [["--at", "noon"], "--at"],
    [["--at", "2026-11-23T12:00:00+99:99"], "--at: must be a time with its zone"],
    [["--at", "2026-11-23T12:00:00+09:60"], "--at: must be a time with its zone"],
    [["--at", "2026-11-23T12:00:00+15:00"], "--at: must be a time with its zone"],
    [["--start", "noon"], "--start"],
    [["--start", "1969-12-31T23:59:59Z"], "--start: must not be before 1970"],
    [
      ["--start", "1969-12-31T23:59:59Z", "--listen", "127.0.0.1:0", "--allow-production-seeds"],
      "--start: must not be before 1970",
    ],
    [["--press", "BTN1:soon"], "--press"],
    [["--press", "BTN9"], "--press: pixljs has the buttons"],
    [["--press", "BTN1:9999"], "--press"],
    [["--frame", "gif"], "--frame"],
    [["--frame", "constructor"], "--frame"],
    [["--board", "constructor"], "--board"],
    [["--board", "./pixljs"], "--board: there is no image"],
    [["--board", "../cli"], "--board: there is no image"],
    [["--plot", "plot.svg"], "--plot: needs --battery"],
    [["--record"], "--record: needs --scenario"],
    [["--report", "r.html"], "--report: needs --scenario"],
    [["--server", "http://127.0.0.1:1"], "--server: needs --scenario"],
    [["--device", "tcp://127.0.0.1:1"], "--device: needs --scenario"],
    [["--allow-production-seeds"], "--allow-production-seeds: needs --listen"],
    [["--listen-console", "0"], "--listen-console: needs --blank"],
    [["--blank", "--listen-console", "0"], "--seeds: does not go with --blank"],
    ...["at", "start", "press", "frame", "listen"].map((name): [string[], string] => [
      ["--scenario", "s.json", `--${name}`, "1"],
      `--${name}: does not go with --scenario`,
    ]),
    [["--scenario", "s.json", "--battery"], "--battery: does not go with --scenario"],
    [["--battery", "--at", "59"], "--at: does not go with --battery"],
    [["--listen", "0", "--press", "BTN1"], "--press: does not go with --listen"],
    [["--out", "frame.png"], "--out: needs --frame"],
    [["--frame", "text", "--json"], "--out: is needed: standard output is for the JSON"],
    [
      ["--frame", "png", "--out", "/nowhere/frame.png"],
      "--out: /nowhere/frame.png cannot be written",
    ],
    [["--frame", "png"], "--out"],
    [["--listen", "nowhere"], "--listen"],
    [["--listen", "127.0.0.1:0"], "--allow-production-seeds"],
    [["--listen", "127.0.0.1:99999", "--allow-production-seeds"], "--listen"],
  ])("%j is refused by name", async (args, text) => {
    const result = await simulate(...args);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(text);
  });

  it.each([
    [[], "--seeds"],
    [["--seeds", "s"], "--serial"],
    [["--seeds", "s", "--battery"], "--serial"],
    [["--seeds", "s", "--scenario", "s.json"], "--serial"],
    [["--seeds", "s", "--scenario", "s.json", "--device", "tcp://127.0.0.1:1"], "--serial"],
    // A board alone does without, but that a server is asked about a token.
    [["--serial", SEED.serial, "--scenario", "s.json", "--device", "tcp://127.0.0.1:1"], "--seeds"],
    [["--server", "x", "--scenario", "s.json", "--device", "tcp://127.0.0.1:1"], "--seeds"],
    [["--listen", "0"], "--seeds"],
    [["--blank"], "--listen-console"],
  ])("%j misses an option, and says which", async (args, missing) => {
    expect(await runCli(["simulate", ...args])).toMatchObject({
      code: 2,
      stderr: `warifu: ${missing}: is needed\n`,
    });
  });

  it("--listen on a port in use is refused by name", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const result = await simulate(
      "--listen",
      `127.0.0.1:${String(port)}`,
      "--allow-production-seeds",
    );
    other.close();
    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--listen") as string,
    });
  });
});

describe("warifu boards", () => {
  it("lists every board there is an image for", async () => {
    const { stdout } = await runCli(["boards", "--json"]);
    const { boards } = JSON.parse(stdout) as { boards: { board: string; hashes: string[] }[] };
    expect(boards.map(({ board }) => board)).toEqual(Object.keys(pinned));
    expect(boards[0]).toMatchObject({ display: "128x64", hashes: ["SHA1"], espruino: ["2v29"] });
    expect((await runCli(["boards"])).stdout).toContain("banglejs2");
  });

  it.each(["banglejs2", "ssd1306"])("runs a token on %s", async (board) => {
    const args = ["--at", "59", "--start", "0", "--board", board];
    expect(await simulate(...args)).toEqual({ code: 0, stdout: "755224\n", stderr: "" });
  });
});
