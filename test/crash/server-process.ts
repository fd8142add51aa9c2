import { type ChildProcess, spawn } from "node:child_process";
import { CLI } from "../support/cli.js";
import { MASTER_KEY } from "../support/server.js";
import { HttpConnection, post } from "../bench/load/http-connection.js";

/** What a server of the campaign is started with. */
export interface Serving {
  readonly database: string;
  readonly policyFile: string;
  /** The command line's file, where it is not the built one. */
  readonly cli: string | undefined;
}

/** A real `warifu serve`, whose time stands until it is set. */
export class ServerProcess {
  /** Kept once its output has said it. */
  readonly port: Promise<number>;
  readonly ended: Promise<NodeJS.Signals | null>;
  readonly #child: ChildProcess;

  /** @param tracer a command that is to start it */
  constructor({ database, policyFile, cli = CLI }: Serving, tracer: readonly string[] = []) {
    const [program, ...tracee] = [...tracer, process.execPath, cli];
    const args = ["serve", "--port", "0", "--log-level", "silent", "--test-clock"];
    // Each request names its own source, by which it is found again in the audit.
    const more = ["--trust-proxy", "127.0.0.1", "--no-branch-pages", "--policy", policyFile];
    const child = spawn(program, [...tracee, ...args, ...more], {
      env: {
        ...process.env,
        NODE_ENV: "test",
        WARIFU_DB: database,
        WARIFU_MASTER_KEY: MASTER_KEY.toString("hex"),
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child = child;
    this.ended = new Promise((resolve) =>
      child.once("exit", (_code, signal) => {
        resolve(signal);
      }),
    );
    let said = "";
    this.port = new Promise((resolve, reject) => {
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        const port = /ready at http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
      child.once("close", () => {
        reject(new Error(`warifu serve ended: ${said}`));
      });
    });
    // Whoever kills it while it starts does not wait for its port.
    this.port.catch(() => undefined);
  }

  /** @param now Unix seconds */
  async setClock(now: number): Promise<void> {
    const connection = await HttpConnection.open(await this.port);
    const put = post("/test-clock", ["connection: close"], JSON.stringify({ now }));
    await connection.send(put.replace("POST", "PUT"));
    connection.close();
  }

  /** @returns whether it was still there to be killed */
  async kill(): Promise<boolean> {
    this.#child.kill("SIGKILL");
    return (await this.ended) === "SIGKILL";
  }

  /** The server's, also behind a tracer: that one replaces itself by the server (exec), as `strace -D` does. */
  get pid(): number {
    return this.#child.pid!;
  }

  terminate(): void {
    this.#child.kill("SIGTERM");
  }
}
