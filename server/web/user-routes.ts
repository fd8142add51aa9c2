import { mayRevoke } from "../core/revoke-users.js";
import { unlockList } from "../core/unlock-users.js";
import type { User } from "../core/user.js";
import { messageOf } from "./messages.js";
import { HistoryPage } from "./pages/own.js";
import {
  AdministrationPage,
  RevokedPage,
  RevokePage,
  TasksPage,
  UnlockedPage,
  UnlockPage,
} from "./pages/users.js";
import { type Fields, listOf, secretText, textOf } from "./form-fields.js";
import type { Portal, Seat } from "./portal.js";
import type { FastifyReply, FastifyRequest } from "fastify";

const UNLOCK = "/administration/users/unlock";
const REVOKE = "/administration/users/revoke";
const HISTORY = "/administration/users/history";
/** Rows of the history on one page. */
const ROWS = 20;

/** 管理 > 利用者管理: what masters do about the users' tokens. */
export function addUserRoutes(portal: Portal): void {
  portal.page("/administration", async (request, reply) => {
    const seat = await portal.seat(request, reply);
    return seat ? portal.send(reply, AdministrationPage({ visit: seat.visit })) : reply;
  });
  portal.page("/administration/users", async (request, reply) => {
    const seat = await portal.seat(request, reply);
    return seat ? portal.send(reply, TasksPage(seat)) : reply;
  });
  addUnlock(portal);
  addRevoke(portal);
  portal.page(HISTORY, async (request, reply) => {
    const seat = await masterSeat(portal, request, reply);
    if (!seat) return reply;
    const given = textOf(request.query, "before");
    const before = /^[0-9]{1,15}$/.test(given) ? given : "0";
    const rows = await portal.parts.store.listAudit({
      ...{ after: Number(before), limit: ROWS, contract: seat.user.contract, newestFirst: true },
    });
    const older = rows.length === ROWS ? rows.at(-1)!.id : undefined;
    return portal.send(reply, HistoryPage({ visit: seat.visit, rows, older }));
  });
}

function addUnlock(portal: Portal): void {
  const list = ({ book, user }: Seat): User[] => unlockList(book, user);
  portal.page(UNLOCK, async (request, reply) => {
    const seat = await masterSeat(portal, request, reply);
    return seat ? portal.send(reply, UnlockPage({ ...seat, users: list(seat) })) : reply;
  });
  portal.form(UNLOCK, async (request, fields, reply) => {
    const seat = await masterSeat(portal, request, reply);
    if (!seat) return reply;
    const asked = requestOf(seat, fields);
    const answer = await portal.parts.bank.unlock(asked, portal.caller(request, seat.user.id));
    const book = await portal.parts.store.read({ users: [seat.user.id] });
    if (answer.done) {
      const users = answer.users.map((id) => book.user(id)!);
      return portal.send(reply, UnlockedPage({ visit: seat.visit, book, users }));
    }
    const message = messageOf(answer.reason);
    const again = { ...seat, book, users: unlockList(book, seat.user), chosen: asked.users };
    return portal.send(reply, UnlockPage({ ...again, message }), 422);
  });
}

function addRevoke(portal: Portal): void {
  const revokes = ({ user, rules }: Seat): boolean => mayRevoke(user, rules);
  portal.page(REVOKE, async (request, reply) => {
    const seat = await masterSeat(portal, request, reply, revokes);
    if (!seat) return reply;
    const users = seat.book.usersOf(seat.user.contract);
    return portal.send(reply, RevokePage({ ...seat, users }));
  });
  portal.form(REVOKE, async (request, fields, reply) => {
    const seat = await masterSeat(portal, request, reply, revokes);
    if (!seat) return reply;
    const asked = { ...requestOf(seat, fields), lost: textOf(fields, "lost") === "yes" };
    const answer = await portal.parts.bank.revoke(asked, portal.caller(request, seat.user.id));
    const book = await portal.parts.store.read({ users: [seat.user.id] });
    if (answer.done) {
      const users = answer.users.map((id) => book.user(id)!);
      // Who has revoked himself sees the result once, and is logged out by it.
      const self = answer.users.includes(seat.user.id);
      const visit = self ? { ...seat.visit, user: undefined } : seat.visit;
      return portal.send(reply, RevokedPage({ visit, book, users }));
    }
    const message = messageOf(answer.reason);
    const again = { ...seat, book, users: book.usersOf(seat.user.contract), chosen: asked.users };
    return portal.send(reply, RevokePage({ ...again, message }), 422);
  });
}

function requestOf(seat: Seat, fields: Fields) {
  return {
    actor: seat.user.id,
    users: listOf(fields, "users"),
    offered: textOf(fields, "offered").split(" "),
    confirmationPassword: secretText(fields, "confirmationPassword"),
  };
}

/** The seat of a master, or of whom else may; everyone else is refused. */
async function masterSeat(
  portal: Portal,
  request: FastifyRequest,
  reply: FastifyReply,
  may = ({ user }: Seat): boolean => user.class === "master",
): Promise<Seat | undefined> {
  const seat = await portal.seat(request, reply);
  if (!seat || may(seat)) return seat;
  await portal.say(request, reply, seat.visit, { key: "E-13" }, 403);
  return undefined;
}
