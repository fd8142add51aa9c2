import { execFileSync } from "node:child_process";
import { chmodSync, chownSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../server/open.js";
import { openPostgres } from "../../server/store/postgres.js";
import { POSTGRES_MIGRATIONS } from "../../server/store/migrations/postgres.js";
import { type Store, StoreUnavailable } from "../../server/store/store.js";
import { countOn, stock } from "../support/counting.js";
import { onServer, TestPostgres } from "../support/postgres.js";

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
});
afterAll(() => server.stop());

const SERIAL = "10000001";

/** Everything a store does. @param time 1 for the first time in its database, and so on */
function everything(store: Store, time = 1): Promise<unknown>[] {
  const entry = {
    at: 0,
    event: "x",
    result: "x",
    serial: undefined,
    actor: "t",
    source: undefined,
  };
  const audit = { ...entry, detail: {} };
  const id = `k${String(time)}`;
  const key = { id, scope: "verify", hash: Buffer.alloc(32), createdAt: 0 } as const;
  return [
    store.decide([countOn(SERIAL)]),
    store.read({ serials: [SERIAL] }),
    stock(store, [String(20_000_000 + time)]),
    store.listTokens("", 1),
    store.listExpiring(1, { expiry: 0.5, serial: "" }, 1),
    store.tokensBySerial([SERIAL]),
    store.addApiKey({ ...key, revokedAt: undefined }, audit),
    store.apiKey(id),
    store.listApiKeys(),
    store.revokeApiKey(id, 1, audit),
    store.listAudit({ after: 0, limit: 1 }),
    store.checkpointAudit(1, () => Buffer.alloc(64)),
    store.auditCheckpoints(0, 1),
    store.auditOf("00000000-0000-0000-0000-000000000000", 0, 1),
    store.archivedAudit(),
    store.markArchived(0, 0, audit),
    store.deleteArchived(1),
    store.listTransfers("C", 1),
    store.listContracts("", 1),
    store.listPayees("C"),
    store.session(Buffer.alloc(32), 0),
    store.endSession(Buffer.alloc(32)),
    store.changeAttempts(["a\0b"], 0, () => undefined),
    store.claimMails(0, 1, 1),
    store.mailSent(1),
    store.mailGivenUp(1, audit),
    store.legacyCheck(),
    store.foundDataKeys({ kek: "k", wrapped: Buffer.alloc(1) }, undefined, 1),
    store.dataKey(1),
    store.listDataKeys(),
    store.rewrapDataKey(1, "k", { kek: "k", wrapped: Buffer.alloc(1) }, audit),
    store.beginResealing({ kek: "k", wrapped: Buffer.alloc(1), under: "k" }, 1, audit),
    store.resealSeeds([]),
    store.endResealing(2, audit),
    store.restoredAt(),
    store.setRestored(undefined, audit),
    store.isCopy(),
    store.ping(),
  ];
}

describe("a PostgreSQL that goes away", () => {
  it("is unavailable meanwhile, and works again when it is back, without a new start", async () => {
    const store = await openPostgres(await server.database());
    await stock(store, [SERIAL]);
    for (const outcome of await Promise.allSettled(everything(store))) {
      expect(outcome).toMatchObject({ status: "fulfilled" });
    }
    await server.kill();
    // Twice: on connections that broke, and on those that cannot be made.
    for (let time = 0; time < 2; time++) {
      for (const outcome of await Promise.allSettled(everything(store))) {
        expect(outcome).toMatchObject({ reason: { name: "StoreUnavailable" } });
      }
    }
    await server.run();
    const [outcome] = await store.decide([countOn(SERIAL)]);
    expect(outcome).toEqual({ ok: true, answer: 2 });
    await store.ping();
    await store.close();
  });

  it("has kept everything that was answered when it is killed under load", async () => {
    const url = await server.database();
    const stores = await Promise.all([1, 2, 3].map(() => openPostgres(url)));
    await stock(stores[0]!, [SERIAL]);
    const answers: number[] = [];
    let unavailable = 0;
    let loading = true;
    const load = async (store: Store): Promise<void> => {
      while (loading) {
        try {
          const outcomes = await store.decide([countOn(SERIAL), countOn(SERIAL)]);
          for (const outcome of outcomes) if (outcome.ok) answers.push(outcome.answer);
        } catch (error) {
          expect(error).toBeInstanceOf(StoreUnavailable);
          unavailable++;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    };
    const loads = stores.map(load);
    const reached = async (count: number): Promise<void> => {
      while (answers.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    for (const kill of [1, 2]) {
      await reached(kill * 100);
      await server.kill();
      await server.run();
    }
    await reached(answers.length + 100);
    loading = false;
    await Promise.all(loads);
    expect(unavailable).toBeGreaterThan(0);
    // No answer was given twice, and each is in the store: of 1 to n none but those of lost replies.
    expect(new Set(answers).size).toBe(answers.length);
    const [token] = await stores[0]!.tokensBySerial([SERIAL]);
    expect(token!.failures).toBeGreaterThanOrEqual(Math.max(...answers));
    const [rows] = await onServer(
      url,
      "SELECT count(*)::int AS count FROM audit WHERE event = 'count'",
    );
    expect(rows!.count).toBe(token!.failures);
    for (const store of stores) await store.close();
  });

  it("is refused where it does not flush to the disk", async () => {
    const url = await server.database();
    await server.kill();
    await server.run("fsync=off");
    await expect(openPostgres(url)).rejects.toThrow("fsync=off");
    await server.kill();
    await server.run();
  });
});

describe("the schema of PostgreSQL", () => {
  it("is brought up to date once, by however many processes start", async () => {
    const url = await server.database();
    const stores = await Promise.all(Array.from({ length: 6 }, () => openPostgres(url)));
    const versions = await onServer(url, "SELECT version FROM schema_version ORDER BY version");
    expect(versions.map(({ version }) => version)).toEqual(
      POSTGRES_MIGRATIONS.map((_, i) => i + 1),
    );
    for (const store of stores) await store.close();
  });

  it("of a later version is refused by name", async () => {
    const url = await server.database();
    await (await openPostgres(url)).close();
    await onServer(url, "INSERT INTO schema_version VALUES (1000)");
    await expect(openPostgres(url)).rejects.toThrow("later version of warifu");
  });

  it("may get columns while servers from before go on", async () => {
    const url = await server.database();
    const store = await openPostgres(url, { connections: 1 });
    await stock(store, [SERIAL]);
    await Promise.all(everything(store));
    const tables = await onServer(
      url,
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    );
    for (const { tablename } of tables) {
      await onServer(url, `ALTER TABLE ${String(tablename)} ADD COLUMN from_later text`);
    }
    for (const outcome of await Promise.allSettled(everything(store, 2))) {
      expect(outcome).toMatchObject({ status: "fulfilled" });
    }
    await store.close();
  });

  it("keeps the audit append-only", async () => {
    const url = await server.database();
    const store = await openPostgres(url);
    await stock(store, [SERIAL]);
    for (const sql of ["DELETE FROM audit", "UPDATE audit SET event = 'x'", "TRUNCATE audit"]) {
      await expect(onServer(url, sql)).rejects.toThrow("append-only");
    }
    await store.close();
  });

  it("goes on behind the audit of a copy that counts its transactions anew", async () => {
    const url = await server.database();
    const store = await openPostgres(url);
    await stock(store, [SERIAL]);
    await onServer(url, "UPDATE audit_base SET base = base + 8192::bigint * 1000000");
    await store.decide([countOn(SERIAL)]);
    await onServer(url, "UPDATE audit_base SET base = 0");
    await store.close();
    const restored = await openPostgres(url);
    await restored.decide([countOn(SERIAL)]);
    const rows = await restored.listAudit({ after: 0, limit: 9 });
    expect(rows.map(({ event }) => event)).toEqual(["import", "count", "count"]);
    await restored.close();
  });
});

describe("the way to PostgreSQL", () => {
  it("is encrypted where the URL asks for it, and the server is the one it names", async () => {
    const url = await server.database();
    const at = (name: string): string => join(server.directory, name);
    await expect(openPostgres(`${url}?sslmode=verify-full`)).rejects.toThrow("SSL");
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    for (const name of ["server", "other"]) {
      const files = ["-keyout", at(`${name}.key`), "-out", at(`${name}.crt`)];
      const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
      execFileSync("openssl", [...args, "-nodes", "-days", "30", ...subject, ...files], {
        stdio: "pipe",
      });
    }
    chmodSync(at("server.key"), 0o600);
    if (process.getuid?.() === 0) chownSync(at("server.key"), 65_534, 65_534);
    const tls = [`ssl_cert_file=${at("server.crt")}`, `ssl_key_file=${at("server.key")}`];
    await server.kill();
    await server.run("ssl=on", ...tls);
    const asking = (root: string): string => `${url}?sslmode=verify-full&sslrootcert=${at(root)}`;
    const store = await openPostgres(asking("server.crt"));
    const used = "SELECT bool_and(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)";
    expect(await onServer(url, `${used} WHERE application_name = 'warifu'`)).toEqual([
      { ssl: true },
    ]);
    await store.close();
    await expect(openPostgres(asking("other.crt"))).rejects.toThrow(StoreUnavailable);
    await server.kill();
    await server.run();
  });

  it("takes no password from the command line, and tells none", async () => {
    const secret = "postgres://warifu:opensesame@127.0.0.1:1/bank";
    const refused = openStore(secret, {});
    await expect(refused).rejects.toThrow("--db: must not hold a password: set WARIFU_DB");
    await expect(openStore("postgres://h/d?password=opensesame", {})).rejects.toThrow("WARIFU_DB");
    const away: unknown = await openStore(undefined, { WARIFU_DB: secret }).catch(
      (e: unknown) => e,
    );
    expect(String(away)).toContain("cannot be used");
    for (const url of [
      secret,
      "postgres://warifu:opensesame@[::/bank",
      `${secret}?connections=0`,
    ]) {
      const error: unknown = await openStore(undefined, { WARIFU_DB: url }).catch(
        (e: unknown) => e,
      );
      expect(error).toBeInstanceOf(Error);
      expect(JSON.stringify(error) + String(error)).not.toContain("opensesame");
    }
  });

  it("is set by its URL", async () => {
    const store = await openStore(
      `${await server.database()}?connections=2&statement_timeout=1234`,
      {},
    );
    await store.ping();
    const [row] = await onServer(
      server.url(),
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'warifu'",
    );
    expect(row!.count).toBeLessThanOrEqual(2);
    await store.close();
  });
});
