import cluster from "node:cluster";
import { DEFAULT_POLICY, shareOf } from "../../server/core/policy.js";
import { openVault } from "../../server/open.js";
import { runServer } from "../../server/run-server.js";
import { openSqlite } from "../../server/store/sqlite.js";
import { announce, stopSignal } from "../../server/worker.js";
import { Workers } from "../../server/workers.js";
import { MASTER_KEY } from "./server.js";

// A program of several workers, as `warifu serve` is one, over a database that needs no server.
const [count, path, breakAtStart] = process.argv.slice(2);
const log = { error: (line: object) => process.stderr.write(`${JSON.stringify(line)}\n`) };

if (cluster.isPrimary) {
  process.exitCode = await new Workers(Number(count), log, announce).run(stopSignal());
} else if (breakAtStart === "break") {
  process.exitCode = 3;
  cluster.worker?.disconnect();
} else {
  process.stderr.write(`started ${String(process.pid)}\n`);
  const store = openSqlite(path!);
  const vault = await openVault(store, MASTER_KEY);
  const policy = shareOf(DEFAULT_POLICY, Number(count));
  const listen = { host: "127.0.0.1", port: 0, drain: 0, now: Date.now };
  await runServer({ ...listen, store, vault, policy }, stopSignal());
  cluster.worker?.disconnect();
}
