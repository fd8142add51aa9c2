import { execFileSync } from "node:child_process";
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { DRIVER } from "../../../server/store/sqlite-driver.js";
import type { Scope } from "./scope.js";
import { median } from "./stats.js";

/** What a run was made on, by names for the table. */
export type Machine = Readonly<Record<string, string>>;

const FLUSHES = 300;
const PEERS = ["otplib", "otpauth", DRIVER, "fastify"];
/** Programs, and what makes them tell their versions. */
const PROGRAMS = [
  ["postgres", "psql", "--version"],
  ["freeradius", "freeradius", "-v"],
  ["oathtool", "oathtool", "--version"],
] as const;

export function describeMachine(scope: Scope): Machine {
  const memory = `${String(Math.round(totalmem() / 2 ** 30))} GB`;
  const packages = PEERS.map((name) => `${name} ${packageVersion(name)}`);
  const programs = PROGRAMS.map(([name, ...command]) => `${name} ${programVersion(command)}`);
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: firstLine("git", ["rev-parse", "--short", "HEAD"]),
    processor: `${cpus()[0]?.model.trim() ?? "unknown"}, ${String(availableParallelism())} cores`,
    memory,
    load: `${loadavg()[1]!.toFixed(1)} before the run: what else the machine was doing`,
    kernel: `Linux ${release()}`,
    disk: `${String(Math.round(flushes(scope.directory())))} flushes a second of 4 KB`,
    node: process.version,
    packages: packages.join(", "),
    programs: programs.join(", "),
  };
}

/** How often a second the disk that temporary files are on takes a small write for good. */
function flushes(directory: string): number {
  const file = openSync(join(directory, "flush"), "w");
  const block = Buffer.alloc(4096);
  const times = Array.from({ length: FLUSHES }, () => {
    const start = performance.now();
    writeSync(file, block, 0, block.length, 0);
    fdatasyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  return 1000 / median(times);
}

function packageVersion(name: string): string {
  const file = readFileSync(`node_modules/${name}/package.json`, "utf8");
  return (JSON.parse(file) as { version: string }).version;
}

function programVersion([command, option]: readonly string[]): string {
  return /\d+(\.\d+)+/.exec(firstLine(command!, [option!]))?.[0] ?? "absent";
}

function firstLine(command: string, args: readonly string[]): string {
  try {
    const printed = execFileSync(command, args, { stdio: ["ignore", "pipe", "ignore"] });
    return printed.toString().split("\n")[0]!;
  } catch {
    return "unknown";
  }
}
