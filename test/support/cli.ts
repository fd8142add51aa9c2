import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";

/** The built command line. */
export const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

let runs = 0;

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process, as `warifu` with these arguments. */
export async function runCli(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CliResult> {
  const result = { stdout: "", stderr: "" };
  const write = (name: "stdout" | "stderr") => (text: string | Uint8Array) => {
    result[name] += typeof text === "string" ? text : Buffer.from(text).toString("latin1");
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(write("stdout")),
    vi.spyOn(process.stderr, "write").mockImplementation(write("stderr")),
    // What it listens to would outlive it.
    vi.spyOn(process.stdout, "on").mockReturnThis(),
    vi.spyOn(process.stderr, "on").mockReturnThis(),
  ];
  const [argv, saved] = [process.argv, { ...process.env }];
  process.argv = ["node", "warifu", ...args];
  Object.assign(process.env, env);
  let code: number;
  try {
    // Only this file is evaluated anew: what it imports keeps nothing from one command to the next.
    await import(/* @vite-ignore */ `../../cli.ts?run=${String(++runs)}`);
  } finally {
    code = Number(process.exitCode ?? 0);
    process.exitCode = undefined;
    process.argv = argv;
    process.env = saved;
    for (const spy of spies) spy.mockRestore();
  }
  return { code, ...result };
}

/** What a process says where it serves. */
const READY = /ready at (http:\S+)/;

/** A process of the built command line that serves until it is stopped. */
export class ServingProcess {
  output = "";

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
  }

  /** Starts `warifu serve` at a free port. */
  static serve(env: Record<string, string>, ...args: readonly string[]): Promise<ServingProcess> {
    return ServingProcess.start(["serve", "--port", "0", ...args], env);
  }

  /**
   * Starts it and waits for what its output must hold.
   * @param options `program`: what node is to run, where it is not the command line
   */
  static async start(
    args: readonly string[],
    env: Record<string, string>,
    { ready = READY, program = [CLI] }: { ready?: RegExp; program?: readonly string[] } = {},
  ): Promise<ServingProcess> {
    const child = spawn(process.execPath, [...program, ...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const serving = new ServingProcess(child);
    const ended = new Promise<void>((resolve) =>
      child.once("close", () => {
        resolve();
      }),
    );
    while (!ready.test(serving.output)) {
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20))]);
      if (serving.#ended) throw new Error(`it ended: ${serving.output}`);
    }
    return serving;
  }

  /** Where it serves. */
  get url(): string {
    return READY.exec(this.output)![1]!;
  }

  get #ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Sends a body with an API key. @returns its answer */
  async post(path: string, key: string, body: object): Promise<Record<string, unknown>> {
    const reply = await fetch(this.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await reply.json()) as Record<string, unknown>;
  }

  /** Sends a code to be verified. */
  verify(key: string, body: object): Promise<Record<string, unknown>> {
    return this.post("/v1/verify", key, body);
  }

  /** Stops it, unless it has ended already. @returns what it ended with, null where a signal ended it */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#ended) return this.child.exitCode;
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    this.child.kill(signal);
    await ended;
    return this.child.exitCode;
  }
}
