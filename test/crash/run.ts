// Real servers under load are killed at moments of chance, over SQLite and PostgreSQL, and after each kill
// what was answered is compared with what is stored.
// Run: npm run crash -- [--kills N] [--seed N] [--lanes N] [--cli FILE]
import { parseArgs } from "node:util";
import { TestPostgres } from "../support/postgres.js";
import { type CrashDatabase, postgresDatabase, sqliteDatabase } from "./database.js";
import { Siege } from "./siege.js";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "2000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    lanes: { type: "string", default: "2" },
    cli: { type: "string" },
  },
});
/** Kills over one database. */
const OF_ONE = 50;
/** Ten databases in a row: what each is, and how many processes serve it. */
const KINDS = [
  ...["sqlite 1", "sqlite 3", "postgres 3", "sqlite 1", "sqlite 4"],
  ...["sqlite 1", "sqlite 2", "postgres 4", "sqlite 1", "sqlite 3"],
] as const;

const [kills, seed, lanes] = [values.kills, values.seed, values.lanes].map(Number) as [
  number,
  number,
  number,
];
process.stdout.write(`seed ${String(seed)}\n`);
const begin = performance.now();
const total: Record<string, Record<string, number>> = {};
let broken: string | undefined;
let planned = 0;
let postgres: Promise<TestPostgres> | undefined;

const lane = async (): Promise<void> => {
  while (planned < kills && broken === undefined) {
    const index = Math.floor(planned / OF_ONE);
    const some = Math.min(OF_ONE, kills - planned);
    planned += some;
    const kind = KINDS[index % KINDS.length]!;
    const [store, processes] = kind.split(" ") as ["sqlite" | "postgres", string];
    let open: (directory: string) => CrashDatabase = sqliteDatabase;
    if (store === "postgres") {
      postgres ??= TestPostgres.start("track_commit_timestamp=on");
      const url = await (await postgres).database();
      open = () => postgresDatabase(url);
    }
    try {
      const each = await Siege.lay(seed + index, open, Number(processes), some, values.cli);
      const { moments, answers, ...numbers } = each;
      process.stdout.write(`${JSON.stringify({ kind, seed: seed + index, ...each })}\n`);
      const sum = (total[kind] ??= {});
      for (const [name, count] of Object.entries({ ...numbers, ...moments, ...answers })) {
        sum[name] = (sum[name] ?? 0) + count;
      }
    } catch (error) {
      const again = `--seed ${String(seed + index)} --kills ${String(OF_ONE)}`;
      broken ??= `${kind}: ${(error as Error).message}; its seed: ${again}`;
      process.stdout.write(`${broken}\n`);
    }
  }
};

await Promise.all(Array.from({ length: lanes }, lane));
await (await postgres)?.stop();
const seconds = Math.round((performance.now() - begin) / 1000);
process.stdout.write(`${JSON.stringify({ seed, seconds, total, broken })}\n`);
process.exitCode = broken === undefined ? 0 : 1;
