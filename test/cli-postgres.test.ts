import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, ServingProcess } from "./support/cli.js";
import { TestDatabases } from "./support/postgres.js";
import { seedDirectory } from "./support/seed-directory.js";
import { codeOf, SEED } from "./support/server.js";

const MASTER = { WARIFU_MASTER_KEY: "07".repeat(32) };
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
    const ready = /ready at (\S+)/;
    const [one, other] = await Promise.all(
      [1, 2].map(() => ServingProcess.start(["serve", "--port", "0"], environment, ready)),
    );
    const verify = async (server: ServingProcess): Promise<unknown> => {
      const reply = await fetch(`${ready.exec(server.output)![1]!}/v1/verify`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ serial: SEED.serial, code }),
      });
      return reply.json();
    };
    const code = codeOf(SEED, Date.now());
    expect(await verify(one!)).toEqual({ accepted: true, serial: SEED.serial });
    expect(await verify(other!)).toEqual({ accepted: false, reason: "already_used" });
    const id = /^warifu_([0-9a-f]+)_/.exec(key)![1]!;
    await warifu("apikey", "revoke", id);
    expect(await verify(one!)).toMatchObject({ code: "unauthorized" });
    expect(await one!.stop("SIGTERM")).toBe(0);
    expect(await other!.stop("SIGTERM")).toBe(0);
  });
});
