import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { withMutant } from "../support/mutant.js";
import { MUTANTS } from "../crash/mutants.js";
import { testDirectory } from "../support/directory.js";
import { Random } from "../system/random.js";
import { Disk } from "./disk.js";
import { CAN_TRACE, recordServer } from "./record.js";
import { replay } from "./replay.js";
import { type Call, callsOf } from "./trace.js";

const LONG = 300_000; // milliseconds, on a machine that is busy

let directory: string;
beforeEach(() => {
  directory = testDirectory();
});

const hex = (text: string): string => Buffer.from(text).toString("hex").replace(/../g, "\\x$&");

describe("a trace", () => {
  it("is read call by call, also where threads come in between", async () => {
    const [file, log] = [hex("/db/store.db"), hex("/db/store.db-wal")];
    const socket = "21<TCP:[127.0.0.1:80->127.0.0.1:5000]>";
    const lines = [
      `7  openat(AT_FDCWD<${hex("/")}>, "${log}", O_RDWR|O_CREAT, 0600) = 5<${log}>`,
      `7  pwrite64(5<${log}>, "${hex("abcd")}", 4, 512 <unfinished ...>`,
      `8  fsync(4<${file}>) = 0`,
      `7  <... pwrite64 resumed>) = 3`,
      `7  pwrite64(4<${hex("/other")}>, "${hex("x")}", 1, 0) = 1`,
      `7  ftruncate(5<${log}>, 100) = 0`,
      `7  fdatasync(5<${log}>) = -1 EIO (Input/output error)`,
      `7  read(${socket}, "${hex("POST")}", 65536) = 4`,
      `7  writev(${socket}, [{iov_base="${hex("HTTP ")}", iov_len=5}, {iov_base="${hex("OK")}", iov_len=2}], 2) = 7`,
      `7  unlink("${log}") = 0`,
    ];
    writeFileSync(join(directory, "trace"), `${lines.join("\n")}\n`);
    const calls: Call[] = [];
    for await (const call of callsOf(join(directory, "trace"), "/db")) calls.push(call);
    const to = "TCP:[127.0.0.1:80->127.0.0.1:5000]";
    const path = "/db/store.db-wal";
    expect(calls).toEqual([
      { kind: "create", path, start: 1, end: 1 },
      { kind: "sync", path: "/db/store.db", start: 3, end: 3 },
      { kind: "write", path, offset: 512, data: Buffer.from("abc"), start: 2, end: 4 },
      { kind: "truncate", path, length: 100, start: 6, end: 6 },
      { kind: "heard", to, text: "POST", start: 8, end: 8 },
      { kind: "said", to, text: "HTTP OK", start: 9, end: 9 },
      { kind: "unlink", path, start: 10, end: 10 },
    ]);
  });

  it("that holds what is not understood is refused", async () => {
    const file = hex("/db/store.db");
    for (const call of [`rename("${file}", "${hex("/db/b")}")`, `write(4<${file}>, "", 0)`]) {
      writeFileSync(join(directory, "trace"), `7  ${call} = 0\n`);
      const calls = callsOf(join(directory, "trace"), "/db");
      await expect(calls.next()).rejects.toThrow("not understood");
    }
  });
});

describe("a disk whose power is cut", () => {
  const FILE = "/db/f";
  const write = (text: string, offset: number, start: number, end = start): Call => ({
    ...{ kind: "write", path: FILE, offset, data: Buffer.from(text), start, end },
  });
  const run = (disk: Disk, ...calls: Call[]): void => {
    for (const call of calls) {
      disk.begin(call);
      disk.finish(call);
    }
  };
  const left = (disk: Disk, luck: "none" | "all" | "last"): string | undefined =>
    disk.after(luck, new Random(1)).get(FILE)?.toString();
  const sync = (path: string, start: number): Call => ({ kind: "sync", path, start, end: start });

  it("has what was synced, and of the rest all, nothing or the last", () => {
    const disk = new Disk(new Map([[FILE, Buffer.from("....")]]));
    run(disk, write("a", 0, 1), sync(FILE, 2), write("b", 1, 3), write("c", 5, 4));
    expect(left(disk, "none")).toBe("a...");
    expect(left(disk, "all")).toBe("ab..\0c");
    expect(left(disk, "last")).toBe("a...\0c");
    run(disk, { kind: "truncate", path: FILE, length: 2, start: 5, end: 5 });
    expect(left(disk, "all")).toBe("ab");
    run(disk, sync(FILE, 6));
    expect(left(disk, "none")).toBe("ab");
  });

  it("has no write that a sync did not wait for", () => {
    const disk = new Disk(new Map([[FILE, Buffer.from(".")]]));
    const [late, early] = [write("a", 0, 1, 5), sync(FILE, 3)];
    disk.begin(late);
    run(disk, early);
    disk.finish(late);
    expect(left(disk, "none")).toBe(".");
    expect(left(disk, "all")).toBe("a");
  });

  it("has a new file once its directory was synced", () => {
    const disk = new Disk(new Map());
    run(disk, { kind: "create", path: FILE, start: 1, end: 1 }, write("a", 0, 2), sync(FILE, 3));
    expect([left(disk, "none"), left(disk, "all")]).toEqual([undefined, "a"]);
    run(disk, sync("/db", 4));
    expect(left(disk, "none")).toBe("a");
    run(disk, { kind: "unlink", path: FILE, start: 5, end: 5 });
    expect([left(disk, "none"), left(disk, "all")]).toEqual(["a", undefined]);
  });

  it("tears writes at sectors", () => {
    const disk = new Disk(new Map([[FILE, Buffer.alloc(2048, ".")]]));
    run(disk, write("x".repeat(1500), 100, 1));
    const random = new Random(1);
    const seen = new Set<string>();
    for (let time = 0; time < 2000; time++) {
      const bytes = disk.after("some", random).get(FILE)!.toString();
      seen.add([100, 512, 1024, 1536].map((at) => bytes[at]).join(""));
      expect(bytes).toMatch(/^\.{100}(x{412}|\.{412})(x{512}|\.{512}){2}(x{64}|\.{64})\.{448}$/);
    }
    expect(seen.size).toBe(16);
  });
});

describe.runIf(CAN_TRACE)("a server whose power is cut (strace is there and may trace)", () => {
  const cutPower = async (answers: number, share: number, cli?: string) => {
    const random = new Random(1);
    const recording = await recordServer(random, answers, directory, cli);
    return replay(recording, random, share, join(directory, "states"));
  };

  it(
    "has kept all it has answered",
    async () => {
      const report = await cutPower(40, 0.4);
      expect(report.broken).toBeUndefined();
      expect(report.states).toBeGreaterThan(40);
      expect(report.answersFound).toBeGreaterThan(100);
    },
    LONG,
  );

  it.each(["doesNotSync", "syncsLater"] as const)(
    "is found out where it has not: %s",
    async (name) => {
      const report = await withMutant(MUTANTS[name], "cli.ts", (cli) => cutPower(40, 1, cli));
      expect(report.broken).toMatch(/the audit says/);
    },
    LONG,
  );
});
