import { join } from "node:path";
import { Absent, interleave, type Measured, type Subject } from "./harness/rounds.js";
import type { Figure } from "./harness/report.js";
import type { Scope } from "./harness/scope.js";
import type { Workers } from "./harness/worker.js";
import { type Postgres, startPostgres } from "./peers/postgres.js";
import { CommandFailed, run, writeSeeds } from "./warifu/program.js";
import { openAlone, storeSubject } from "./warifu/store-alone.js";
import { openConnection } from "../../server/store/sqlite-driver.js";

const FEW = 10_000;
/** Codes a round. */
const ROUND = 10_000;
/** Rows of sealed seeds a second that a store must take. */
const IMPORT_RATE = 40_000;

interface Setup {
  readonly scope: Scope;
  readonly workers: Workers;
  readonly rounds: number;
  /** How many tokens are many. */
  readonly tokens: number;
  readonly say: (line: string) => void;
}

/** A kind of store: a new database in it, and how large that is. */
interface Kind {
  readonly prefix: string;
  readonly name: string;
  readonly create: (name: string) => Promise<string>;
  /** Bytes of a database. */
  readonly size: (name: string) => Promise<number>;
}

/** Stores with many tokens beside stores with few: how fast, how large, and how long until they are in. */
export async function scale({ scope, workers, rounds, tokens, say }: Setup): Promise<{
  readonly measured: Measured[];
  readonly figures: Figure[];
  readonly absent: string[];
}> {
  const [subjects, figures, absent] = [[] as Subject[], [] as Figure[], [] as string[]];
  const add = async ({ prefix, name, create, size }: Kind): Promise<void> => {
    for (const [id, count] of [["few", FEW] as const, ["many", tokens] as const]) {
      say(`setting up ${name}, ${String(count)} tokens`);
      const alone = await openAlone(workers, await create(id), count);
      const title = `${name} store alone, ${count.toLocaleString("en")} tokens`;
      subjects.push(storeSubject([prefix + id, title], alone, true, ROUND));
      if (id === "few") continue;
      figures.push(
        {
          name: `${name}: import of sealed seeds`,
          value: alone.importRate,
          unit: "rows/s",
          atLeast: IMPORT_RATE,
        },
        { name: `${name}: database`, value: (await size(id)) / count, unit: "bytes a token" },
      );
    }
  };
  await add(sqlite(scope));
  try {
    await add(inPostgres(await startPostgres(scope)));
  } catch (error) {
    absent.push(`PostgreSQL store: ${(error as Error).message}`);
    say(absent.at(-1)!);
  }
  figures.push(await wholeImport(scope, tokens, say));
  return { measured: await interleave(subjects, rounds, say), figures, absent };
}

function sqlite(scope: Scope): Kind {
  const directory = scope.directory();
  const path = (name: string): string => join(directory, `${name}.db`);
  return {
    prefix: "",
    name: "SQLite",
    create: (name) => Promise.resolve(`sqlite:${path(name)}`),
    size: (name) => Promise.resolve(sizeOf(path(name))),
  };
}

/** Bytes of a database's pages, those still in its log and not counting those that wait to be used again. */
function sizeOf(path: string): number {
  const db = openConnection(path, { readonly: true });
  const pragma = (name: string): number => Number(db.pragma(name, { simple: true }));
  try {
    return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
  } finally {
    db.close();
  }
}

function inPostgres(postgres: Postgres): Kind {
  return {
    prefix: "pg-",
    name: "PostgreSQL",
    create: async (name) => {
      const url = await postgres.create(name);
      await run(url, "apikey", "list").catch((error: unknown) => {
        if (error instanceof CommandFailed)
          throw new Absent(`this version refuses it: ${error.message}`);
        throw error;
      });
      return url;
    },
    size: async (name) => {
      // What an import has put aside and deleted: autovacuum does it before long.
      await postgres.query(name, "VACUUM");
      return Number(await postgres.query(name, `SELECT pg_database_size('${name}')`));
    },
  };
}

/** The whole command: a seed file read, checked, sealed and stored. */
async function wholeImport(scope: Scope, tokens: number, say: Setup["say"]): Promise<Figure> {
  say(`warifu import of ${String(tokens)} seeds`);
  const directory = scope.directory();
  const seeds = join(directory, "seeds.csv");
  await writeSeeds(seeds, tokens);
  const start = performance.now();
  await run(`sqlite:${join(directory, "import.db")}`, "import", seeds);
  const value = tokens / ((performance.now() - start) / 1000);
  return { name: "SQLite: warifu import of a plain CSV file", value, unit: "rows/s" };
}
