import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loginIdOf, textOf } from "../../server/web/form-fields.js";
import { MESSAGES } from "../../server/web/message-texts.js";
import { StoreUnavailable } from "../../server/store/store.js";
import { DEFAULT_POLICY, type Policy } from "../../server/core/policy.js";
import { CONFIRMATION, PAPER, PASSWORD, TestBank } from "../support/bank.js";
import { routesOf } from "../support/routes.js";
import { Visitor } from "../support/visitor.js";

const SERIAL = "10000001";
let bank: TestBank;
let visitor: Visitor;
beforeEach(async () => {
  bank = await TestBank.start(2);
  await bank.contract();
  await bank.holder("ichirodt", "データ一郎", SERIAL);
  visitor = new Visitor(bank.url);
});
afterEach(() => bank.close());

const logIn = (id = "ichirodt", password = PASSWORD) => visitor.send("/login", { id, password });

describe("sessions", () => {
  it("begin with a new secret, and end with a logout", async () => {
    await visitor.get("/login");
    const before = visitor.cookie;
    const reply = await logIn();
    expect(reply.headers.get("location")).toBe("/");
    expect(reply.headers.get("set-cookie")).toMatch(
      /^warifu=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(visitor.cookie).not.toBe(before);
    const during = visitor.cookie;
    await visitor.send("/logout", {}, { from: "/" });
    visitor.cookie = during;
    expect((await visitor.fetch("/")).headers.get("location")).toBe("/login");
  });

  it("behind a proxy with TLS have a cookie for TLS alone", async () => {
    // Nobody's word for it but a trusted proxy's.
    const reply = await visitor.fetch("/login", { headers: { "x-forwarded-proto": "https" } });
    expect(reply.headers.get("set-cookie")).not.toContain("Secure");
  });

  it.each(["", "warifu=short", `warifu=${"A".repeat(43)}`])(
    "are not forged: %j",
    async (cookie) => {
      visitor.cookie = cookie;
      expect((await visitor.fetch("/transfer")).headers.get("location")).toBe("/login");
    },
  );

  it("end at once when the token is suspended by another way", async () => {
    await logIn();
    await bank.suspend("ichirodt", SERIAL);
    expect((await visitor.fetch("/")).headers.get("location")).toBe("/login");
  });
});

describe("login", () => {
  it("makes an address wait after failures, at one user; elsewhere he gets in", async () => {
    for (let guess = 0; guess < 4; guess++) {
      expect(await (await logIn("ichirodt", "wrong")).text()).toContain("正しくありません");
    }
    const reply = await logIn();
    expect(reply.status).toBe(429);
    expect(reply.headers.get("retry-after")).toBe("1");
    expect(await reply.text()).toContain("秒ほどお待ちください");
    bank.now += 2_000;
    expect((await logIn()).headers.get("location")).toBe("/");
  });

  it("answers the same to an unknown user", async () => {
    const answer = async (id: string) => {
      const text = (await (await logIn(id, "wrong")).text()).replaceAll(id, "ID");
      return text.replace(/value="[\w-]{43}"/g, "");
    };
    expect(await answer("nobody")).toBe(await answer("ichirodt"));
  });

  it("of forty guesses at once tries no more than may be", async () => {
    const page = await visitor.get("/login");
    const [, formToken] = /name="formToken" value="([^"]+)"/.exec(page)!;
    const body = { formToken: formToken!, id: "ichirodt", password: "wrong" };
    const replies = await Promise.all(
      Array.from({ length: 40 }, () =>
        visitor.fetch("/login", { method: "POST", body: new URLSearchParams(body) }),
      ),
    );
    const texts = await Promise.all(replies.map((reply) => reply.text()));
    expect(texts.filter((text) => text.includes("正しくありません"))).toHaveLength(4);
  });

  it("does not say why a user is kept out unless the password is right", async () => {
    await bank.suspend("ichirodt", SERIAL);
    const text = await (await logIn("ichirodt", "wrong")).text();
    expect(text).toContain("ログインIDまたはログインパスワードが正しくありません。");
    expect(text).not.toContain("停止しました");
  });
});

describe("forms", () => {
  beforeEach(logIn.bind(undefined, "ichirodt", PASSWORD));

  it.each([
    ["without its token", { formToken: "" }, {}],
    ["with another's token", { formToken: "A".repeat(43) }, {}],
    ["from another site", {}, { origin: "https://evil.example" }],
    ["from nowhere", {}, { origin: "null" }],
  ])("%s: refused, and nothing done", async (_name, fields, headers) => {
    const form = { id: "ichirodt", password: PASSWORD, ...fields };
    const reply = await visitor.send("/stop", form, { headers: headers });
    expect(reply.status).toBe(403);
    expect(await reply.text()).toContain("画面の有効期限が切れました。");
    const book = await bank.store.read({ users: ["ichirodt"] });
    expect(book.user("ichirodt")!.stopped).toBe(false);
  });

  const confirm = async (amount = "5000") => {
    const payee = { kind: "entered", bank: "b", branch: "br", account: "1", name: "<b>n</b>" };
    const order = { ...payee, amount, date: "2026-11-24" };
    const page = await (
      await visitor.send("/transfer/confirm", order, { from: "/transfer" })
    ).text();
    return { page, draft: /name="draft" value="([^"]+)"/.exec(page)?.[1] ?? "" };
  };
  const execute = (draft: string, code: string) => {
    const proof = { confirmationPassword: CONFIRMATION, code };
    return visitor.send("/transfer", { draft, ...proof }, { from: "/" });
  };

  it("markup is text", async () => {
    const { page } = await confirm();
    expect(page).toContain("&lt;b>n&lt;/b>");
    expect(page).not.toContain("<b>n</b>");
  });

  it("a draft that was changed, or is another user's, is not executed", async () => {
    const { draft } = await confirm();
    const [text, mac] = draft.split(".");
    const other = Buffer.from(text!, "base64url").toString().replace("5000", "9999");
    const forged = `${Buffer.from(other).toString("base64url")}.${mac!}`;
    for (const tried of [forged, "", "a.b"]) {
      expect((await execute(tried, bank.read(SERIAL))).status).toBe(403);
    }
    expect(await bank.store.listTransfers("C1", 10)).toEqual([]);
  });

  it("replayed, a transfer is booked once", async () => {
    const { draft } = await confirm();
    const code = bank.read(SERIAL);
    for (let sent = 0; sent < 3; sent++) {
      expect(await (await execute(draft, code)).text()).toContain("振込を受け付けました。");
    }
    expect(await bank.store.listTransfers("C1", 10)).toHaveLength(1);
  });

  it("a code that is not six digits is not looked at", async () => {
    const { draft } = await confirm();
    expect(await (await execute(draft, "12 345")).text()).toContain("半角数字6桁");
    expect((await bank.store.tokensBySerial([SERIAL]))[0]!.failures).toBe(0);
  });

  it("the contract's own limit has words of its own", async () => {
    const { draft } = await confirm("10000001");
    const text = await (await execute(draft, bank.read(SERIAL))).text();
    expect(text).toContain("1日の振込限度額を超えています。");
  });

  it.each([
    [{ mail: "no address" }, "メールアドレスを正しく入力してください。"],
    [{ password: "short", passwordRepeat: "short" }, "新しいパスワードの形式が正しくない"],
    [
      { password: "long-enough", passwordRepeat: "different" },
      "新しいパスワードの形式が正しくない",
    ],
    [
      { newConfirmationPassword: "ｶｸﾆﾝ", newConfirmationPasswordRepeat: "ｶｸﾆﾝ" },
      "新しいパスワード",
    ],
    [{}, "変更する項目を入力してください。"],
    [{ dailyLimit: "much" }, "金額は1円以上"],
    [{ mail: "new@example.co.jp" }, "ワンタイムパスワードは半角数字6桁"],
    [
      { mail: "new@example.co.jp", code: "right", confirmationPassword: "wrong" },
      "確認用パスワードが",
    ],
    [{ dailyLimit: "5", code: "right" }, "この操作を行う権限がありません。"],
  ])("customer information %j: %s", async (fields, message) => {
    const code = "code" in fields ? { code: bank.read(SERIAL) } : {};
    const usual = { mail: "ichirodt@example.co.jp", confirmationPassword: CONFIRMATION };
    const reply = await visitor.send("/profile", { ...usual, ...fields, ...code });
    expect(reply.status).toBe(422);
    expect(await reply.text()).toContain(message);
  });

  it("a new login password ends the session, and its page shows nobody any more", async () => {
    const change = { mail: "ichirodt@example.co.jp", confirmationPassword: CONFIRMATION };
    const password = { password: "new-password", passwordRepeat: "new-password" };
    const code = bank.read(SERIAL);
    const reply = await visitor.send("/profile", { ...change, ...password, code });
    const page = await reply.text();
    expect(page).toContain('role="status"');
    for (const gone of ["データ一郎", "<nav", "ログアウト"]) expect(page).not.toContain(gone);
    expect((await visitor.fetch("/")).headers.get("location")).toBe("/login");
  });

  it.each([
    [{ firstCode: "1", secondCode: "2" }, "半角数字6桁"],
    [
      { firstCode: "000000", secondCode: "000001" },
      "2つのワンタイムパスワードから時刻を補正できません。",
    ],
    [
      { firstCode: "000000", secondCode: "000001", confirmationPassword: "no" },
      "確認用パスワードが",
    ],
  ])("time correction %j: %s", async (fields, message) => {
    const form = { confirmationPassword: CONFIRMATION, ...fields };
    const reply = await visitor.send("/resync", form);
    expect(await reply.text()).toContain(message);
  });

  it("five wrong pairs suspend, and log out", async () => {
    const pair = { firstCode: "000000", secondCode: "000001", confirmationPassword: CONFIRMATION };
    for (let guess = 0; guess < 4; guess++) await visitor.send("/resync", pair);
    const reply = await visitor.send("/resync", pair);
    expect(await reply.text()).toContain("利用を停止しました。");
    expect((await visitor.fetch("/")).headers.get("location")).toBe("/login");
  });

  it("an emergency stop asks for the password, and waits like a login", async () => {
    const stop = () => visitor.send("/stop", { id: "ichirodt", password: "wrong" });
    for (let guess = 0; guess < 4; guess++) {
      expect(await (await stop()).text()).toContain("正しくありません。");
    }
    expect(await (await stop()).text()).toContain("秒ほどお待ちください");
  });
});

describe("registration, five wrong codes", () => {
  it("stop the user, who is told, and kept out", async () => {
    await bank.user("jirodt", "データ二郎");
    await logIn("jirodt");
    const guess = { serial: "99999999", code: "123456" };
    for (let sent = 0; sent < 4; sent++) await visitor.send("/registration", guess);
    const reply = await visitor.send("/registration", guess);
    expect(reply.status).toBe(403);
    expect(await reply.text()).toContain("利用を停止しました。");
    expect(await (await logIn("jirodt")).text()).toContain("利用を停止しました。");
  });
});

describe("pages", () => {
  it("let nothing in from elsewhere, and are nobody's to keep", async () => {
    const { headers } = await visitor.fetch("/login");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("content-security-policy")).not.toContain("unsafe");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("come in English when asked for, and never lead elsewhere", async () => {
    const to = async (target: string) =>
      (await visitor.fetch(`/language/en?to=${encodeURIComponent(target)}`)).headers.get(
        "location",
      );
    expect(await to("/help/login")).toBe("/help/login");
    for (const elsewhere of ["//evil.example/", "/\\evil.example/", "/\t/evil.example/"]) {
      expect(await to(elsewhere)).toBe("/");
    }
    expect(await to("https://evil.example/")).toBe("/");
    expect(await visitor.get("/login")).toContain('<html lang="en">');
  });

  it("open at the path of every form, too: by a reload, by an address that was typed", async () => {
    const forms = routesOf(bank.app, SERIAL).filter(
      ({ method, path }) => method === "POST" && !path.startsWith("/v1"),
    );
    expect(forms.length).toBeGreaterThan(10);
    for (const { path } of forms) {
      const { status } = await visitor.fetch(path);
      expect([200, 303], path).toContain(status);
    }
  });

  /** Follows a page's link to the other language. */
  const inEnglish = async (page: string): Promise<Response> => {
    const [, link] = /<a href="(\/language\/en[^"]+)"/.exec(page)!;
    const reply = await visitor.fetch((await visitor.fetch(link!)).headers.get("location")!);
    const on = reply.headers.get("location");
    return on === null ? reply : visitor.fetch(on);
  };

  it.each([
    ["what is to be confirmed", "5000"],
    ["what was not entered well", ""],
  ])("come in the other language after a form was sent: %s", async (_name, amount) => {
    await logIn();
    const payee = { kind: "entered", bank: "b", branch: "br", account: "1", name: "n" };
    const order = { ...payee, amount, date: "2026-11-24" };
    const sent = await visitor.send("/transfer/confirm", order, { from: "/transfer" });
    const reply = await inEnglish(await sent.text());
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain('action="/transfer/confirm"');
  });

  it("come in the other language with what was looked for", async () => {
    await bank.staff();
    await visitor.send("/branch/login", { id: "madoguchi", password: PASSWORD });
    const found = await visitor.get(`/branch/find?id=${encodeURIComponent("契約 (株)")}`);
    expect(await (await inEnglish(found)).text()).toContain(MESSAGES["E-29"].en);
  });

  it("have their typeface and style with them", async () => {
    expect((await visitor.fetch("/style.css")).headers.get("content-type")).toContain("text/css");
    const css = await visitor.get("/fonts/400.css");
    const [, file] = /url\(\.\/(files\/[^)]+woff2)\)/.exec(css)!;
    expect((await visitor.fetch(`/fonts/${file!}`)).status).toBe(200);
    expect((await visitor.fetch("/fonts/package.json")).status).toBe(404);
  });

  it("say that nothing can be done while the store cannot be read", async () => {
    await visitor.get("/login");
    await logIn();
    bank.store.read = () => Promise.reject(new StoreUnavailable("down"));
    const reply = await visitor.fetch("/");
    expect(reply.status).toBe(503);
    expect(await reply.text()).toContain("ただいまお取り扱いできません。");
  });
});

describe("the top page's notice of an expiry", () => {
  const DAY = 86_400_000;
  const seen = async (policy: Partial<Policy>, before: number): Promise<boolean> => {
    const expiry = bank.now + 400 * DAY;
    const own = await TestBank.start(1, expiry / 1000, {
      policy: { ...DEFAULT_POLICY, ...policy },
    });
    await own.contract();
    await own.holder("ichirodt", "データ一郎", SERIAL);
    own.now = expiry - before;
    const there = new Visitor(own.url);
    await there.send("/login", { id: "ichirodt", password: PASSWORD });
    const page = await there.get("/");
    await own.close();
    return page.includes("ハードウェアトークンの有効期限は");
  };

  it("stands there from 90 days before on", async () => {
    expect(await seen({}, 90 * DAY + 1000)).toBe(false);
    expect(await seen({}, 90 * DAY)).toBe(true);
  });

  it("stands there from the first day of the bank's own on", async () => {
    const policy = { expiryNoticeDays: [30, 7] };
    expect(await seen(policy, 60 * DAY)).toBe(false);
    expect(await seen(policy, 30 * DAY)).toBe(true);
  });
});

describe("the history of operations", () => {
  it("has the user where an API key spoke for him, and the branch where there is a paper", async () => {
    await bank.user("masuodt", "データ益男", { class: "master", needsCode: false });
    const payee = { bank: "a", branch: "b", account: "c", name: "d" };
    const order = { id: "T", user: "ichirodt", payee, amount: 1, date: "2026-11-24" };
    const proof = { confirmationPassword: "wrong", code: undefined };
    await bank.bank.transfer({ ...order, ...proof }, { ...bank.caller(), actor: "key:portal" });
    await bank.bank.resume("masuodt", {}, PAPER, { ...bank.caller(), actor: "key:branch" });
    await logIn("masuodt");
    const page = await visitor.get("/administration/users/history");
    const cells = [...page.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
      [...row!.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) => cell!),
    );
    const whoDid = (what: string) => cells.find((row) => row[3] === what)?.slice(1, 3);
    expect(whoDid("資金移動")).toEqual(["ichirodt", "ichirodt"]);
    expect(whoDid("利用再開")).toEqual(["お取引店", "masuodt"]);
  });
});

describe("what is typed", () => {
  it("is a text that every store can hold", () => {
    expect(textOf({ name: " a\0b\ud83d \u{1f600} " }, "name")).toBe("a\ufffdb\ufffd \u{1f600}");
    const id = `${"a".repeat(63)}\u{1f600}`;
    expect(loginIdOf({ id: `${id}b` })).toBe(id);
  });
});

describe("a payee entered on the page", () => {
  it.each(["a\nb", "a\u202eb"])("is what it reads as: %j", async (name) => {
    await logIn();
    const payee = { kind: "entered", bank: "見本銀行", branch: "本店", account: "1", name };
    const form = { ...payee, amount: "5000", date: "2026-11-24" };
    const reply = await visitor.send("/transfer/confirm", form, { from: "/transfer" });
    expect(await reply.text()).toContain("振込先を正しく入力してください。");
  });
});
