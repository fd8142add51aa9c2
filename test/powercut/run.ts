// A real server over SQLite is traced under load; then the power is cut at every sync and answer of the
// trace, writes that were not synced are lost, kept, torn or kept alone, and what is left is opened.
// Run: npm run power-cuts -- [--answers N] [--share 0..1] [--seed N] [--cli FILE]
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Random } from "../system/random.js";
import { CAN_TRACE, recordServer } from "./record.js";
import { replay } from "./replay.js";

const { values } = parseArgs({
  options: {
    answers: { type: "string", default: "1500" },
    share: { type: "string", default: "1" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    cli: { type: "string" },
  },
});
if (!CAN_TRACE) throw new Error("this needs strace, of the Debian package of that name");
process.stdout.write(`seed ${values.seed}\n`);
const random = new Random(Number(values.seed));
const directory = mkdtempSync(join(tmpdir(), "warifu-power-"));
// What is left of a database is looked at in memory where there is a place for it.
const scratch = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "warifu-power-"));
try {
  const recording = await recordServer(random, Number(values.answers), directory, values.cli);
  process.stderr.write("recorded\n");
  const report = await replay(recording, random, Number(values.share), scratch);
  process.stdout.write(`${JSON.stringify({ ...recording.load.answers, ...report })}\n`);
  process.exitCode = report.broken === undefined ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
  rmSync(scratch, { recursive: true, force: true });
}
