import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StoreUnavailable } from "../../server/store/store.js";
import { MESSAGES } from "../../server/web/message-texts.js";
import type { MessageKey } from "../../server/web/text.js";
import { CONFIRMATION, PASSWORD, TestBank } from "../support/bank.js";
import { Visitor } from "../support/visitor.js";

const [OWN, SECOND] = ["10000001", "10000002"] as const;
let bank: TestBank;
let visitor: Visitor;
beforeEach(async () => {
  bank = await TestBank.start(3);
  await bank.contract();
  await bank.holder("masuodt", "割符益男", OWN, { class: "master" });
  await bank.holder("ichirodt", "データ一郎", SECOND);
  await bank.user("jirodt", "データ二郎");
  await bank.staff();
  visitor = new Visitor(bank.url);
});
afterEach(() => bank.close());

const logIn = (id = "masuodt", password = PASSWORD) => visitor.send("/login", { id, password });
const atDesk = () => visitor.send("/branch/login", { id: "madoguchi", password: PASSWORD });
const unlock = (fields: Record<string, string>) =>
  visitor.send("/administration/users/unlock", fields);
const register = (serial: string, code: string) => visitor.send("/registration", { serial, code });
const resync = (first: string, second: string) =>
  visitor.send("/resync", {
    ...{ firstCode: first, secondCode: second, confirmationPassword: CONFIRMATION },
  });

/** Enters a transfer and executes it. */
async function transfer(code: string, amount = "5000", changes = {}): Promise<Response> {
  const payee = { kind: "entered", bank: "b", branch: "br", account: "1", name: "n" };
  const order = { ...payee, amount, date: "2026-11-25", ...changes };
  const entered = await visitor.send("/transfer/confirm", order, { from: "/transfer" });
  const page = await entered.clone().text();
  const [, draft] = /name="draft" value="([^"]+)"/.exec(page) ?? [];
  if (draft === undefined) return entered;
  const proof = { draft, confirmationPassword: CONFIRMATION, code };
  return visitor.send("/transfer", proof, { from: "/" });
}

const actOnUser = (user: string, fields: Record<string, string>) =>
  visitor.send(`/branch/users/${user}`, { form: "A-1", ...fields });
const lend = (serial: string, user = "jirodt") => actOnUser(user, { act: "lend", serial });

/** How each message is come by: a message without a way does not compile. */
const WAYS: Readonly<Record<MessageKey, () => Promise<Response>>> = {
  "E-01": () => logIn("masuodt", "wrong"),
  "E-02": async () => (await logIn("jirodt"), register("1234567", "123456")),
  "E-03": async () => (await logIn("jirodt"), register(SECOND, "１２３４５６")),
  "E-04": async () => (await logIn("jirodt"), register(SECOND, bank.wrong(SECOND))),
  "E-05": async () => (await bank.suspend("ichirodt", SECOND), logIn("ichirodt")),
  "E-06": async () => {
    await logIn();
    const code = bank.read(OWN);
    await transfer(code);
    return transfer(code);
  },
  "E-07": async () => (await logIn(), transfer(bank.wrong(OWN))),
  "E-08": async () => {
    await atDesk();
    await actOnUser("ichirodt", { act: "revoke" });
    return logIn("ichirodt");
  },
  "E-09": async () => {
    bank.now += 366 * 86_400_000;
    await logIn();
    const date = new Date(bank.now).toISOString().slice(0, 10);
    return transfer("123456", "1", { date });
  },
  "E-10": async () => (await logIn(), unlock({ confirmationPassword: "wrong" })),
  "E-11": async () => (await logIn(), unlock({ confirmationPassword: CONFIRMATION })),
  "E-12": async () => {
    await bank.contract({ otpFrom: undefined });
    await logIn();
    return transfer("", "200001");
  },
  "E-13": async () => (await logIn("ichirodt"), visitor.fetch("/administration/users/unlock")),
  "E-14": async () => {
    await logIn();
    const users = { users: "ichirodt", offered: "ichirodt" };
    return unlock({ ...users, confirmationPassword: CONFIRMATION });
  },
  "E-15": async () => (await logIn(), transfer(bank.read(OWN), "10000001")),
  "E-16": async () => {
    for (let guess = 0; guess < 4; guess++) await logIn("masuodt", "wrong");
    return logIn();
  },
  "E-17": async () => {
    await visitor.send("/stop", { id: "masuodt", password: PASSWORD });
    return logIn();
  },
  "E-18": async () => (await logIn(), visitor.send("/resync", { formToken: "" })),
  "E-19": async () => (await logIn(), transfer("", "1", { bank: "" })),
  "E-20": async () => (await logIn(), transfer("", "0")),
  "E-21": async () => (await logIn(), transfer("", "1", { date: "2026-13-01" })),
  "E-22": async () => (await logIn(), visitor.send("/profile", { mail: "nobody" })),
  "E-23": async () => {
    await logIn();
    const fields = { mail: "masuodt@example.co.jp", password: "long-enough", passwordRepeat: "" };
    return visitor.send("/profile", fields);
  },
  "E-24": async () => (await logIn(), resync("000000", "000001")),
  "E-25": async () => (await logIn(), visitor.send("/profile", { mail: "masuodt@example.co.jp" })),
  "E-26": async () => {
    await logIn();
    bank.store.read = () => Promise.reject(new StoreUnavailable("down"));
    return visitor.fetch("/");
  },
  "E-27": () => visitor.fetch("/nowhere", { headers: { accept: "text/html" } }),
  "E-28": async () => (await atDesk(), actOnUser("jirodt", { form: "" })),
  "E-29": async () => (await atDesk(), visitor.fetch("/branch/users/nobody")),
  "E-30": async () => {
    await atDesk();
    const contract = { id: "C1", name: "n", form: "f", formDate: "2026-11-20", dailyLimit: "1" };
    return visitor.send("/branch/new-contract", contract);
  },
  "E-31": async () => {
    await bank.contract({ id: "C2" });
    await bank.user("saburo", "三郎", { contract: "C2" });
    await atDesk();
    return lend(OWN, "saburo");
  },
  "E-32": async () => {
    await atDesk();
    await visitor.send("/branch/tokens/10000003", { form: "A-1", act: "faulty" });
    return lend("10000003");
  },
  "E-33": async () => (await atDesk(), lend("10000003", "ichirodt")),
  "E-34": () => visitor.send("/branch/login", { id: "madoguchi", password: "wrong" }),
  "E-36": async () => {
    await atDesk();
    const contract = { name: "n", form: "f", formDate: "2026-11-20", dailyLimit: "1" };
    return visitor.send("/branch/contracts/C1/edit", { ...contract, shown: "old" });
  },
  "E-35": async () => (await atDesk(), actOnUser("jirodt", { act: "unlock" })),
};

describe.each(Object.keys(MESSAGES) as MessageKey[])("%s", (key) => {
  it.each(["ja", "en"] as const)("is said in %s, where it belongs", async (language) => {
    await visitor.fetch(`/language/${language}?to=/login`);
    const reply = await WAYS[key]();
    expect(reply.status).toBeGreaterThanOrEqual(400);
    const [before, after] = MESSAGES[key][language].split("{value}") as [string, string?];
    const text = (await reply.text()).replaceAll("&quot;", '"');
    expect(text).toContain(before);
    expect(text).toContain(after ?? "");
  });
});
