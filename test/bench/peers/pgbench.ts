import type { Subject } from "../harness/rounds.js";
import { CONCURRENCY } from "../load/load.js";
import type { Postgres } from "./postgres.js";

const SCALE = 10; // a million accounts
/** Transactions of each client in a round. */
const TRANSACTIONS = 40;

/** PostgreSQL's own measure: one short transaction a request, its accounts shared by nobody. */
export async function pgbench(postgres: Postgres): Promise<Subject> {
  await postgres.create("pgbench");
  await postgres.program("pgbench", ["-i", "-q", "-s", String(SCALE), "pgbench"]);
  const size = ["-c", String(CONCURRENCY), "-t", String(TRANSACTIONS)];
  const args = ["-N", "-n", "-M", "prepared", ...size];
  return {
    id: "pgbench",
    name: "pgbench -N -M prepared -c 64",
    round: async () => {
      const printed = await postgres.program("pgbench", [...args, "pgbench"]);
      const rate = Number(/^tps = ([\d.]+)/m.exec(printed)?.[1] ?? NaN);
      if (Number.isNaN(rate)) throw new Error("pgbench printed no rate");
      return { rate };
    },
  };
}
