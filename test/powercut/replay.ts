import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ChainProof } from "../crash/chain.js";
import { openOf, sqliteDatabase } from "../crash/database.js";
import type { Device } from "../system/device.js";
import { Ledger, type Request } from "../system/ledger.js";
import type { Random } from "../system/random.js";
import { Disk, type Luck } from "./disk.js";
import type { Recording } from "./record.js";
import { type Call, callsOf } from "./trace.js";

const LUCKS: readonly Luck[] = ["none", "all", "last", "some", "some"];

/** What a replay came to. */
export interface ReplayReport {
  /** Power cuts: moments, and states of the files looked at. */
  moments: number;
  states: number;
  readonly syncs: Record<string, number>;
  /** Answers that were given before a power cut, over all states: each was found. */
  answersFound: number;
  broken: string | undefined;
}

/**
 * Cuts the power before and behind every sync, and behind every answer, and opens what is left with the
 * product's store.
 * @param share of the moments that are looked at
 */
export async function replay(
  recording: Recording,
  random: Random,
  share: number,
  scratch: string,
): Promise<ReplayReport> {
  const report: ReplayReport = {
    ...{ moments: 0, states: 0, syncs: {}, answersFound: 0, broken: undefined },
  };
  const world = new Asked(recording);
  const disk = new Disk(recording.before);
  let changed = true;
  const cut = async (): Promise<void> => {
    if (!changed || !random.chance(share)) return;
    changed = false;
    report.moments += 1;
    for (const luck of LUCKS) {
      const files = disk.after(luck, random);
      try {
        report.answersFound += await look(files, world, scratch);
      } catch (error) {
        report.broken = `${String(report.moments)}, ${luck}: ${(error as Error).message}`;
        return;
      }
      report.states += 1;
    }
  };
  for (const { call, ends } of await timeline(recording)) {
    if (report.broken !== undefined) break;
    if (call.kind === "sync" && ends) await cut();
    if (ends) disk.finish(call);
    else disk.begin(call);
    // All but a request's arrival changes what a power cut leaves, or what must be found in it.
    changed ||= call.kind !== "heard";
    if (call.kind === "sync" && ends) {
      const name = basename(call.path);
      report.syncs[name] = (report.syncs[name] ?? 0) + 1;
    }
    if (call.kind === "heard" && ends) world.heard(call.to, call.text);
    if (call.kind === "said" && !ends && world.said(call.to, call.text)) await cut();
  }
  return report;
}

/** Begins and ends of the calls, in the order in which they came. */
async function timeline({ trace, directory }: Recording): Promise<{ call: Call; ends: boolean }[]> {
  const moments: { readonly call: Call; readonly ends: boolean; readonly at: number }[] = [];
  for await (const call of callsOf(trace, directory)) {
    // SQLite makes the index of its log anew at the first open after a crash.
    if ("path" in call && call.path.endsWith("-shm")) continue;
    moments.push({ call, ends: false, at: call.start }, { call, ends: true, at: call.end + 0.5 });
  }
  return moments.sort((a, b) => a.at - b.at);
}

/** What the server has been asked, and has answered, up to a moment. */
class Asked {
  readonly devices: readonly Device[];
  readonly requests = new Map<string, Request>();
  readonly #on = new Map<string, string>();

  constructor(readonly recording: Recording) {
    this.devices = recording.load.devices;
  }

  heard(connection: string, text: string): void {
    const [, id] = /^x-forwarded-for: (\S+)$/m.exec(text.replaceAll("\r", "")) ?? [];
    if (id === undefined) return;
    this.#on.set(connection, id);
    this.requests.set(id, { ...this.recording.requests.get(id)!, answer: "died" });
  }

  /** @returns whether it was the answer to a request */
  said(connection: string, text: string): boolean {
    const id = this.#on.get(connection);
    if (id === undefined || !text.startsWith("HTTP/1.1 ")) return false;
    this.#on.delete(connection);
    const { answer } = this.recording.requests.get(id)!;
    const request = this.requests.get(id)!;
    // Whoever did not get it before the end may have been told all the same; the rows say what.
    this.requests.set(id, { ...request, answer: answer === "died" ? saidBy(text) : answer });
    return true;
  }
}

function saidBy(text: string): string {
  if (text.startsWith("HTTP/1.1 503")) return "unavailable";
  if (text.includes('"unlocked":[]')) return "unchanged";
  if (text.includes('"unlocked":[')) return "unlocked";
  if (text.includes('"accepted":true')) return "accepted";
  return /"reason":"(\w+)"/.exec(text)?.[1] ?? "died";
}

/** Opens a database that a power cut has left. @returns answers found @throws what is wrong with it */
async function look(
  files: ReadonlyMap<string, Buffer>,
  { devices, requests }: Asked,
  scratch: string,
): Promise<number> {
  mkdirSync(scratch, { recursive: true });
  const directory = mkdtempSync(join(scratch, "state-"));
  try {
    for (const [path, bytes] of files) writeFileSync(join(directory, basename(path)), bytes);
    const database = sqliteDatabase(directory);
    const store = await openOf(database);
    const ledger = new Ledger();
    for (const device of devices) ledger.add(device, Infinity);
    for (const request of requests.values()) ledger.sent(request);
    for (const row of await database.newRows(store)) ledger.row(row);
    ledger.settle();
    ledger.compare(await store.tokensBySerial(devices.map(({ serial }) => serial)));
    await new ChainProof().follow(store);
    const [fault] = database.faults();
    await store.close();
    if (fault !== undefined) throw new Error(`the database says: ${fault}`);
    return [...requests.values()].filter(({ answer }) => answer !== "died").length;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
