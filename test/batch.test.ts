import { execFile } from "node:child_process";
import type { AddressInfo } from "node:net";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { readKeyFile } from "../firmware/seedfile/key-file.js";
import { readSeedFile } from "../firmware/seedfile/read.js";
import { BOARD_MODELS } from "../simulator/boards.js";
import { consoleServer } from "../simulator/console/console-server.js";
import { VirtualBoard } from "../simulator/console/virtual-board.js";
import { readFrame } from "../simulator/reader.js";
import { CLI } from "./support/cli.js";
import { TestServer, withDirectory } from "./support/server.js";

const AT_ONCE = 4;

it("a batch: 100 seeds, 20 blank boards flashed by the real tool, their codes verified", async () => {
  const { path, remove } = withDirectory();
  const [seedFile, keyFile] = [join(path, "seeds"), join(path, "key")];
  writeFileSync(keyFile, "passphrase: for the bench");
  const warifu = (...args: string[]) => promisify(execFile)(process.execPath, [CLI, ...args]);
  const made = ["--count", "100", "--first-serial", "70000001", "--expires", "2045-12-31"];
  await warifu("provision", ...made, "--out", seedFile, "--key-file", keyFile);
  const { seeds } = await readSeedFile(seedFile, readKeyFile(keyFile));
  expect(seeds).toHaveLength(100);

  const boards = seeds.slice(0, 20).map(({ serial }) => ({
    serial,
    board: new VirtualBoard(BOARD_MODELS.pixljs!, () => Date.now() / 1000),
  }));
  // Four boards at a time on the bench; the log says which tokens come next.
  const log = join(path, "production.jsonl");
  for (let first = 0; first < boards.length; first += AT_ONCE) {
    const consoles = boards.slice(first, first + AT_ONCE).map(({ board }) => consoleServer(board));
    const ports = await Promise.all(
      consoles.map(async (console) => {
        await new Promise<void>((resolve) => console.listen(0, "127.0.0.1", resolve));
        return `tcp://127.0.0.1:${String((console.address() as AddressInfo).port)}`;
      }),
    );
    const options = ["--seeds", seedFile, "--key-file", keyFile, "--log", log, "--next"];
    const { stdout } = await warifu("flash", ...options, "--port", ...ports, "--json");
    const done = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { serial: string });
    expect(done.map(({ serial }) => serial)).toEqual(
      boards.slice(first, first + AT_ONCE).map(({ serial }) => serial),
    );
    for (const console of consoles) console.close();
  }
  const lines = readFileSync(log, "utf8");
  expect(lines.match(/"result":"done"/g)).toHaveLength(20);
  for (const { secret } of seeds.slice(0, 20)) {
    expect(lines).not.toContain(Buffer.from(secret).toString("hex"));
  }

  const server = await TestServer.start(seeds);
  server.now = Date.now();
  for (const { serial, board } of boards) {
    board.evaluate("");
    board.machine.buttons.set("BTN1", true);
    board.machine.clock.advance(0.1);
    const reading = readFrame(board.machine.frame());
    const code = reading.kind === "code" ? reading.code : reading.kind;
    expect(await server.verify(code, serial)).toEqual({ accepted: true, serial });
  }
  await server.close();
  remove();
});
