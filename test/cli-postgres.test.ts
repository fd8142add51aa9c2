import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openVault } from "../server/open.js";
import { openPostgres } from "../server/store/postgres.js";
import { CLI, runCli, ServingProcess } from "./support/cli.js";
import { onServer, TestDatabases, TestPostgres } from "./support/postgres.js";
import { seedDirectory } from "./support/seed-directory.js";
import { codeOf, MASTER, MASTER_KEY, SEED } from "./support/server.js";

const at = seedDirectory();
const databases = new TestDatabases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

describe("the commands over PostgreSQL", () => {
  it("import, lend, make keys and serve, each in a process of its own", async () => {
    const url = await databases.database();
    const environment = { ...MASTER, WARIFU_DB: url };
    const warifu = (...args: string[]) => runCli(args, environment);
    const seeds = ["import", at("seeds"), "--key-file", at("key")];
    expect((await warifu(...seeds)).stdout).toBe("tokens imported: 1, unchanged: 0\n");
    expect((await warifu(...seeds, "--dry-run")).stdout).toContain("unchanged: 1");
    const branch = (...args: string[]) =>
      warifu("branch", ...args, "--form", "A-1", "--staff", "s1");
    const terms = ["--form-date", "2026-03-01", "--no-otp", "--daily-limit", "1"];
    expect(await branch("contract", "C1", "--name", "割符商事", ...terms)).toMatchObject({
      code: 0,
    });
    const ichiro = ["--name", "一郎", "--class", "master", "--mail", "a@b.jp"];
    expect(await branch("user", "ichiro", "--contract", "C1", ...ichiro)).toMatchObject({
      code: 0,
    });
    expect(await branch("lend", "ichiro", SEED.serial)).toMatchObject({ code: 0 });
    expect((await warifu("branch", "expiring")).stdout).toBe("none\n");
    // A URL without a password may be an argument.
    const key = (
      await runCli(["apikey", "create", "--scope", "verify", "--db", url])
    ).stdout.trim();
    const [one, other] = await Promise.all([1, 2].map(() => ServingProcess.serve(environment)));
    const body = { serial: SEED.serial, code: codeOf(SEED, Date.now()) };
    expect(await one!.verify(key, body)).toEqual({ accepted: true, serial: SEED.serial });
    expect(await other!.verify(key, body)).toEqual({ accepted: false, reason: "already_used" });
    const id = /^warifu_([0-9a-f]+)_/.exec(key)![1]!;
    await warifu("apikey", "revoke", id);
    expect(await one!.verify(key, body)).toMatchObject({ code: "unauthorized" });
    expect(await one!.stop("SIGTERM")).toBe(0);
    expect(await other!.stop("SIGTERM")).toBe(0);
  });

  it("serve ends where it cannot start, and so do its workers", async () => {
    const url = await databases.database();
    const store = await openPostgres(url);
    await openVault(store, MASTER_KEY);
    await store.close();
    const serve = (args: string[], environment: Record<string, string> = {}) =>
      spawnSync(process.execPath, [CLI, "serve", "--log-level", "silent", ...args], {
        env: { ...process.env, ...MASTER, WARIFU_DB: url, ...environment },
        encoding: "utf8",
        timeout: 60_000,
      });
    const otherKey = serve(["--port", "0"], { WARIFU_MASTER_KEY: "08".repeat(32) });
    expect(otherKey.status).toBe(2);
    expect(otherKey.stderr).toContain("is not the key this database's data keys are wrapped by");
    const taken = serve(["--port", new URL(url).port, "--workers", "2"]);
    expect(taken.status).toBe(2);
    expect(taken.stderr).toMatch(/^warifu: --host or --port: cannot listen: .*EADDRINUSE/);
  });

  it("take the password from .pgpass, where neither the URL nor PGPASSWORD has one", async () => {
    // A command that did not close the connection it was refused would wait this long for its end.
    const server = await TestPostgres.start("authentication_timeout=10min");
    onTestFinished(() => server.stop());
    const rules = join(server.directory, "data", "pg_hba.conf");
    const guarded = "host all bank 127.0.0.1/32 scram-sha-256\n";
    writeFileSync(rules, guarded + readFileSync(rules, "utf8"));
    await onServer(server.url(), "CREATE ROLE bank SUPERUSER LOGIN PASSWORD 'right'");
    await onServer(server.url(), "SELECT pg_reload_conf()");
    const file = join(server.directory, "pgpass");
    const list = (entry: string, environment: Record<string, string> = {}) => {
      writeFileSync(file, entry, { mode: 0o600 });
      const url = server.url().replace("warifu@", "bank@");
      return spawnSync(process.execPath, [CLI, "apikey", "list"], {
        env: { ...process.env, WARIFU_DB: url, PGPASSFILE: file, ...environment },
        encoding: "utf8",
        timeout: 60_000,
      });
    };
    const port = String(server.port);
    // Nothing is said beside it, as of what the driver will not do for long any more.
    expect(list(`127.0.0.1:${port}:postgres:bank:right\n`)).toMatchObject({
      status: 0,
      stderr: "",
    });
    const refused = (why: string): object => ({
      status: 2,
      stderr: `warifu: WARIFU_DB: the database cannot be used: ${why} for user "bank"\n`,
    });
    expect(list(`127.0.0.1:${port}:postgres:bank:wrong\n`)).toMatchObject(
      refused("password authentication failed"),
    );
    expect(list(`127.0.0.1:${port}:another:bank:right\n`)).toMatchObject(refused("no password"));
    const own = { PGPASSWORD: "right" };
    expect(list(`*:*:*:*:wrong\n`, own)).toMatchObject({ status: 0, stderr: "" });
  });
});
