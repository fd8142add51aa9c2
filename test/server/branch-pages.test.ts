import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { PASSWORD, TestBank } from "../support/bank.js";
import { Visitor } from "../support/visitor.js";

const SERIAL = "10000001";
let bank: TestBank;
let visitor: Visitor;
beforeEach(async () => {
  bank = await TestBank.start(2);
  await bank.contract();
  await bank.holder("ichirodt", "データ一郎", SERIAL);
  await bank.staff();
  visitor = new Visitor(bank.url);
});
afterEach(() => bank.close());

const logIn = (id = "madoguchi", password = PASSWORD) =>
  visitor.send("/branch/login", { id, password });
const audit = async () =>
  (await bank.store.listAudit({ after: 0, limit: 1000 })).map(({ event, result }) =>
    [event, result].join(" "),
  );

const PATHS = [
  ...["/branch", "/branch/find?id=C1", "/branch/contracts/C1", "/branch/new-contract"],
  ...["/branch/contracts/C1/edit", "/branch/contracts/C1/users/new", "/branch/users/ichirodt"],
  ...["/branch/contracts/C1/payees/new", "/branch/tokens", `/branch/tokens/${SERIAL}`],
  "/branch/expiring",
];

describe("the branch's pages", () => {
  it.each(PATHS)("%s asks for the staff's login, whoever else is logged in", async (path) => {
    expect((await visitor.fetch(path)).headers.get("location")).toBe("/branch/login");
    await visitor.send("/login", { id: "ichirodt", password: PASSWORD });
    expect((await visitor.fetch("/")).status).toBe(200);
    expect((await visitor.fetch(path)).headers.get("location")).toBe("/branch/login");
  });

  it("do nothing for a user who sends their forms", async () => {
    await visitor.send("/login", { id: "ichirodt", password: PASSWORD });
    const before = await audit();
    const forms = [
      "/branch/new-contract",
      "/branch/users/ichirodt",
      `/branch/tokens/${SERIAL}`,
    ] as const;
    for (const path of forms) {
      const fields = { form: "A-1", act: "lost", serial: SERIAL, id: "C9", name: "x" };
      const reply = await visitor.send(path, fields, { from: "/transfer" });
      expect(reply.headers.get("location")).toBe("/branch/login");
    }
    expect(await audit()).toEqual(before);
  });

  it("are no way into the users' pages", async () => {
    await logIn();
    expect((await visitor.fetch("/branch")).status).toBe(200);
    expect((await visitor.fetch("/")).headers.get("location")).toBe("/login");
  });

  it("are closed at once to who works there no more, or has a new password", async () => {
    await logIn();
    await bank.staff();
    expect((await visitor.fetch("/branch")).headers.get("location")).toBe("/branch/login");
    await logIn();
    expect((await visitor.fetch("/branch")).status).toBe(200);
    expect(await bank.bank.endStaff("madoguchi", bank.caller())).toBe(true);
    expect(await bank.bank.endStaff("madoguchi", bank.caller())).toBe(false);
    expect((await visitor.fetch("/branch")).headers.get("location")).toBe("/branch/login");
    expect(await (await logIn()).text()).toContain("IDまたはパスワードが正しくありません。");
  });

  it("make an address wait after wrong passwords, and tell nothing of who is known", async () => {
    const texts = new Set<string>();
    for (const id of ["madoguchi", "madoguchi", "madoguchi", "nobody"]) {
      const text = await (await logIn(id, "wrong")).text();
      texts.add(text.replaceAll(id, "ID").replace(/value="[\w-]{43}"/g, ""));
    }
    expect(texts.size).toBe(1);
    await logIn("madoguchi", "wrong");
    expect((await logIn()).status).toBe(429);
  });

  it("end with a logout, at their own login", async () => {
    await logIn();
    const reply = await visitor.send("/logout", {}, { from: "/branch" });
    expect(reply.headers.get("location")).toBe("/branch/login?out");
    expect((await visitor.fetch("/branch")).headers.get("location")).toBe("/branch/login");
  });

  it("are left out where the server is told so", async () => {
    const outside = await TestBank.start(1, undefined, { branchPages: false });
    expect((await fetch(`${outside.url}/branch/login`)).status).toBe(404);
    expect((await fetch(`${outside.url}/login`)).status).toBe(200);
    await outside.close();
  });
});

describe("what the branch enters", () => {
  beforeEach(() => logIn().then(() => undefined));
  const contract = {
    ...{ id: "C2", name: "見本工業", form: "A-1", formDate: "2026-11-20" },
    ...{ otpFrom: "", dailyLimit: "100000" },
  };

  it.each([
    [{ id: "" }, "契約番号"],
    [{ id: "契約" }, "契約番号"],
    [{ name: "x".repeat(65) }, "契約者名"],
    [{ name: "一\n二" }, "契約者名"],
    [{ form: "" }, "申込書番号"],
    [{ formDate: "2026-02-30" }, "申込書受付日"],
    [{ otpFrom: "tomorrow" }, "ワンタイムパスワード利用開始日"],
    [{ dailyLimit: "１００" }, "1日の振込限度額"],
    [{ dailyLimit: "-1" }, "1日の振込限度額"],
  ])("a contract with %j: names the field, keeps the rest, stores nothing", async (wrong, name) => {
    const reply = await visitor.send("/branch/new-contract", { ...contract, ...wrong });
    const text = await reply.text();
    expect(reply.status).toBe(422);
    expect(text).toContain(`入力内容をご確認ください: ${name}`);
    if (!("name" in wrong)) expect(text).toContain('value="見本工業"');
    expect(await bank.store.listContracts("", 9)).toHaveLength(1);
  });

  it("a contract that is there already is not opened over", async () => {
    const reply = await visitor.send("/branch/new-contract", { ...contract, id: "C1" });
    expect(await reply.text()).toContain("すでに登録されています。");
    expect((await bank.store.listContracts("", 9))[0]!.name).toBe("割符商事株式会社");
  });

  it("of three that open one contract at once, one does", async () => {
    const replies = await Promise.all(
      ["一", "二", "三"].map((name) =>
        visitor.send("/branch/new-contract", { ...contract, name: `見本${name}` }),
      ),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([303, 422, 422]);
  });

  it("a query given twice is none", async () => {
    for (const path of ["", "/find?id=a&id=b", "/tokens?after=1&after=2", "?after=a&after=b"]) {
      expect((await visitor.fetch(`/branch${path}`)).status).toBeLessThan(500);
    }
  });

  it("a change of a contract begins with what stands there", async () => {
    const page = await visitor.get("/branch/contracts/C1/edit");
    expect(page).toContain('value="割符商事株式会社"');
    const [, shown = ""] = /name="shown" value="([^"]+)"/.exec(page) ?? [];
    const change = { ...contract, otpFrom: "2026-12-01", name: "割符新商事" };
    const sent = { ...change, shown: shown.replaceAll("&quot;", '"') };
    const reply = await visitor.send("/branch/contracts/C1/edit", sent);
    expect(reply.headers.get("location")).toBe("/branch/contracts/C1?done");
    const kept = (await bank.store.read({ contracts: ["C1"] })).contract("C1")!;
    expect(kept.name).toBe("割符新商事");
    expect(new Date(kept.otpFrom! * 1000).toISOString()).toBe("2026-11-30T15:00:00.000Z");
    // Who had it open before then writes nothing over: it is shown anew.
    const late = await visitor.send("/branch/contracts/C1/edit", { ...sent, name: "遅れた変更" });
    expect(await late.text()).toContain("他の操作により変更されています。");
    expect((await bank.store.read({ contracts: ["C1"] })).contract("C1")!.name).toBe("割符新商事");
  });

  it.each([
    [{ id: "ichirodt" }, "すでに登録されています。"],
    [{ class: "owner" }, "入力内容をご確認ください: 利用者区分"],
    [{ mail: "nobody" }, "入力内容をご確認ください: メールアドレス"],
    [{ mail: "a@b.jp, c@d.jp" }, "入力内容をご確認ください: メールアドレス"],
  ])("a user with %j: %s", async (wrong, message) => {
    const user = { id: "jiro", name: "二郎", class: "general", mail: "j@example.co.jp", form: "A" };
    const reply = await visitor.send("/branch/contracts/C1/users/new", { ...user, ...wrong });
    expect(reply.status).toBe(422);
    expect(await reply.text()).toContain(message);
    expect((await bank.store.read({ users: ["jiro"] })).user("jiro")).toBeUndefined();
  });

  it("a payee of another contract is not taken over", async () => {
    await bank.contract({ id: "C2" });
    const payee = { id: "P1", bank: "a", branch: "b", account: "c", name: "d", form: "A-1" };
    const reply = await visitor.send("/branch/contracts/C1/payees/new", payee);
    expect(reply.headers.get("location")).toBe("/branch/contracts/C1?done");
    const other = await visitor.send("/branch/contracts/C2/payees/new", payee);
    expect(await other.text()).toContain("他の契約のものです。");
    // Nor is one of the same contract written over: no code is asked for transfers to it.
    const again = { ...payee, account: "普通 9999999" };
    const over = await visitor.send("/branch/contracts/C1/payees/new", again);
    expect(await over.text()).toContain("すでに登録されています。");
    expect((await bank.store.listPayees("C1"))[0]!.account).toBe("c");
    expect(await visitor.get("/branch/contracts/C1")).toContain("P1");
  });

  it.each([
    [{ act: "lend", serial: "10000002" }, "すでにトークンを利用中です。"],
    [{ act: "lend", serial: "" }, "該当する契約・利用者・トークンがありません。"],
    [{ act: "lend", serial: "1" }, "入力内容をご確認ください"],
    [{ act: "unlock" }, "対象ではありません。"],
    [{ act: "dance" }, "対象ではありません。"],
    [{ act: "revoke", form: "" }, "入力内容をご確認ください: 申込書番号"],
  ])("an act on a user %j: %s", async (fields, message) => {
    const reply = await visitor.send("/branch/users/ichirodt", { form: "A-1", ...fields });
    expect(reply.status).toBe(422);
    expect(await reply.text()).toContain(message);
  });

  it("a revocation on paper logs the user out", async () => {
    const user = new Visitor(bank.url);
    await user.send("/login", { id: "ichirodt", password: PASSWORD });
    await visitor.send("/branch/users/ichirodt", { form: "A-1", act: "revoke" });
    expect((await user.fetch("/")).headers.get("location")).toBe("/login");
  });

  it.each([
    ["/branch/contracts/nobody", 404],
    ["/branch/contracts/nobody/edit", 404],
    ["/branch/contracts/nobody/users/new", 404],
    ["/branch/contracts/nobody/payees/new", 404],
    ["/branch/users/nobody", 404],
    ["/branch/tokens/99999999", 404],
    ["/branch/find?id=nobody", 404],
  ])("%s: there is no such", async (path, status) => {
    const reply = await visitor.fetch(path);
    expect(reply.status).toBe(status);
    expect(await reply.text()).toContain("該当する契約・利用者・トークンがありません。");
    if (path.includes("find")) return;
    const sent = await visitor.send(path, { form: "A-1", act: "lost" }, { from: "/branch" });
    expect(sent.status).toBe(404);
  });

  it("finds a contract, a user or a token by its number", async () => {
    const to = async (id: string) =>
      (await visitor.fetch(`/branch/find?id=${id}`)).headers.get("location");
    expect(await to("C1")).toBe("/branch/contracts/C1");
    expect(await to("ichirodt")).toBe("/branch/users/ichirodt");
    expect(await to(SERIAL)).toBe(`/branch/tokens/${SERIAL}`);
  });

  it("a token without an act asked for stays as it is", async () => {
    const reply = await visitor.send(`/branch/tokens/${SERIAL}`, { form: "A-1" });
    expect(reply.status).toBe(422);
    expect((await bank.store.tokensBySerial([SERIAL]))[0]!.status).toBe("usable");
  });
});

it("ruling C13: administrators revoke on the pages, too, where the policy lets them", async () => {
  const policy = { ...DEFAULT_POLICY, administratorsRevoke: true };
  const other = await TestBank.start(1, undefined, { policy });
  await other.contract();
  await other.holder("kanri", "管理者", SERIAL, { class: "administrator" });
  const user = new Visitor(other.url);
  await user.send("/login", { id: "kanri", password: PASSWORD });
  expect(await user.get("/administration/users")).toContain("/administration/users/revoke");
  expect((await user.fetch("/administration/users/revoke")).status).toBe(200);
  expect((await user.fetch("/administration/users/unlock")).status).toBe(403);
  await other.close();
});

describe("long lists", () => {
  it("go on on further pages", async () => {
    const many = await TestBank.start(60, bank.now / 1000 + 20 * 86_400);
    await many.staff();
    for (let index = 10; index < 70; index++) await many.contract({ id: `C${String(index)}` });
    await many.user("ichiro", "一郎", { contract: "C10" });
    for (const { serial } of many.seeds) await many.lend("ichiro", serial);
    const desk = new Visitor(many.url);
    await desk.send("/branch/login", { id: "madoguchi", password: PASSWORD });
    for (const path of ["/branch", "/branch/tokens", "/branch/expiring"]) {
      const first = await desk.get(path);
      const [, more] = /<a href="([^"]+)">次へ/.exec(first)!;
      const second = await desk.get(more!.replaceAll("&amp;", "&"));
      const rows = (text: string) => text.split("<tr>").length - 2;
      expect([rows(first), rows(second)]).toEqual([50, 10]);
      expect(second).not.toContain("次へ");
    }
    await many.close();
  });
});
