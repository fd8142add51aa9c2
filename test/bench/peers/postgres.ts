import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../support/free-port.js";
import { Absent } from "../harness/rounds.js";
import type { Owner, Scope } from "../harness/scope.js";

const USER = "bench";
const PASSWORD = "bench";
const START_TIME = 20_000; // milliseconds

/**
 * What is set other than by default. Commits are as durable as by default; the rest keeps checkpoints
 * and cleaning from falling into one subject's round rather than another's.
 */
const SETTINGS = {
  fsync: "on",
  synchronous_commit: "on",
  shared_buffers: "512MB",
  max_connections: "200",
  max_wal_size: "8GB",
  checkpoint_timeout: "1h",
  autovacuum: "off",
};

/** A PostgreSQL of this run's own. */
export interface Postgres {
  readonly port: number;
  /** A new database. @returns its URL, which holds a password */
  readonly create: (name: string) => Promise<string>;
  /** Runs statements in a database. @returns what they answer */
  readonly query: (database: string, sql: string) => Promise<string>;
  /** A program beside the server, with the means to log in. @returns what it printed */
  readonly program: (name: string, args: readonly string[]) => Promise<string>;
}

/** Whom services run as that refuse to run as root; undefined where this is not root. */
export function serviceOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (option: string): number =>
    Number(execFileSync("id", [option, "nobody"], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}

/** Debian keeps each version's programs in a folder of its own, outside of the path. */
function programs(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((each) => join(root, each, "bin")), ...pathFolders()];
  const found = folders.find((each) => existsSync(join(each, "initdb")));
  if (found === undefined) throw new Absent("PostgreSQL is not installed");
  return found;
}

function pathFolders(): string[] {
  return (process.env.PATH ?? "").split(":");
}

/** @throws Absent where PostgreSQL is not installed */
export async function startPostgres(scope: Scope): Promise<Postgres> {
  const [bin, owner, port] = [programs(), serviceOwner(), await freePort()];
  const directory = scope.directory(owner);
  const data = join(directory, "data");
  const passwordFile = join(directory, "password");
  writeFileSync(passwordFile, PASSWORD);
  const env = { ...process.env, PGPASSWORD: PASSWORD, LC_ALL: "C.UTF-8" };
  const initdb = ["-D", data, "-U", USER, "--auth=scram-sha-256", `--pwfile=${passwordFile}`];
  execFileSync(join(bin, "initdb"), initdb, { stdio: "pipe", env, cwd: directory, ...owner });
  const settings = { ...SETTINGS, port: String(port), listen_addresses: "127.0.0.1" };
  const args = Object.entries({ ...settings, unix_socket_directories: directory });
  const child = scope.start(
    join(bin, "postgres"),
    ["-D", data, ...args.flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { stdio: ["ignore", "ignore", "pipe"], env, cwd: directory, ...owner },
    // Fast shutdown: https://www.postgresql.org/docs/current/server-shutdown.html
    "SIGINT",
  );
  child.stderr!.resume();
  const program = async (name: string, rest: readonly string[]): Promise<string> => {
    const login = ["-h", "127.0.0.1", "-p", String(port), "-U", USER];
    const options = { env, stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"] };
    const running = spawn(join(bin, name), [...login, ...rest], options);
    const closed = once(running, "close") as Promise<[number | null]>;
    const [printed, problem, [status]] = await Promise.all([
      ...[text(running.stdout), text(running.stderr)],
      closed,
    ] as const);
    if (status !== 0) throw new Error(`${name}: ${problem.trim()}`);
    return printed;
  };
  const query = (database: string, sql: string): Promise<string> =>
    program("psql", ["-d", database, "-v", "ON_ERROR_STOP=1", "-qAtc", sql]);
  await untilReady(() => query("postgres", "SELECT 1"));
  const create = async (name: string): Promise<string> => {
    await query("postgres", `CREATE DATABASE ${name}`);
    return `postgres://${USER}:${PASSWORD}@127.0.0.1:${String(port)}/${name}`;
  };
  return { port, create, query, program };
}

async function untilReady(ask: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + START_TIME;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(100);
    }
  }
}
