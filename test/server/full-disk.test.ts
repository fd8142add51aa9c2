import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { foundBank } from "../crash/bank.js";
import { ChainProof } from "../crash/chain.js";
import { openOf, sqliteDatabase } from "../crash/database.js";
import type { Load } from "../crash/load.js";
import { ServerProcess, type Serving } from "../crash/server-process.js";
import { testDirectory } from "../support/directory.js";
import { Random } from "../system/random.js";

/** A file system of a server's own, which ends with it. */
const OWN_FILES = [
  ...["unshare", "--mount", ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"])],
];
const CAN_MOUNT =
  spawnSync(OWN_FILES[0]!, [...OWN_FILES.slice(1), "mount", "-t", "tmpfs", "tmpfs", "/tmp"])
    .status === 0;
const CAN_LIMIT = spawnSync("prlimit", ["--version"]).status === 0;

let directory: string;
let own: string;
let load: Load;
let serving: Serving;
let server: ServerProcess | undefined;
beforeEach(async () => {
  directory = testDirectory();
  own = join(directory, "own");
  mkdirSync(own);
  const founded = await foundBank(new Random(1), sqliteDatabase(own), directory);
  load = founded.load;
  serving = { database: `sqlite:${own}/store.db`, cli: undefined, policyFile: founded.policyFile };
});
afterEach(async () => {
  await server?.kill();
  server = undefined;
});

async function ready(): Promise<number> {
  return (await fetch(`http://127.0.0.1:${String(await server!.port)}/readyz`)).status;
}

const decided = (): number => (load.answers.accepted ?? 0) + (load.answers.wrong_code ?? 0);

/** Uses the tokens until the disk is full, frees it, and goes on. */
async function fillAndFree(free: () => void, fill: () => void = () => undefined): Promise<void> {
  await server!.setClock(load.now);
  const loading = load.run([server!]);
  // What it has found is thrown below.
  loading.catch(() => undefined);
  const until = async (reached: () => boolean): Promise<void> => {
    while (!reached()) {
      if (await load.heard(1)) continue;
      await loading;
      throw new Error(`the server ended: ${JSON.stringify(load.answers)}`);
    }
  };
  await until(() => decided() >= 30);
  fill();
  await until(() => (load.answers.unavailable ?? 0) >= 30);
  // There may be room for its own write yet, which is smaller than a decision's; each takes some of it.
  await expect.poll(ready, { interval: 500 }).toBe(503);
  free();
  const before = decided();
  await until(() => decided() >= before + 100);
  load.stop();
  await loading;
  expect(load.answers).not.toHaveProperty("died");
  await expect.poll(ready).toBe(200);
}

/** What was answered is stored, what was answered 503 is not, and the audit is whole. */
async function expectAllStored(path: string): Promise<void> {
  const database = sqliteDatabase(path);
  const store = await openOf(database);
  for (const row of await database.newRows(store)) load.ledger.row(row);
  load.ledger.settle();
  load.ledger.compare(await store.tokensBySerial(load.devices.map(({ serial }) => serial)));
  await new ChainProof().follow(store);
  await store.close();
  expect(database.faults()).toEqual([]);
}

describe("a full disk", () => {
  it.runIf(CAN_MOUNT)(
    "is answered 503 and nothing else, and works again once there is room (unshare may mount)",
    async () => {
      const files = join(directory, "files");
      mkdirSync(files);
      // The filling makes room for more than is written afterwards: the log is not copied before it is larger.
      const script = `mount -t tmpfs -o size=8m tmpfs ${files} && cp ${own}/store.db ${files}/ &&
        head -c 7900000 /dev/zero > ${files}/filling && exec "$@"`;
      const small = { ...serving, database: `sqlite:${files}/store.db` };
      server = new ServerProcess(small, [...OWN_FILES, "sh", "-c", script, "sh"]);
      await server.port;
      const inside = join("/proc", String(server.pid), "root", files);
      await fillAndFree(() => {
        rmSync(join(inside, "filling"));
      });
      // Its files end with it.
      for (const name of ["store.db", "store.db-wal"]) {
        if (existsSync(join(inside, name))) copyFileSync(join(inside, name), join(own, name));
      }
      await server.kill();
      await expectAllStored(own);
    },
  );

  it.runIf(CAN_LIMIT)("and files that may not grow any more, too (prlimit is there)", async () => {
    server = new ServerProcess(serving);
    const limit = (bytes: string): void => {
      const args = ["--pid", String(server!.pid), `--fsize=${bytes}:unlimited`];
      expect(spawnSync("prlimit", args).status).toBe(0);
    };
    await fillAndFree(
      () => {
        limit("unlimited");
      },
      () => {
        limit("400000");
      },
    );
    await server.kill();
    await expectAllStored(own);
  });
});
