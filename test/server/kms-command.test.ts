import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../firmware/seedfile/input-error.js";
import { KeyUnavailable, wrapSurely } from "../../server/keys/key-encryption-key.js";
import { KmsCommand } from "../../server/keys/kms-command.js";
import { rotateKeys } from "../../server/keys/rotate.js";
import { importSeeds } from "../../server/import-seeds.js";
import { openSqlite } from "../../server/store/sqlite.js";
import { TestKms } from "../support/kms.js";
import { NEW, OLD, serving } from "../support/rotation.js";
import { suiteDirectory } from "../support/directory.js";
import { codeOf, NOW, SEED } from "../support/server.js";

const NAME = "WARIFU_KMS_COMMAND";
const DATA_KEY = randomBytes(32);

const directory = suiteDirectory();
const kms = new TestKms(directory);

/** What it says, which must be nothing of the data key or of what the command has said. */
async function problemOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KeyUnavailable);
  const text = `${String(error)} ${JSON.stringify(error)} ${(error as Error).stack ?? ""}`;
  for (const form of ["hex", "base64"] as const)
    expect(text).not.toContain(DATA_KEY.toString(form));
  expect(text).not.toContain("rubbish");
  return (error as Error).message;
}

describe("a KMS's command", () => {
  it("wraps and unwraps, and is told none of this program's secrets", async () => {
    process.env.WARIFU_MASTER_KEY = "07".repeat(32);
    const command = new KmsCommand(NAME, kms.command("key/1"));
    const wrapped = await wrapSurely(command, DATA_KEY);
    delete process.env.WARIFU_MASTER_KEY;
    expect(wrapped.kek).toBe("kms:key/1");
    expect(command.mayOpen(wrapped.kek)).toBe(true);
    expect(command.mayOpen(OLD.id)).toBe(false);
    expect(Buffer.from(await command.unwrap(wrapped))).toEqual(DATA_KEY);
    const asked = readFileSync(kms.log, "utf8");
    expect(asked.match(/"(un)?wrap"/g)).toEqual(['"wrap"', '"unwrap"', '"unwrap"']);
    expect(asked).toContain("PATH");
    expect(asked).not.toContain("WARIFU");
  });

  it.each([
    ["fails", "echo rubbish; echo rubbish >&2; exit 3", "ended with 3"],
    ["is killed", "kill -9 $$", "ended with SIGKILL"],
    ["says nothing", "exit 0", "answered what is no answer"],
    ["prints rubbish", "echo rubbish", "answered what is no answer"],
    ["prints rubbish without end", "yes rubbish", "answered what is no answer"],
    ["answers null", "echo null", "answered what is no answer"],
    [
      "answers a bad id",
      `echo '{"keyId":"a b","ciphertext":"AAAA"}'`,
      "answered what is no answer",
    ],
    ["answers no base64", `echo '{"keyId":"a","ciphertext":"é"}'`, "answered what is no answer"],
    ["answers another length", `echo '{"plaintext":"AAAA"}'`, "answered what is no answer"],
    [
      "wraps nothing",
      `sed 's/.*plaintext":"\\([^"]*\\).*/{"keyId":"a","ciphertext":"\\1"}/'`,
      "gave back",
    ],
  ])("that %s is an error that says so, and nothing else", async (name, script, problem) => {
    const command = new KmsCommand(NAME, kms.script(name.replaceAll(" ", "-"), script));
    const wrapped = { kek: "kms:a", wrapped: Buffer.from("sealed") };
    const problems = [
      await problemOf(command.wrap(DATA_KEY)),
      ...(problem === "gave back" ? [] : [await problemOf(command.unwrap(wrapped))]),
    ];
    for (const each of problems) expect(each).toMatch(`${NAME}: the command ${problem}`);
  });

  it("that hangs is given up, with all that it has started", async () => {
    const late = join(directory, "late");
    const script = kms.script("hangs", `(sleep 2; touch '${late}') & sleep 60`);
    const problem = await problemOf(new KmsCommand(NAME, script, 200).wrap(DATA_KEY));
    expect(problem).toBe(`${NAME}: the command gave no answer in 200 ms`);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(existsSync(late)).toBe(false);
  });

  it("that is not there, or is no command, is said by the variable's name", async () => {
    const problem = await problemOf(new KmsCommand(NAME, "/nowhere/kms").wrap(DATA_KEY));
    expect(problem).toBe(`${NAME}: the command cannot be started: ENOENT`);
    for (const line of ["", "  ", `kms "open`, "kms 'open"]) {
      expect(() => new KmsCommand(NAME, line)).toThrow(InputError);
    }
  });

  it("that opens something else than it has wrapped is found out before anything is sealed", async () => {
    const wrap = kms.script(
      "forgets",
      `read line; case "$line" in *unwrap*) echo '{"plaintext":"${"A".repeat(43)}="}';; ` +
        `*) echo '{"keyId":"a","ciphertext":"AAAA"}';; esac`,
    );
    const problem = await problemOf(wrapSurely(new KmsCommand(NAME, wrap), DATA_KEY));
    expect(problem).toBe(`${NAME}: does not open what it has wrapped`);
  });

  it("takes the place of a master key, of another command, and gives it back", async () => {
    const store = openSqlite(join(directory, "store.db"));
    const caller = { actor: "test", source: undefined, at: NOW };
    const { vault } = await serving(store, () => [OLD]);
    await importSeeds(store, vault, [SEED], caller);
    const commands = [1, 2].map((number) => {
      const name = `WARIFU_KMS_COMMAND${number === 1 ? "" : "_PREVIOUS"}`;
      return new KmsCommand(name, kms.command(`key/${String(number)}`));
    });
    let at = NOW;
    let before = OLD as (typeof commands)[number] | typeof OLD;
    for (const next of [commands[0]!, commands[1]!, NEW]) {
      const both = await serving(store, () => [next, before]);
      expect(await rotateKeys(store, both.vault, caller)).toMatchObject({ rewrapped: 2 });
      const old = before;
      await expect(serving(store, () => [old])).rejects.toThrow(old.variable);
      const after = await serving(store, () => [next]);
      expect((await after.verify(SEED.serial, codeOf(SEED, at), at)).accepted).toBe(true);
      at += 120_000;
      before = next;
    }
    await store.close();
  });
});
