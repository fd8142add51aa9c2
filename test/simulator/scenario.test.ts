import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { LOCK_FILE } from "../../firmware/factory/board-scripts.js";
import { RECORD_FILE } from "../../firmware/otp/record.js";
import { tokenRecord } from "../../firmware/seedfile/token-record.js";
import { boardModel } from "../../simulator/boards.js";
import { consoleServer } from "../../simulator/console/console-server.js";
import { VirtualBoard } from "../../simulator/console/virtual-board.js";
import { loadImage } from "../../simulator/image.js";
import { IMAGE_FILE } from "../../simulator/machine.js";
import { CLI, runCli } from "../support/cli.js";
import { seedDirectory } from "../support/seed-directory.js";
import { codeOf, NOW, SEED, TestServer } from "../support/server.js";

const at = seedDirectory();
const TIME = "2026-11-23T12:00:30+09:00";

function write(steps: object[], more: object = { at: TIME }): void {
  writeFileSync(at("s.json"), JSON.stringify({ name: "a token's day", ...more, steps }));
}
const run = (args: readonly string[] = [], env = {}) => {
  const seeds = ["--seeds", at("seeds"), "--key-file", at("key"), "--serial", SEED.serial];
  return runCli(["simulate", ...seeds, "--scenario", at("s.json"), ...args], env);
};
const problems = (stdout: string) => (JSON.parse(stdout) as { problems: string[] }).problems;

describe("warifu simulate --scenario", () => {
  it("presses, waits, harms, and finds all as expected", async () => {
    const shown = codeOf(SEED, NOW);
    write([
      { expect: { display: "", code: false } },
      { press: "BTN1" },
      { expect: { code: shown } },
      { hold: "BTN1" },
      { advance: 1.6 },
      { expect: { display: "SERIAL\n1234 5678" } },
      { release: "BTN1" },
      { advance: 40 },
      { expect: { display: "" } },
      { fault: { kind: "missing", file: "record" } },
      { press: "BTN1", seconds: 0.2 },
      { expect: { display: "NO RECORD" } },
    ]);
    expect(await run()).toEqual({
      code: 0,
      stdout: "a token's day: 12 steps, as expected\n",
      stderr: "",
    });
  });

  it("says what is otherwise, step by step, and exits with 1", async () => {
    write([
      { expect: { code: true } },
      { press: "BTN1" },
      { expect: { code: "000000", display: "EXPIRED" } },
      { expect: { code: false } },
      { expect: { screen: "none" } },
      { fault: { kind: "deadColumn", x: 8 } },
      { expect: { display: "", accepted: true } },
    ]);
    const { code, stdout } = await run(["--json"]);
    expect(code).toBe(1);
    const shown = codeOf(SEED, NOW);
    expect(problems(stdout)).toEqual([
      "step 1: no code, but a dark display",
      `step 3: expected the code 000000, got ${shown}`,
      `step 3: expected "EXPIRED", got "${shown.replace(/^(...)/, "$1 ")}"`,
      "step 4: a code is shown",
      "step 5: there is no picture none yet: --record makes it",
      "step 7: expected a dark display, got nothing readable",
      "step 7: no server is named to ask: --server",
    ]);
  });

  it("records pictures and texts, compares them to the pixel, and names unused ones", async () => {
    const steps = [{ press: "BTN1" }, { expect: { screen: "code", display: "?" } }];
    write(steps);
    expect((await run(["--record"])).code).toBe(0);
    expect(readFileSync(at("s.json"), "utf8")).toContain(
      `"display": "${codeOf(SEED, NOW).replace(/^(...)/, "$1 ")}"`,
    );
    expect((await run()).code).toBe(0);
    // Another minute, another picture.
    write(steps.slice(0, 1).concat({ expect: { screen: "code" } } as never), {
      at: "2026-11-23T12:05:30+09:00",
    });
    const other = await run(["--report", at("r.html"), "--json"]);
    expect(problems(other.stdout)).toEqual(["step 2: the display is not as the picture code"]);
    const report = readFileSync(at("r.html"), "utf8");
    for (const name of ["expected", "got", "difference"]) expect(report).toContain(`alt="${name}"`);
    expect(report).toContain("1 not as expected");
    write([{ press: "BTN1" }]);
    const unused = await run(["--json"]);
    expect(problems(unused.stdout)).toEqual(["no step asks for the picture code.png"]);
    expect((await run(["--record"])).code).toBe(0);
    expect(existsSync(at("s.screens/code.png"))).toBe(false);
    write([{ expect: { screen: "odd" } }]);
    await run(["--record"]);
    writeFileSync(at("s.screens/odd.png"), "no picture");
    expect(problems((await run(["--json"])).stdout)).toEqual([
      "step 1: the picture odd is none of a display's",
    ]);
  });

  it("asks a server, whose key comes by the environment", async () => {
    const server = await TestServer.start([{ ...SEED, start: undefined, expiry: undefined }]);
    const url = await server.app.listen({ host: "127.0.0.1", port: 0 });
    const env = { WARIFU_API_KEY: await server.key("verify") };
    const accepted = { expect: { accepted: true } };
    write([
      { press: "BTN1" },
      accepted,
      { expect: { accepted: false, reason: "already_used" } },
      { expect: { accepted: false, reason: "expired" } },
      accepted,
      { advance: 60 },
      accepted,
    ]);
    const { stdout } = await run(["--server", url, "--json"], env);
    expect(problems(stdout)).toEqual([
      "step 4: expected expired, the server said already_used",
      "step 5: the server said already_used",
      "step 7: there is no code to send",
    ]);
    const wrong = await run(["--server", url], { WARIFU_API_KEY: "none" });
    expect([wrong.code, wrong.stderr]).toEqual([2, "warifu: --server: answers 401\n"]);
    await server.close();
    expect((await run(["--server", url], env)).stderr).toBe("warifu: --server: does not answer\n");
    expect((await run(["--server", url])).stderr).toContain("WARIFU_API_KEY");
  });

  it.each([
    ["x", "key", "--server: must be a URL"],
    ["mailto:bank@example.com", "key", "--server: must be a URL"],
    ["http://user:secret@127.0.0.1:1", "key", "--server: must hold no user and no password"],
    ["http://user@127.0.0.1:1", "key", "--server: must hold no user and no password"],
    ["http://127.0.0.1:1", "a\nkey", "WARIFU_API_KEY: holds characters"],
    ["http://127.0.0.1:1", "鍵", "WARIFU_API_KEY: holds characters"],
  ])("the server %s with the key %j is refused by name", async (server, key, message) => {
    write([{ press: "BTN1" }, { expect: { accepted: true } }]);
    const { code, stderr } = await run(["--server", server], { WARIFU_API_KEY: key });
    expect(code).toBe(2);
    expect(stderr).toContain(`warifu: ${message}`);
    expect(stderr).not.toMatch(/secret|a\nkey|鍵/);
  });

  it.each([[[]], [["--record"]]])("%j says where its pictures cannot be kept", async (args) => {
    write([{ expect: { screen: "dark", display: "?" } }]);
    const scenario = readFileSync(at("s.json"), "utf8");
    writeFileSync(at("s.screens"), "no directory");
    expect(await run(args)).toEqual({
      code: 2,
      stdout: "",
      stderr: `warifu: --scenario: the pictures in ${at("s.screens")} cannot be used\n`,
    });
    expect(readFileSync(at("s.json"), "utf8")).toBe(scenario);
  });

  it("records into the file that a link leads to, whose mode stays", async () => {
    write([{ expect: { display: "?" } }]);
    renameSync(at("s.json"), at("kept.json"));
    chmodSync(at("kept.json"), 0o640);
    symlinkSync("kept.json", at("s.json"));
    expect((await run(["--record"])).code).toBe(0);
    expect(readlinkSync(at("s.json"))).toBe("kept.json");
    expect(readFileSync(at("kept.json"), "utf8")).toContain('"display": ""');
    expect(statSync(at("kept.json")).mode & 0o777).toBe(0o640);
  });

  it("records nothing rather than a part, where the disk is full", () => {
    write([{ expect: { display: "?" } }]);
    const [before, files] = [readFileSync(at("s.json"), "utf8"), readdirSync(at("."))];
    const args = ["simulate", "--seeds", at("seeds"), "--key-file", at("key"), "--record"];
    // No file may grow, and what would end the process for that is ignored.
    const { status, stderr } = spawnSync(
      "sh",
      [
        ...["-c", 'trap "" XFSZ; ulimit -f 0; exec "$@"', "sh", process.execPath, CLI, ...args],
        ...["--serial", SEED.serial, "--scenario", at("s.json")],
      ],
      { encoding: "utf8" },
    );
    expect([status, stderr]).toEqual([
      2,
      `warifu: --scenario: ${at("s.json")} cannot be written: EFBIG\n`,
    ]);
    expect(readFileSync(at("s.json"), "utf8")).toBe(before);
    expect(readdirSync(at("."))).toEqual(files);
  });

  it.each([
    ["{", "is not JSON"],
    ["[]", "the scenario must be object"],
    ['{"name": "x"}', "the scenario must have required property 'steps'"],
    ['{"name": "x", "steps": [{"jump": 1}]}', "steps.0 is no step of a scenario"],
    ['{"name": "x", "steps": [{"press": "BTN1", "advance": 1}]}', "steps.0 is no step"],
    ['{"name": "x", "steps": [{"fault": {"kind": "fire"}}]}', "steps.0"],
    ['{"name": "x", "at": "noon", "steps": [{"advance": 1}]}', "at: must be a time"],
    ['{"name": "x", "steps": [{"press": "BTN9"}]}', "BTN9"],
  ])("%s is refused: %s", async (text, message) => {
    writeFileSync(at("s.json"), text);
    const { code, stderr } = await run();
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it("needs a file that is there, and one that can be written", async () => {
    expect((await run()).stderr).toContain("cannot be read");
    write([{ advance: 1 }]);
    expect((await run(["--report", at("no/where.html")])).stderr).toContain("cannot be written");
  });
});

describe("warifu simulate --device", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server = undefined;
  });

  /** A board at the end of a TCP console, as it left the bench. @param ahead seconds of its clock */
  async function board(name = "pixljs", { locked = false, image = loadImage(name) } = {}) {
    const virtual = new VirtualBoard(boardModel(name)!, () => Date.now() / 1000);
    virtual.storage.write(IMAGE_FILE, image);
    virtual.storage.write(
      RECORD_FILE,
      tokenRecord({ ...SEED, start: undefined, expiry: undefined }),
    );
    if (locked) virtual.storage.write(LOCK_FILE, Buffer.from("password"));
    virtual.evaluate(`setTime(${String(NOW / 1000)})`);
    virtual.restart();
    server = consoleServer(virtual).listen(0, "127.0.0.1");
    await new Promise((resolve) => server!.once("listening", resolve));
    return `tcp://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }
  const STEPS = [
    { expect: { display: "" } },
    { press: "BTN1" },
    { expect: { code: true } },
    { advance: 1.1 },
    { expect: { code: true } },
    { press: "BTN1", seconds: 0.05 },
    { expect: { code: true } },
  ];

  it.each(["pixljs", "banglejs2"])(
    "runs the same scenario on a %s, and the two agree",
    async (name) => {
      const device = await board(name);
      write(STEPS, {});
      const { code, stdout } = await run(["--device", device, "--board", name, "--json"]);
      expect(JSON.parse(stdout)).toEqual({
        ...{ name: "a token's day", steps: 7, problems: [], agree: true },
      });
      expect(code).toBe(0);
    },
  );

  it("without a seed, on the board alone", async () => {
    const device = await board();
    write(STEPS, {});
    const args = ["simulate", "--scenario", at("s.json"), "--device", device];
    expect((await runCli(args)).stdout).toBe("a token's day: 7 steps, as expected\n");
  });

  it("says where a board shows something else than the simulation", async () => {
    // The same program, but that its bar is a pixel lower.
    const image = Buffer.from(
      Buffer.from(loadImage("pixljs")).toString("latin1").replace("barY:51", "barY:52"),
    );
    const device = await board("pixljs", { image });
    write([{ press: "BTN1" }, { expect: { display: null } }], {});
    const { code, stdout } = await run(["--device", device, "--json"]);
    expect(code).toBe(1);
    expect(stdout).toContain("the board null, the simulation");
    expect(JSON.parse(stdout)).toMatchObject({ agree: false });
  });

  it.each([
    ["a board that is locked", "the board is locked", { locked: true }, [{ press: "BTN1" }]],
    [
      "a board without a token",
      "no token's program runs",
      { image: Buffer.from("1") },
      [{ press: "BTN1" }],
    ],
    ["a fault", "cannot be done to a real board", {}, [{ fault: { kind: "pullBattery" } }]],
    ["a button it has not", "no button BTN7", {}, [{ press: "BTN7" }]],
  ])("refuses %s", async (_name, message, parts, steps) => {
    const device = await board("pixljs", parts);
    write(steps, {});
    const { code, stderr } = await run(["--device", device]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it("refuses a time of the scenario's own, a port where nothing is, and no device", async () => {
    write(STEPS);
    expect((await run(["--device", "tcp://127.0.0.1:1"])).stderr).toContain("has its own time");
    write(STEPS, {});
    expect((await run(["--device", "tcp://127.0.0.1:1"])).stderr).toContain("nothing answers");
    for (const device of [at("key"), "tcp://127.0.0.1:65536"]) {
      expect((await run(["--device", device])).stderr).toContain(
        `--device: ${device} is no tcp://HOST:PORT and no serial device`,
      );
    }
    expect((await run(["--device", await board(), "--board", "abacus"])).stderr).toContain(
      "--board",
    );
  });
});

describe("warifu simulate --battery", () => {
  const battery = (...args: string[]) =>
    runCli([
      "simulate",
      "--seeds",
      at("seeds"),
      "--key-file",
      at("key"),
      "--serial",
      SEED.serial,
      "--battery",
      ...args,
    ]);

  it("tells the days a battery lasts, beside the floor that idle and display set", async () => {
    const { code, stdout } = await battery("--json", "--plot", at("plot.svg"));
    expect(code).toBe(0);
    const reports = JSON.parse(stdout) as {
      pressesADay: number;
      counts: { wakeUps: number; redraws: number; displaySeconds: number };
      budget: { days: number; floorDays: number };
    }[];
    const five = reports.find(({ pressesADay }) => pressesADay === 5)!;
    // A press, the release, a tick a second while it is lit, and the dark: nothing besides.
    expect(five.counts.wakeUps).toBe(5 * 35);
    expect(five.counts.redraws).toBe(5 * 34);
    expect(five.counts.displaySeconds).toBeCloseTo(5 * 32, 3);
    expect(five.budget.days / five.budget.floorDays).toBeGreaterThan(0.9);
    const days = reports.map(({ budget }) => budget.days);
    expect(days).toEqual([...days].sort((a, b) => b - a));
    expect(readFileSync(at("plot.svg"), "utf8")).toContain("<polyline");
  });

  it("as a table, too; not for a board without figures", async () => {
    expect((await battery()).stdout).toContain("of the floor");
    const refused = await battery("--board", "ssd1306");
    expect([refused.code, refused.stderr]).toEqual([
      2,
      "warifu: --board: ssd1306 has no documented currents\n",
    ]);
  });
});
