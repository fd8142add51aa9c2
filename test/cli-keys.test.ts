import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCli, ServingProcess } from "./support/cli.js";
import { TestKms } from "./support/kms.js";
import { NEW, OLD } from "./support/rotation.js";
import { seedDirectory } from "./support/seed-directory.js";
import { codeOf, SEED } from "./support/server.js";

const [OLD_HEX, NEW_HEX] = ["07".repeat(32), "08".repeat(32)];
const at = seedDirectory();

describe("warifu keys", () => {
  it("rotates while a server goes on, which reads its key files again", async () => {
    const [db, current, previous] = [at("rotate.db"), at("master.key"), at("previous.key")];
    writeFileSync(current, OLD_HEX);
    const environment = {
      WARIFU_DB: `sqlite:${db}`,
      WARIFU_MASTER_KEY_FILE: current,
      WARIFU_MASTER_KEY_PREVIOUS_FILE: previous,
    };
    const warifu = (...args: string[]) => runCli(args, environment);
    const { stdout } = await warifu("import", at("seeds"), "--key-file", at("key"));
    expect(stdout).toBe("tokens imported: 1, unchanged: 0\n");
    const key = (await warifu("apikey", "create", "--scope", "verify")).stdout.trim();
    const server = await ServingProcess.serve(environment);
    const verify = (distance: number): Promise<unknown> => {
      const code = codeOf(SEED, Date.now(), distance);
      return server.verify(key, { serial: SEED.serial, code });
    };
    expect(await verify(-1)).toMatchObject({ accepted: true });
    writeFileSync(previous, OLD_HEX);
    writeFileSync(current, NEW_HEX);
    const rotated = await warifu("keys", "rotate", "--seeds");
    expect(rotated).toMatchObject({
      code: 0,
      stdout: `data keys wrapped by ${NEW.id}, anew: 2, seeds sealed anew: 1\n`,
    });
    rmSync(previous);
    // Its data key is another now: it asks for it, and for the key file.
    expect(await verify(0)).toMatchObject({ accepted: true });
    expect(await server.stop("SIGTERM")).toBe(0);
    expect(server.output).not.toContain(OLD_HEX);
    const again = JSON.parse((await warifu("keys", "rotate", "--json")).stdout) as unknown;
    expect(again).toEqual({ kek: NEW.id, rewrapped: 0, resealed: null });
    writeFileSync(current, OLD_HEX);
    const refused = await warifu("keys", "rotate");
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        `WARIFU_MASTER_KEY_FILE: is not the key this database's data keys are wrapped by, ${NEW.id}`,
      ) as string,
    });
    expect(refused.stderr).toContain("WARIFU_MASTER_KEY_PREVIOUS, or its _FILE, holds the one");
    expect(refused.stderr).not.toContain(OLD_HEX);
  });

  it("lists data keys by numbers and ids, without any key", async () => {
    const db = { WARIFU_DB: `sqlite:${at("list.db")}` };
    await runCli(["apikey", "create", "--scope", "verify"], db);
    expect((await runCli(["keys", "list"], db)).stdout).toBe("none\n");
    await runCli(["import", at("seeds"), "--key-file", at("key")], {
      ...db,
      WARIFU_MASTER_KEY: OLD_HEX,
    });
    const { stdout } = await runCli(["keys", "list"], db);
    expect(stdout.split("\n").map((line) => line.replace(/ \S+Z /, " … "))).toEqual([
      `1 … wrapped by ${OLD.id}, seals no seeds`,
      `2 … wrapped by ${OLD.id}`,
      "",
    ]);
    const { keys } = JSON.parse((await runCli(["keys", "list", "--json"], db)).stdout) as {
      keys: unknown[];
    };
    expect(keys[1]).toMatchObject({ number: 2, kek: OLD.id, resealing: false });
  });

  it("takes a KMS's command instead of a master key", async () => {
    const kms = new TestKms(at("."));
    const db = { WARIFU_DB: `sqlite:${at("kms.db")}` };
    const environment = { ...db, WARIFU_KMS_COMMAND: kms.command("key/1") };
    const seeds = ["import", at("seeds"), "--key-file", at("key")];
    expect((await runCli(seeds, environment)).code).toBe(0);
    expect((await runCli(["keys", "list"], db)).stdout).toContain("wrapped by kms:key/1");
    const rotate = await runCli(["keys", "rotate"], {
      ...db,
      WARIFU_MASTER_KEY: NEW_HEX,
      WARIFU_KMS_COMMAND_PREVIOUS: kms.command("key/1"),
    });
    expect(rotate.stdout).toBe(`data keys wrapped by ${NEW.id}, anew: 2\n`);
    const broken = await runCli(seeds, { ...db, WARIFU_KMS_COMMAND: "/nowhere/kms" });
    expect(broken.stderr).toContain("WARIFU_KMS_COMMAND: is not the key this database");
    const away = await runCli(seeds, {
      WARIFU_DB: `sqlite:${at("away.db")}`,
      WARIFU_KMS_COMMAND: "/nowhere/kms",
    });
    expect(away).toMatchObject({
      code: 2,
      stderr: "warifu: WARIFU_KMS_COMMAND: the command cannot be started: ENOENT\n",
    });
  });

  it.each([
    [
      { WARIFU_KMS_COMMAND: "kms", WARIFU_MASTER_KEY: OLD_HEX },
      "WARIFU_KMS_COMMAND: cannot be set beside WARIFU_MASTER_KEY\n",
    ],
    [
      { WARIFU_MASTER_KEY: OLD_HEX, WARIFU_MASTER_KEY_PREVIOUS: "07" },
      "WARIFU_MASTER_KEY_PREVIOUS: must hold 64 hex digits\n",
    ],
    [
      { WARIFU_MASTER_KEY: OLD_HEX, WARIFU_MASTER_KEY_PREVIOUS_FILE: "/" },
      "WARIFU_MASTER_KEY_PREVIOUS_FILE: names a file that cannot be read\n",
    ],
  ] as [Record<string, string>, string][])("refuses %j", async (environment, text) => {
    const result = await runCli(["keys", "rotate", "--db", `sqlite:${at("x.db")}`], environment);
    expect(result).toMatchObject({ code: 2, stderr: `warifu: ${text}` });
  });
});
