import { spawnSync } from "node:child_process";
import { chmodSync, chownSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { issueApiKey } from "../../server/api-keys.js";
import { buildApp } from "../../server/http/app.js";
import { importSeeds } from "../../server/import-seeds.js";
import { openVault } from "../../server/open.js";
import { openConnection } from "../../server/store/sqlite-driver.js";
import { openSqlite } from "../../server/store/sqlite.js";
import { CLI } from "../support/cli.js";
import { testDirectory } from "../support/directory.js";
import { codeOf, MASTER_KEY, NOW, SEED, wrongCodeOf } from "../support/server.js";

let directory: string;
let file: string;
beforeEach(() => {
  directory = testDirectory();
  file = join(directory, "store.db");
});
afterEach(() => {
  chmodSync(directory, 0o700);
});

describe("a database that another program holds", () => {
  it("is answered 503, nothing is counted or used up, and all works again once it is let go", async () => {
    const store = openSqlite(file, 20);
    const vault = await openVault(store, MASTER_KEY);
    await importSeeds(store, vault, [SEED], { actor: "test", source: undefined, at: NOW });
    const { key } = await issueApiKey(store, "verify", {
      actor: "test",
      source: undefined,
      at: NOW,
    });
    const app = await buildApp({ store, vault, now: () => NOW });
    const verify = async (code: string) => {
      const reply = await app.inject({
        method: "POST",
        url: "/v1/verify",
        headers: { authorization: `Bearer ${key}` },
        payload: { serial: SEED.serial, code },
      });
      return reply.json<Record<string, unknown>>();
    };
    const [right, wrong] = [codeOf(SEED, NOW), wrongCodeOf(SEED, NOW)];
    const other = openConnection(file);
    other.exec("BEGIN IMMEDIATE");
    const refused = { status: 503, code: "unavailable" };
    for (let time = 0; time < 6; time++) expect(await verify(wrong)).toMatchObject(refused);
    expect(await verify(right)).toMatchObject(refused);
    other.exec("ROLLBACK");
    other.close();
    expect(await verify(wrong)).toEqual({ accepted: false, reason: "wrong_code" });
    expect(await verify(right)).toEqual({ accepted: true, serial: SEED.serial });
    expect(await verify(right)).toEqual({ accepted: false, reason: "already_used" });
    const rows = await store.listAudit({ after: 0, limit: 100, serial: SEED.serial });
    expect(rows.map(({ result }) => result)).toEqual(["wrong_code", "accepted", "already_used"]);
    await app.close();
  });
});

describe("a database that may only be read", () => {
  /** What a server says that is started by somebody for whom the modes of files hold. */
  function serve(): { status: number | null; stderr: string } {
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const args = [CLI, "serve", "--port", "0", "--db", `sqlite:${file}`];
    const env = { ...process.env, WARIFU_MASTER_KEY: MASTER_KEY.toString("hex") };
    // One that serves after all would never end.
    const options = { encoding: "utf8", env, timeout: 120_000, ...nobody } as const;
    return spawnSync(process.execPath, args, options);
  }
  const give = (path: string, mode: number): void => {
    if (process.getuid?.() === 0) chownSync(path, 65_534, 65_534);
    chmodSync(path, mode);
  };

  const READONLY = "attempt to write a readonly database";
  it.each([
    [
      "a file that is not to be written",
      0o700,
      0o400,
      `the database cannot be written: ${READONLY}`,
    ],
    ["a directory that nothing can be made in", 0o500, 0o600, `FILE cannot be used: ${READONLY}`],
    [
      "a file of somebody else's",
      0o700,
      0o000,
      "FILE cannot be used: unable to open database file",
    ],
  ])("is refused at the start, in one line: %s", async (_what, ofDirectory, ofFile, why) => {
    await openSqlite(file).close();
    give(file, ofFile);
    give(directory, ofDirectory);
    const { status, stderr } = serve();
    expect(stderr).toBe(`warifu: --db: ${why.replace("FILE", file)}\n`);
    expect(status).toBe(2);
  });

  it("is refused where it cannot be made at all", () => {
    give(directory, 0o500);
    const { status, stderr } = serve();
    expect(stderr).toMatch(/^warifu: --db: \S+ cannot be used: EACCES.*\n$/);
    expect(status).toBe(2);
  });
});
