import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE = 5000; // milliseconds for a process to end by itself

/** Whom a process belongs to, where that is not whoever runs the bench. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Processes and directories of one run: all are gone when it ends, however it ends. */
export class Scope {
  readonly #ends: (() => void | Promise<void>)[] = [];
  readonly #children = new Set<ChildProcess>();
  readonly #directories = new Set<string>();

  constructor() {
    process.once("exit", () => {
      for (const child of this.#children) child.kill("SIGKILL");
      for (const path of this.#directories) rmSync(path, { recursive: true, force: true });
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => void this.end().finally(() => process.exit(130)));
    }
  }

  /** Done at the end, the last first. */
  atEnd(act: () => void | Promise<void>): void {
    this.#ends.push(act);
  }

  directory(owner?: Owner, parent = tmpdir()): string {
    const path = mkdtempSync(join(parent, "warifu-bench-"));
    if (owner) chownSync(path, owner.uid, owner.gid);
    this.#directories.add(path);
    return path;
  }

  /** A process that runs until the end. @param signal what it is asked to end by */
  start(
    command: string,
    args: readonly string[],
    options: SpawnOptions,
    signal: NodeJS.Signals = "SIGTERM",
  ): ChildProcess {
    const child = spawn(command, args, options);
    this.#children.add(child);
    const exited = once(child, "exit").catch(() => undefined);
    this.atEnd(async () => {
      child.kill(signal);
      const force = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
        await exited;
      }
      clearTimeout(force);
      this.#children.delete(child);
    });
    return child;
  }

  async end(): Promise<void> {
    for (let act = this.#ends.pop(); act; act = this.#ends.pop()) await act();
  }
}
