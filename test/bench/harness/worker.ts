import type { ChildProcess, SpawnOptions } from "node:child_process";
import { join } from "node:path";
import { build } from "tsup";
import type { Scope } from "./scope.js";

/** Workers by their names, and their sources. */
const WORKERS = {
  load: "test/bench/load/load.worker.ts",
  store: "test/bench/warifu/store.worker.ts",
  server: "test/bench/warifu/server.worker.ts",
  naive: "test/bench/peers/naive.worker.ts",
};

/** What runs beside the bench, in processes of their own, built as the package itself is built. */
export class Workers {
  private constructor(
    readonly scope: Scope,
    readonly directory: string,
  ) {}

  static async build(scope: Scope): Promise<Workers> {
    // Below the packages, so that the built files find them.
    const directory = scope.directory(undefined, "node_modules");
    await build({
      config: false,
      entry: WORKERS,
      outDir: directory,
      format: "esm",
      target: "node20",
      skipNodeModulesBundle: true,
      splitting: false,
      silent: true,
      outExtension: () => ({ js: ".mjs" }),
    });
    return new Workers(scope, directory);
  }

  start(name: keyof typeof WORKERS, ...args: string[]): Worker {
    const file = join(this.directory, `${name}.mjs`);
    // Structured clones: long lists of numbers go faster so than as JSON.
    const options: SpawnOptions = {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
    };
    return new Worker(name, this.scope.start(process.execPath, [file, ...args], options));
  }
}

interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** A worker that answers requests. */
export class Worker {
  #next = 0;
  readonly #waiting = new Map<number, (reply: Reply) => void>();

  constructor(
    name: string,
    readonly child: ChildProcess,
  ) {
    child.on("message", (reply: Reply) => this.#waiting.get(reply.id)?.(reply));
    child.once("exit", () => {
      for (const [id, settle] of this.#waiting) settle({ id, error: `the ${name} worker ended` });
    });
  }

  /** @throws Error what the worker threw, or that it is gone */
  async ask<Result>(request: object): Promise<Result> {
    const id = this.#next++;
    const reply = await new Promise<Reply>((settle) => {
      this.#waiting.set(id, settle);
      this.child.send({ id, request }, (error) => {
        if (error) settle({ id, error: error.message });
      });
    });
    this.#waiting.delete(id);
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.result as Result;
  }
}
