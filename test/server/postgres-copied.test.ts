import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildApp } from "../../server/http/app.js";
import { openVault } from "../../server/open.js";
import { sayRestored, takeOver } from "../../server/provenance.js";
import { openPostgres } from "../../server/store/postgres.js";
import { countOn, stock } from "../support/counting.js";
import { onServer, TestPostgres } from "../support/postgres.js";
import { MASTER_KEY, NOW } from "../support/server.js";

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
});
afterAll(() => server.stop());

/** Ends the server, and starts it as a recovery to the end of its log does, in another timeline. */
async function recover(): Promise<void> {
  await server.kill();
  const signal = join(server.directory, "data", "recovery.signal");
  writeFileSync(signal, "");
  chmodSync(signal, 0o666);
  await server.run("restore_command=false");
}

describe("a PostgreSQL database", () => {
  it("that was made of another one knows that it is a copy, once", async () => {
    const url = await server.database();
    const store = await openPostgres(url);
    expect(
      await takeOver(store, { actor: "test", source: undefined, at: 1_000_000 }),
    ).toBeUndefined();
    expect(
      await takeOver(store, { actor: "test", source: undefined, at: 2_000_000 }),
    ).toBeUndefined();
    await store.close();
    const name = new URL(url).pathname.slice(1);
    await onServer(server.url(), `CREATE DATABASE copied TEMPLATE ${name}`);
    const copy = await openPostgres(server.url("copied"));
    expect(await takeOver(copy, { actor: "test", source: undefined, at: 3_000_000 })).toBe(3000);
    expect(await takeOver(copy, { actor: "test", source: undefined, at: 4_000_000 })).toBe(3000);
    const rows = await copy.listAudit({ after: 0, limit: 9 });
    const detail = { found: "a copy" };
    expect(rows).toMatchObject([{ event: "restore", result: "restored", detail }]);
    await copy.close();
  });

  it("that was recovered, and goes on in another timeline, knows that too", async () => {
    const url = await server.database();
    const store = await openPostgres(url);
    expect(
      await takeOver(store, { actor: "test", source: undefined, at: 1_000_000 }),
    ).toBeUndefined();
    await store.close();
    await recover();
    const recovered = await openPostgres(url);
    expect(await takeOver(recovered, { actor: "test", source: undefined, at: 5_000_000 })).toBe(
      5000,
    );
    await recovered.close();
  });

  it("that is recovered between two looks of a server is found restored by the next one", async () => {
    const store = await openPostgres(await server.database());
    const vault = await openVault(store, MASTER_KEY);
    const app = await buildApp({ store, vault, now: () => NOW });
    const restored = async (): Promise<number | undefined> => {
      expect((await app.inject("/readyz")).statusCode).toBe(200);
      return store.restoredAt();
    };
    expect(await restored()).toBeUndefined();
    await recover();
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // for which a look's answer stands
    expect(await restored()).toBe(NOW / 1000);
    await app.close();
  });

  it("that is put back under a running server has its audit go on behind what is there", async () => {
    const url = await server.database();
    const store = await openPostgres(url);
    await stock(store, ["10000001"]);
    await takeOver(store, { actor: "test", source: undefined, at: 1_000_000 });
    const sign = () => Buffer.alloc(64);
    await store.checkpointAudit(1, sign);
    const [last] = await store.listAudit({ after: 0, limit: 9 });
    // As where another cluster counts its transactions, which has made fewer.
    const fewer = "UPDATE audit_base SET base = base - 8192::bigint * 500";
    await onServer(url, `${fewer}; UPDATE provenance SET place = 'elsewhere'`);
    expect(await takeOver(store, { actor: "test", source: undefined, at: 2_000_000 })).toBe(2000);
    await store.decide([countOn("10000001")]);
    const rows = await store.listAudit({ after: last!.id, limit: 9 });
    expect(rows.map(({ event }) => event)).toEqual(["restore", "count"]);
    expect((await store.checkpointAudit(2, sign))?.heads).toMatchObject([{ sequence: 3 }]);
    await store.close();
  });

  it("that cannot tell where it stands is restored once somebody says so", async () => {
    await onServer(server.url(), "CREATE ROLE plain LOGIN");
    await onServer(server.url(), "CREATE DATABASE plain OWNER plain");
    const hidden = "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC";
    await onServer(server.url("plain"), hidden);
    const url = new URL(server.url("plain"));
    url.username = "plain";
    const store = await openPostgres(url.href);
    expect(
      await takeOver(store, { actor: "test", source: undefined, at: 1_000_000 }),
    ).toBeUndefined();
    await sayRestored(store, { actor: "test", source: undefined, at: 2_000_000 });
    expect(await takeOver(store, { actor: "test", source: undefined, at: 3_000_000 })).toBe(2000);
    await store.close();
  });
});
