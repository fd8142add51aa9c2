// How fast and in how much memory a seed file of 100,000 keys is imported, beside parsing it alone.
// Run: npm run bench:import
import { execFileSync } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { provision } from "../../firmware/factory/provision.js";
import { writePskc } from "../../firmware/seedfile/pskc-write.js";
import { fileChunks, SeedReader } from "../../firmware/seedfile/read.js";
import { importSeeds } from "../../server/import-seeds.js";
import { openVault } from "../../server/open.js";
import { openSqlite } from "../../server/store/sqlite.js";
import { MASTER_KEY } from "../support/server.js";
import { median } from "./harness/stats.js";

const COUNT = 100_000;
const KEY = { kind: "preshared", key: Buffer.alloc(16, 1) } as const;

interface Run {
  readonly seconds: number;
  readonly peakMegabytes: number;
}

async function measured(act: () => Promise<void>): Promise<Run> {
  const start = performance.now();
  await act();
  const peak = process.resourceUsage().maxRSS / 1024;
  return { seconds: (performance.now() - start) / 1000, peakMegabytes: Math.round(peak) };
}

async function parseAlone(file: string): Promise<void> {
  let count = 0;
  for await (const seed of new SeedReader(fileChunks(file), KEY))
    count += Number(seed.serial !== "");
  if (count !== COUNT) throw new Error(`${String(count)} seeds`);
}

async function importAll(file: string, database: string): Promise<void> {
  const store = openSqlite(database);
  const vault = await openVault(store, MASTER_KEY);
  const caller = { actor: "bench", source: undefined, at: Date.now() };
  const { imported } = await importSeeds(
    store,
    vault,
    new SeedReader(fileChunks(file), KEY),
    caller,
  );
  if (imported !== COUNT) throw new Error(`${String(imported)} imported`);
  await store.close();
}

const [, self, what, file, database] = process.argv;
if (what === "parse") console.log(JSON.stringify(await measured(() => parseAlone(file!))));
else if (what === "import") {
  console.log(JSON.stringify(await measured(() => importAll(file!, database!))));
} else {
  const directory = mkdtempSync(join(tmpdir(), "warifu-bench-"));
  process.once("exit", () => {
    rmSync(directory, { recursive: true, force: true });
  });
  const path = join(directory, "seeds");
  const batch = { count: COUNT, firstSerial: "10000000", start: 0, expiry: 2_000_000_000 };
  const seeds = provision({ ...batch, algorithm: "SHA1", board: "pixljs" });
  await pipeline(Readable.from(writePskc(seeds, KEY)), createWriteStream(path));
  const child = (...args: string[]): Run =>
    JSON.parse(
      execFileSync(
        process.execPath,
        ["--import", "tsx", fileURLToPath(`file://${self!}`), ...args],
        {
          encoding: "utf8",
        },
      ),
    ) as Run;
  const rounds = [0, 1, 2].map((round) => ({
    parse: child("parse", path),
    import: child("import", path, join(directory, `${String(round)}.db`)),
  }));
  const seconds = (name: "parse" | "import"): number => median(rounds.map((r) => r[name].seconds));
  const peak = (name: "parse" | "import"): number =>
    median(rounds.map((r) => r[name].peakMegabytes));
  console.log(`| | seconds | keys a second | peak memory, MB |\n|---|---|---|---|`);
  for (const name of ["parse", "import"] as const) {
    const rate = Math.round(COUNT / seconds(name));
    console.log(
      `| ${name} | ${seconds(name).toFixed(1)} | ${String(rate)} | ${String(peak(name))} |`,
    );
  }
  console.log(`import / parse: ${(seconds("import") / seconds("parse")).toFixed(2)}`);
}
