import type { VNode } from "preact";
import { DAY } from "../core/japan.js";
import { freshPasswords } from "../passwords.js";
import { idOf, paperOf, tried } from "./branch-acts.js";
import { sayIn } from "./layout.js";
import { PasswordsPage } from "./pages/branch-contracts.js";
import { BranchUserPage, ExpiringPage, TokenPage, TokensPage } from "./pages/branch-tokens.js";
import { readForm, TOKEN_ACT_FORM, USER_ACT_FORM, type Values } from "./paper-form.js";
import { textOf } from "./form-fields.js";
import type { Desk, Portal } from "./portal.js";
import type { Message } from "./text.js";

const ROWS = 50;

/** Users and tokens: acts on application forms, and the list of tokens that expire soon. */
export function addBranchTokenRoutes(portal: Portal): void {
  addUser(portal);
  addToken(portal);
  addLists(portal);
}

function addUser(portal: Portal): void {
  const { store } = portal.parts;
  const draw = async (
    { visit }: Desk,
    id: string,
    form: { values?: Values<typeof USER_ACT_FORM>; message?: Message; done?: boolean },
  ): Promise<VNode | undefined> => {
    const book = await store.read({ users: [id] });
    const user = book.user(id);
    const { values = { form: "", serial: "" }, message, done = false } = form;
    return user && BranchUserPage({ visit, book, user, values, message, done });
  };
  portal.branchPage("/branch/users/:id", async (desk, reply, request) => {
    const page = await draw(desk, idOf(request), { done: request.query.done !== undefined });
    return page ? portal.send(reply, page) : portal.sendUnknown(reply, desk);
  });
  portal.branchForm("/branch/users/:id", async (desk, fields, reply, request) => {
    const id = idOf(request);
    const read = readForm(USER_ACT_FORM, fields, sayIn(desk.visit.language));
    const { values } = read;
    const done = read.message
      ? { message: read.message }
      : await tried(() => actOnUser(portal, desk, id, textOf(fields, "act"), values));
    const answer = "answer" in done ? done.answer : undefined;
    if (typeof answer === "string") return reply.redirect(answer, 303);
    if (answer) return portal.send(reply, answer);
    const message: Message = "message" in done ? done.message : { key: "E-35" };
    const page = await draw(desk, id, { values, message });
    return page ? portal.send(reply, page, 422) : portal.sendUnknown(reply, desk);
  });
}

/** @returns where to redirect to, or a page that shows the result; undefined where nothing was done */
async function actOnUser(
  { parts: { bank } }: Portal,
  desk: Desk,
  id: string,
  act: string,
  values: Values<typeof USER_ACT_FORM>,
): Promise<string | VNode | undefined> {
  const { visit, caller } = desk;
  const paper = paperOf(desk, values);
  const path = `/branch/users/${id}`;
  const ifAny = (users: readonly string[]) => (users.length > 0 ? `${path}?done` : undefined);
  switch (act) {
    case "lend":
      await bank.lend(id, values.serial, paper, caller);
      return `${path}?done`;
    case "unlock":
      return ifAny(await bank.branchUnlock([id], paper, caller));
    case "revoke":
      return ifAny(await bank.branchRevoke([id], paper, caller));
    case "resume": {
      const passwords = freshPasswords();
      await bank.resume(id, passwords, paper, caller);
      return PasswordsPage({ visit, user: id, passwords, back: path });
    }
    default:
      return undefined;
  }
}

function addToken(portal: Portal): void {
  const { store, bank } = portal.parts;
  const draw = async (
    { visit }: Desk,
    serial: string,
    form: { values?: Values<typeof TOKEN_ACT_FORM>; message?: Message; done?: boolean },
  ): Promise<VNode | undefined> => {
    const book = await store.read({ serials: [serial] });
    const token = book.token(serial);
    const { values = { form: "" }, message, done = false } = form;
    return token && TokenPage({ visit, book, token, values, message, done });
  };
  portal.branchPage("/branch/tokens/:id", async (desk, reply, request) => {
    const page = await draw(desk, idOf(request), { done: request.query.done !== undefined });
    return page ? portal.send(reply, page) : portal.sendUnknown(reply, desk);
  });
  portal.branchForm("/branch/tokens/:id", async (desk, fields, reply, request) => {
    const serial = idOf(request);
    const { values, message } = readForm(TOKEN_ACT_FORM, fields, sayIn(desk.visit.language));
    const act = textOf(fields, "act");
    if (message || (act !== "lost" && act !== "faulty")) {
      const page = await draw(desk, serial, { values, message: message ?? { key: "E-35" } });
      return page ? portal.send(reply, page, 422) : portal.sendUnknown(reply, desk);
    }
    const done = await tried(() => bank.retire(serial, act, paperOf(desk, values), desk.caller));
    if ("answer" in done) return reply.redirect(`/branch/tokens/${serial}?done`, 303);
    return portal.sendMessage(reply, desk.visit, done.message, 404);
  });
}

function addLists(portal: Portal): void {
  const { store, clerk } = portal.parts;
  portal.branchPage("/branch/tokens", async (desk, reply, request) => {
    const tokens = await store.listTokens(textOf(request.query, "after"), ROWS);
    const more = tokens.length === ROWS ? tokens.at(-1)!.serial : undefined;
    return portal.send(reply, TokensPage({ visit: desk.visit, tokens, more }));
  });
  portal.branchPage("/branch/expiring", async (desk, reply, request) => {
    const { visit } = desk;
    const days = clerk.policy.expiryNoticeDays;
    const [, expiry, serial] = /^(\d{1,12})-(\d{1,12})$/.exec(textOf(request.query, "after")) ?? [];
    const after = { expiry: Number(expiry ?? visit.now), serial: serial ?? "" };
    const until = visit.now + Math.max(...days) * DAY;
    const tokens = await store.listExpiring(until, after, ROWS);
    const book = await store.read({ serials: tokens.map((token) => token.serial) });
    const last = tokens.length === ROWS ? tokens.at(-1) : undefined;
    const more = last && `${String(last.expiry)}-${last.serial}`;
    return portal.send(reply, ExpiringPage({ visit, book, tokens, days, more }));
  });
}
