import type { Random } from "../system/random.js";
import type { Call } from "./trace.js";

/** Bytes that a disk writes whole, or not at all. */
const SECTOR = 512;

/** A change of a file that the disk need not have made yet. */
type Change = { end: number } & (
  { readonly offset: number; readonly data: Buffer } | { readonly length: number }
);

interface Inode {
  /** What is there after a power cut, whatever else is. */
  durable: Buffer;
  changes: Change[];
}

/** Which of the changes that were not synced are there after a power cut. */
export type Luck =
  /** None of them. */
  | "none"
  /** All of them: as if the process alone had died. */
  | "all"
  /** The last one of each file, and none before it. */
  | "last"
  /** Any, whole or torn at sectors, whatever their order. */
  | "some";

/** Files as a traced program has written them, and as a power cut can leave them. */
export class Disk {
  readonly #now = new Map<string, Inode>();
  /** Names that are there after a power cut, and those that came or went without a sync of their directory. */
  readonly #durable: Map<string, Inode>;
  #names: { readonly path: string; readonly inode: Inode | undefined; end: number }[] = [];
  readonly #open = new Map<Call, { end: number }>();

  constructor(files: ReadonlyMap<string, Buffer>) {
    for (const [path, durable] of files) this.#now.set(path, { durable, changes: [] });
    this.#durable = new Map(this.#now);
  }

  begin(call: Call): void {
    const made = this.#begin(call);
    if (made) this.#open.set(call, made);
  }

  finish(call: Call): void {
    const made = this.#open.get(call);
    if (made) made.end = call.end;
    this.#open.delete(call);
    if (call.kind === "sync") this.#sync(call.path, call.start);
  }

  /** What a power cut leaves, by path. */
  after(luck: Luck, random: Random): Map<string, Buffer> {
    const names = new Map(this.#durable);
    // Names change in their order, as far as a journal has come.
    const come = { none: 0, last: 0, all: this.#names.length, some: this.#names.length + 1 }[luck];
    const done = luck === "some" ? random.below(come) : come;
    for (const { path, inode } of this.#names.slice(0, done)) rename(names, path, inode);
    const files = new Map<string, Buffer>();
    for (const [path, inode] of names) files.set(path, contents(inode, luck, random));
    return files;
  }

  #begin(call: Call): { end: number } | undefined {
    if (call.kind === "create") {
      if (this.#now.has(call.path)) return undefined;
      const inode = { durable: Buffer.alloc(0), changes: [] };
      return this.#named(call.path, inode);
    }
    if (call.kind === "unlink") return this.#named(call.path, undefined);
    if (call.kind !== "write" && call.kind !== "truncate") return undefined;
    const file = this.#now.get(call.path);
    if (!file) throw new Error(`${call.path} is written before it is there`);
    const change: Change =
      call.kind === "write"
        ? { offset: call.offset, data: call.data, end: Infinity }
        : { length: call.length, end: Infinity };
    file.changes.push(change);
    return change;
  }

  #named(path: string, inode: Inode | undefined): { end: number } {
    rename(this.#now, path, inode);
    const change = { path, inode, end: Infinity };
    this.#names.push(change);
    return change;
  }

  /** Makes durable what was done before the sync began. */
  #sync(path: string, began: number): void {
    const file = this.#now.get(path);
    if (file) {
      const [done, left] = split(file.changes, began);
      file.durable = changed(file.durable, done);
      file.changes = left;
      return;
    }
    const inside = (each: { readonly path: string }): boolean => each.path.startsWith(`${path}/`);
    const [done] = split(this.#names.filter(inside), began);
    for (const each of done) rename(this.#durable, each.path, each.inode);
    this.#names = this.#names.filter((each) => !done.includes(each));
  }
}

function rename(names: Map<string, Inode>, path: string, inode: Inode | undefined): void {
  if (inode) names.set(path, inode);
  else names.delete(path);
}

function split<T extends { readonly end: number }>(all: readonly T[], began: number): [T[], T[]] {
  return [all.filter(({ end }) => end < began), all.filter(({ end }) => end >= began)];
}

function contents({ durable, changes }: Inode, luck: Luck, random: Random): Buffer {
  if (luck === "none") return durable;
  if (luck === "all") return changed(durable, changes);
  if (luck === "last") return changed(durable, changes.slice(-1));
  const share = random.next();
  const done = changes.flatMap((change) => {
    const chosen = random.next();
    if (chosen > share) return [];
    return "data" in change && chosen < share / 2 ? torn(change, random) : [change];
  });
  return changed(durable, done);
}

/** A copy with changes made, zeros where nothing was written. */
function changed(before: Buffer, changes: readonly Change[]): Buffer {
  let length = before.length;
  let longest = length;
  for (const change of changes) {
    length =
      "length" in change ? change.length : Math.max(length, change.offset + change.data.length);
    longest = Math.max(longest, length);
  }
  const after = Buffer.alloc(longest);
  before.copy(after);
  for (const change of changes) {
    if ("length" in change) after.fill(0, change.length);
    else change.data.copy(after, change.offset);
  }
  return after.subarray(0, length);
}

/** The sectors of a write that have reached the disk. */
function torn(
  { offset, data }: { readonly offset: number; readonly data: Buffer },
  random: Random,
): Change[] {
  const sectors: Change[] = [];
  for (let at = 0; at < data.length;) {
    const end = Math.min(data.length, at + SECTOR - ((offset + at) % SECTOR));
    if (random.chance(0.5)) {
      sectors.push({ offset: offset + at, data: data.subarray(at, end), end: 0 });
    }
    at = end;
  }
  return sectors;
}
