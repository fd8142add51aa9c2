import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { signAudit } from "../server/audit-signer.js";
import { encodeAuditLine } from "../server/audit-file.js";
import { stateOf } from "../server/core/decision.js";
import { openVault } from "../server/open.js";
import { runServer } from "../server/run-server.js";
import { copySqlite } from "../server/store/sqlite-backup.js";
import { openConnection } from "../server/store/sqlite-driver.js";
import { openSqlite } from "../server/store/sqlite.js";
import { CLI, runCli } from "./support/cli.js";
import { LogLines } from "./support/log-lines.js";
import { testDirectory } from "./support/directory.js";
import { codeOf, MASTER_KEY, SEED, TestServer } from "./support/server.js";

const MINUTE = 60_000;
const UNDATED = { ...SEED, start: undefined, expiry: undefined };
const ACCEPTED = { accepted: true, serial: SEED.serial };
const USED = { accepted: false, reason: "already_used" };
const CAN_LIMIT = spawnSync("prlimit", ["--version"]).status === 0;
/** Interrupts its process, as Ctrl-C does, once a part of a file is written. */
const INTERRUPT = `
  import { readdirSync, statSync } from "node:fs";
  const look = () => {
    const partial = readdirSync(".").find((name) => name.endsWith(".partial"));
    if (partial !== undefined && statSync(partial).size > 0) process.kill(process.pid, "SIGINT");
    else setImmediate(look);
  };
  look();
`;

let directory: string;
let server: TestServer | undefined;
const at = (name: string): string => join(directory, name);
const DB = () => ["--db", `sqlite:${at("bank.db")}`];
beforeEach(() => {
  directory = testDirectory();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A server over the database, whose clock stands at a time. */
async function serveAt(now: number): Promise<TestServer> {
  server = await TestServer.start([UNDATED], at("bank.db"));
  server.now = now;
  return server;
}

async function stop(): Promise<void> {
  await server!.close();
  server = undefined;
}

/** Moves the database away, as an operator does whose disk has died. */
function lose(): void {
  mkdirSync(at("lost"));
  for (const name of readdirSync(directory).filter((each) => each.startsWith("bank.db"))) {
    renameSync(at(name), join(at("lost"), name));
  }
}

async function warifu(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
}

/** Makes the database one of several megabytes, which nobody uses. */
async function fill(): Promise<void> {
  await serveAt(Date.now());
  await stop();
  const db = openConnection(at("bank.db"));
  db.exec("CREATE TABLE filling AS SELECT zeroblob(10000000)");
  db.close();
}

async function refusal(...args: string[]): Promise<string> {
  const { code, stderr } = await runCli(args);
  expect(code).toBe(2);
  return stderr;
}

describe("warifu backup and restore", () => {
  it("refuse a code that was accepted after the backup, and take those after the restore", async () => {
    const now = Date.now();
    let bank = await serveAt(now - 10 * MINUTE);
    // The first code tells where the clock is; the next ones are of a clock that is known.
    expect(await bank.verify(codeOf(SEED, bank.now))).toEqual(ACCEPTED);
    const backup = await warifu("backup", "--out", at("backup"), ...DB());
    expect(backup).toBe(`${at("backup")}: ${String(statSync(at("backup")).size)} bytes, whole\n`);
    expect(statSync(at("backup")).mode & 0o777).toBe(0o600);
    bank.now = now;
    expect(await bank.verify(codeOf(SEED, now))).toEqual(ACCEPTED);
    await stop();
    lose();

    const restored = JSON.parse(
      await warifu("restore", at("backup"), ...DB(), "--json"),
    ) as unknown;
    expect(restored).toEqual({ database: at("bank.db") });
    expect(readdirSync(directory).sort()).toEqual(["backup", "bank.db", "lost"]);
    expect(statSync(at("bank.db")).mode & 0o777).toBe(0o600);
    bank = await serveAt(now + 1000);
    for (let guess = 0; guess < 6; guess++) {
      expect(await bank.verify(codeOf(SEED, now))).toEqual(USED);
    }
    bank.now = Date.now() + 4 * MINUTE;
    expect(await bank.verify(codeOf(SEED, bank.now))).toEqual(ACCEPTED);
    const [told] = await bank.store.listAudit({ after: 0, limit: 1, newestFirst: true });
    expect(told).toMatchObject({ event: "verify", result: "accepted" });
    const said = (await bank.store.listAudit({ after: 0, limit: 99 })).map(
      ({ event, result }) => `${event} ${result}`,
    );
    expect(said).toContain("restore restored");
    expect(said).not.toContain("verify wrong_code");
  });

  it("hold to that until they are told otherwise", async () => {
    const now = Date.now();
    const bank = await serveAt(now);
    await warifu("backup", "--out", at("backup"), ...DB());
    expect(await bank.verify(codeOf(SEED, now))).toEqual(ACCEPTED);
    await stop();
    lose();
    await warifu("restore", at("backup"), ...DB());
    expect(await (await serveAt(now)).verify(codeOf(SEED, now))).toEqual(USED);
    await stop();
    expect(await warifu("restored", "--lift", ...DB())).toContain("good again");
    expect(await refusal("restored", "--lift", ...DB())).toContain("not one that was restored");
    expect(await (await serveAt(now)).verify(codeOf(SEED, now))).toEqual(ACCEPTED);
    await stop();
    const text = await warifu("restored", ...DB(), "--json");
    expect(Date.parse((JSON.parse(text) as { restoredAt: string }).restoredAt)).toBeGreaterThan(
      now - 1,
    );
    expect(await (await serveAt(now)).verify(codeOf(SEED, now, 1))).toEqual(USED);
  });

  it("are known to a server whose database is a backup that was merely copied", async () => {
    await serveAt(Date.now());
    await warifu("backup", "--out", at("backup"), ...DB());
    await stop();
    // What only reads a backup leaves it what it is.
    await warifu("apikey", "list", "--db", `sqlite:${at("backup")}`);
    copyFileSync(at("backup"), at("copy.db"));
    const store = openSqlite(at("copy.db"));
    const log = new LogLines();
    const settings = {
      ...{ host: "127.0.0.1", port: 0, drain: 0, store, now: () => 60_000_500 },
      ...{ vault: await openVault(store, MASTER_KEY), trustProxy: [] },
      logger: { level: "info", stream: log.stream },
    };
    await runServer(settings, AbortSignal.abort());
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 40, restoredAt: "1970-01-01T16:40:01.000Z" }),
    );
    const again = openSqlite(at("copy.db"));
    expect([await again.isCopy(), await again.restoredAt()]).toEqual([false, 60_001]);
    const [row] = await again.listAudit({ after: 0, limit: 1, newestFirst: true });
    expect(row).toMatchObject({ event: "restore", actor: "server", detail: { found: "a copy" } });
    await again.close();
  });

  it("show by a checkpoint that was kept elsewhere what the restored audit does not have", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    writeFileSync(at("key.pub"), publicKey.export({ type: "spki", format: "pem" }));
    const bank = await serveAt(Date.now());
    await bank.verify("000000");
    await signAudit(bank.store, privateKey, 1000);
    await warifu("backup", "--out", at("backup"), ...DB());
    await bank.verify("000000");
    const kept = (await signAudit(bank.store, privateKey, 2000))!;
    writeFileSync(at("kept"), `${encodeAuditLine({ kind: "checkpoint", checkpoint: kept })}\n`);
    await stop();
    lose();
    await warifu("restore", at("backup"), ...DB());
    const store = openSqlite(at("bank.db"));
    await signAudit(store, privateKey, 3000);
    await store.close();
    await warifu("audit", "export", "--out", at("audit"), ...DB());
    const check = ["audit", "verify", at("audit"), "--public-key", at("key.pub")];
    expect(await warifu(...check)).toContain("checkpoints 1 to 2");
    const { code, stdout } = await runCli([...check, "--checkpoint", at("kept")]);
    expect(code).toBe(1);
    expect(stdout).toContain("checkpoint 2 is not the one that was kept");
  });
});

describe("warifu backup", () => {
  it("is of one moment while servers write", async () => {
    const store = (await serveAt(Date.now())).store;
    const caller = { actor: "test", source: undefined, at: 0 };
    const write = async (rows: number): Promise<void> => {
      await store.decide([
        {
          about: { serials: [SEED.serial] },
          decide: (book) => {
            const token = book.token(SEED.serial)!;
            book.setToken(SEED.serial, { ...stateOf(token), failures: token.failures + rows });
            for (let row = 0; row < rows; row++) book.record(caller, "count", "counted");
          },
        },
      ]);
    };
    for (let batch = 0; batch < 30; batch++) await write(500);
    let [copied, meanwhile] = [false, 0];
    const copy = copySqlite(at("bank.db"), at("copy"), 5, () => undefined).then(() => {
      copied = true;
    });
    while (!copied) {
      await write(1);
      meanwhile += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await copy;
    expect(meanwhile).toBeGreaterThan(1);
    const db = openConnection(at("copy"), { readonly: true });
    const rows = db.prepare("SELECT count(*) FROM audit WHERE event = 'count'").pluck().get();
    const failures = db.prepare("SELECT failures FROM token_states").pluck().get();
    expect(rows).toBe(failures);
    expect(rows).toBeLessThan(15_000 + meanwhile);
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(db.prepare("SELECT copied_at FROM provenance").pluck().get()).toBe(5);
    db.close();
    expect(existsSync(at("copy-wal"))).toBe(false);
  });

  it("takes no other file's place, and leaves nothing where it cannot be made", async () => {
    await (await serveAt(Date.now())).verify("000000");
    writeFileSync(at("there"), "precious");
    const backup = (out: string, db = at("bank.db")) =>
      refusal("backup", "--out", at(out), "--db", `sqlite:${db}`);
    expect(await backup("there")).toContain("exists already");
    expect(readFileSync(at("there"), "utf8")).toBe("precious");
    expect(await backup("no/where")).toContain("cannot be written");
    expect(await backup("other", at("none.db"))).toContain("is not there");
    writeFileSync(at("letter.db"), "this is a letter, not a database".repeat(100));
    const letter = `--db: ${at("letter.db")} cannot be used: file is not a database`;
    expect(await backup("other", at("letter.db"))).toContain(letter);
    openConnection(at("notes.db")).exec("CREATE TABLE notes (version TEXT)").close();
    expect(await backup("other", at("notes.db"))).toContain("--db: ");
    expect(await backup("other", at("notes.db"))).toContain("another program's database");
    const db = openConnection(at("bank.db"));
    db.exec("INSERT INTO schema_version VALUES (1000)");
    expect(await backup("other")).toContain("another version");
    db.exec("DELETE FROM schema_version WHERE version = 1000");
    db.close();
    const left = readdirSync(directory).filter((name) => !name.startsWith("bank.db"));
    expect(left.sort()).toEqual(["letter.db", "notes.db", "there"]);
  });

  it.runIf(CAN_LIMIT)("says that its target is full (prlimit is there)", async () => {
    await fill();
    const limited = ["--fsize=5000000:unlimited", process.execPath, CLI];
    const args = [...limited, "backup", "--out", at("backup"), ...DB()];
    const { status, stderr } = spawnSync("prlimit", args, { encoding: "utf8" });
    expect(status).toBe(2);
    const copied = `${at("bank.db")} cannot be copied to ${at("backup")}`;
    expect(stderr).toContain(`warifu: --out: ${copied}: `);
    expect(readdirSync(directory)).toEqual(["bank.db"]);
  });

  it("and restore, interrupted, leave nothing behind", async () => {
    await fill();
    const interrupted = (...args: string[]): number | null => {
      const hook = `data:text/javascript,${encodeURIComponent(INTERRUPT)}`;
      const program = ["--import", hook, CLI, ...args];
      return spawnSync(process.execPath, program, { cwd: directory }).status;
    };
    expect(interrupted("backup", "--out", at("backup"), ...DB())).toBe(130);
    expect(readdirSync(directory)).toEqual(["bank.db"]);
    const other = ["--db", `sqlite:${at("other.db")}`];
    expect(interrupted("restore", at("bank.db"), ...other)).toBe(130);
    expect(readdirSync(directory)).toEqual(["bank.db"]);
  });

  it("is not how PostgreSQL is backed up, and says how it is", async () => {
    const postgres = ["--db", "postgres://127.0.0.1/nowhere"];
    const backup = await refusal("backup", "--out", at("x"), ...postgres);
    expect(backup).toMatch(/pg_dump.*PITR.*warifu restored/);
    expect(await refusal("restore", at("x"), ...postgres)).toContain("warifu restored");
  });
});

describe("warifu restore", () => {
  it("puts nothing over a database, or beside another's log", async () => {
    await serveAt(Date.now());
    await warifu("backup", "--out", at("backup"), ...DB());
    await stop();
    expect(await refusal("restore", at("backup"), ...DB())).toContain("move it away");
    lose();
    writeFileSync(at("bank.db-wal"), "another's");
    expect(await refusal("restore", at("backup"), ...DB())).toContain("bank.db-wal is there");
    expect(existsSync(at("bank.db"))).toBe(false);
  });

  it("takes a whole backup only", async () => {
    await serveAt(Date.now());
    await warifu("backup", "--out", at("backup"), ...DB());
    await stop();
    lose();
    const restore = (file: string) => refusal("restore", at(file), ...DB());
    expect(await restore("none")).toContain("is not there");
    expect(await restore("lost")).toContain(`file: ${at("lost")} cannot be read: EISDIR`);
    openConnection(at("notes.db")).exec("CREATE TABLE notes (version TEXT)").close();
    expect(await restore("notes.db")).toContain(`file: ${at("notes.db")} cannot be used: it is`);
    copyFileSync(at("backup"), at("short"));
    truncateSync(at("short"), 20_480);
    expect(await restore("short")).toContain("cannot be used");
    writeFileSync(at("letter"), "this is a letter, not a database".repeat(100));
    expect(await restore("letter")).toContain("not a database");
    copyFileSync(at("backup"), at("later"));
    const db = openConnection(at("later"));
    db.exec("INSERT INTO schema_version VALUES (1000)");
    db.close();
    expect(await restore("later")).toContain("later version");
    writeFileSync(at("backup-wal"), "a log");
    expect(await restore("backup")).toContain("has a log beside it");
    expect(existsSync(at("bank.db"))).toBe(false);
  });

  it("finds pages that do not fit together", async () => {
    const { store } = await serveAt(Date.now());
    const caller = { actor: "test", source: undefined, at: 0 };
    await store.decide(
      Array.from({ length: 500 }, () => ({
        about: {},
        decide: (book) => {
          book.record(caller, "count", "counted", { serial: SEED.serial });
        },
      })),
    );
    await warifu("backup", "--out", at("backup"), ...DB());
    await stop();
    lose();
    const bytes = readFileSync(at("backup"));
    bytes.fill(7, bytes.length - 4096);
    writeFileSync(at("backup"), bytes);
    const message = await refusal("restore", at("backup"), ...DB());
    expect(message).toMatch(/damaged|malformed/);
  });
});
