import { describe, expect, it } from "vitest";
import { importSeeds } from "../server/import-seeds.js";
import { openVault } from "../server/open.js";
import { openSqlite } from "../server/store/sqlite.js";
import { runCli } from "./support/cli.js";
import { copiedDatabase } from "./support/directory.js";
import { MASTER, MASTER_KEY, SEED } from "./support/server.js";

const PAPER = ["--form", "A-0001", "--staff", "s12"];
const company = ["--name", "割符商事", "--form-date", "2026-03-01"];
const terms = ["--otp-from", "2026-04-01", "--daily-limit", "5000000"];

const database = copiedDatabase(async (path) => {
  const store = openSqlite(path);
  const caller = { actor: "test", source: undefined, at: Date.now() };
  const seed = { ...SEED, start: undefined, expiry: undefined };
  await importSeeds(store, await openVault(store, MASTER_KEY), [seed], caller);
  await store.close();
  const args = ["branch", "contract", "C1", ...company, ...terms, ...PAPER];
  const opened = await runCli(args, { ...MASTER, WARIFU_DB: `sqlite:${path}` });
  expect(opened).toMatchObject({ code: 0, stdout: "contract C1 is kept\n" });
});

const warifu = (...args: string[]) =>
  runCli(args, { ...MASTER, WARIFU_DB: `sqlite:${database()}` });
const branch = (...args: string[]) => warifu("branch", ...args, ...PAPER);
const user = (id: string, userClass: string) =>
  branch("user", id, "--contract", "C1", "--name", id, "--class", userClass, "--mail", "a@b.jp");

describe("warifu branch", () => {
  it("adds users with passwords to hand over, and lends them tokens", async () => {
    const added = await user("ichiro", "general");
    expect(added.stdout).toMatch(
      /^ichiro: login password [\w-]{16}, confirmation password [0-9a-f]{12}\n$/,
    );
    expect(await branch("lend", "ichiro", SEED.serial)).toMatchObject({
      code: 0,
      stdout: `token ${SEED.serial} is lent to ichiro\n`,
    });
    const again = await branch("resume", "ichiro", "--json");
    const given = JSON.parse(again.stdout) as { password: string };
    expect(added.stdout).not.toContain(given.password);
    const store = openSqlite(database());
    const book = await store.read({ users: ["ichiro"] });
    expect(book.user("ichiro")).toMatchObject({ holding: "issued", serial: SEED.serial });
    expect(book.contract("C1")!.otpFrom).toBe(Date.UTC(2026, 2, 31, 15) / 1000);
    const audit = await store.listAudit({ after: 0, limit: 20, contract: "C1" });
    expect(audit.map(({ event }) => event)).toEqual(["contract", "user", "lend", "resume"]);
    expect(audit[2]!.detail).toMatchObject({ form: "A-0001", staff: "s12" });
    // Without a mail server nothing is sent, and that is said.
    const last = (await store.listAudit({ after: 0, limit: 1, newestFirst: true }))[0];
    expect(last).toMatchObject({ event: "mail", result: "off", detail: { count: 1 } });
    await store.close();
  });

  it("takes lost and faulty tokens back, lifts suspensions, registers payees", async () => {
    await user("ichiro", "general");
    await branch("lend", "ichiro", SEED.serial);
    const unlocked = await branch("unlock", "ichiro");
    expect(unlocked.stdout).toBe("reinstated: nobody\n");
    const lost = await branch("lost", SEED.serial);
    expect(lost.stdout).toBe(`token ${SEED.serial} is lost; it was ichiro\n`);
    const faulty = await branch("faulty", SEED.serial);
    expect(faulty.stdout).toBe(`token ${SEED.serial} is faulty; it was nobody's\n`);
    const account = [
      "--bank",
      "見本銀行",
      "--branch",
      "本店",
      "--account",
      "1",
      "--name",
      "ミホン",
    ];
    const payee = await branch("payee", "P1", "--contract", "C1", ...account);
    expect(payee.stdout).toBe("payee P1 is registered\n");
  });

  it("lists the tokens that expire soon", async () => {
    const none = await warifu("branch", "expiring");
    expect(none.stdout).toBe("none\n");
  });

  it("refuses with 1 what cannot be done as things stand", async () => {
    const company = ["--form-date", "2026-03-01", "--no-otp", "--daily-limit", "1"];
    await branch("contract", "C2", "--name", "n", ...company);
    const account = ["--bank", "b", "--branch", "b", "--account", "1", "--name", "n"];
    const payee = (contract: string) => branch("payee", "P1", "--contract", contract, ...account);
    const refused = (stderr: string) => ({ code: 1, stdout: "", stderr: `warifu: ${stderr}\n` });
    await user("ichiro", "general");
    expect(await user("ichiro", "general")).toEqual(refused("ichiro: is a user already"));
    expect((await payee("C1")).code).toBe(0);
    expect(await payee("C2")).toEqual(refused("P1: belongs to another contract"));
    await branch("lost", SEED.serial);
    expect(await branch("lend", "ichiro", SEED.serial)).toEqual(
      refused(`${SEED.serial}: is lost or faulty`),
    );
  });

  it.each([
    [["lend", "nobody", SEED.serial], "nobody: is no user"],
    [["lend", "nobody", "1234567"], "serial: must be 8 to 12 digits"],
    [["lend", "", SEED.serial], "user: must be letters"],
    [["unlock", "ichiro", ""], "user: must be letters"],
    [["resume", ""], "user: must be letters"],
    [
      ["user", "a", "--contract", "", "--name", "n", "--class", "general", "--mail", "a@b.jp"],
      "--contract: must be letters",
    ],
    [
      [
        ...["payee", "P1", "--contract", "", "--bank", "b", "--branch", "c"],
        ...["--account", "1", "--name", "n"],
      ],
      "--contract: must be letters",
    ],
    [["lost", "99999999"], "99999999: is no token"],
    [["unlock", "nobody"], "nobody: is no user"],
    [
      ["contract", "C 1", "--name", "n", "--form-date", "2026-03-01", "--daily-limit", "1"],
      "id: must be letters",
    ],
    [
      ["contract", "C1", "--name", "n", "--form-date", "March", "--daily-limit", "1"],
      "--form-date: must be",
    ],
    [
      ["contract", "C1", "--name", "n", "--form-date", "2026-03-01", "--daily-limit", "1"],
      "--otp-from: is needed",
    ],
    [
      ["contract", "C1", "--name", "n", "--form-date", "2026-03-01", "--daily-limit", "much"],
      "--daily-limit: must be whole yen",
    ],
    [
      [
        "contract",
        "C1",
        "--name",
        "n",
        "--form-date",
        "2026-03-01",
        "--otp-from",
        "April",
        "--daily-limit",
        "1",
      ],
      "--otp-from: must be YYYY-MM-DD",
    ],
    [
      ["user", "a", "--contract", "C9", "--name", "n", "--class", "general", "--mail", "a@b.jp"],
      "C9: is no contract",
    ],
    [
      ["user", "a", "--contract", "C1", "--name", "n", "--class", "king", "--mail", "a@b.jp"],
      "--class: must be one of master, administrator, general",
    ],
  ])("%j: %s", async (args, problem) => {
    const result = await branch(...args);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(problem);
  });
});
