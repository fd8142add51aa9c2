import { mayRevoke } from "../core/revoke-users.js";
import { unlockList } from "../core/unlock-users.js";
import { loggedOut } from "./layout.js";
import { messageOf } from "./messages.js";
import { HistoryPage } from "./pages/history.js";
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

const UNLOCK = "/administration/users/unlock";
const REVOKE = "/administration/users/revoke";
const HISTORY = "/administration/users/history";
/** Rows of the history on one page. */
const ROWS = 20;

/** 管理 > 利用者管理: acts of masters; administrators, too, may revoke where the policy says so. */
export function addUserRoutes(portal: Portal): void {
  portal.userPage("/administration", async ({ visit }, reply) =>
    portal.send(reply, AdministrationPage({ visit })),
  );
  portal.userPage("/administration/users", async (seat, reply) =>
    portal.send(reply, TasksPage(seat)),
  );
  addUnlock(portal);
  addRevoke(portal);
  portal.userPage(HISTORY, async (seat, reply, request) => {
    if (!isMaster(seat)) return portal.sendForbidden(reply, seat);
    const given = textOf(request.query, "before");
    const before = /^[0-9]{1,15}$/.test(given) ? given : "0";
    const rows = await portal.parts.store.listAudit({
      after: Number(before),
      limit: ROWS,
      contract: seat.user.contract,
      newestFirst: true,
    });
    const older = rows.length === ROWS ? rows.at(-1)!.id : undefined;
    return portal.send(reply, HistoryPage({ visit: seat.visit, rows, older }));
  });
}

function addUnlock(portal: Portal): void {
  portal.userPage(UNLOCK, async (seat, reply) => {
    if (!isMaster(seat)) return portal.sendForbidden(reply, seat);
    const users = unlockList(seat.book, seat.user);
    return portal.send(reply, UnlockPage({ ...seat, users }));
  });
  portal.userForm(UNLOCK, async (seat, fields, reply) => {
    if (!isMaster(seat)) return portal.sendForbidden(reply, seat);
    const asked = requestOf(seat, fields);
    const answer = await portal.parts.bank.unlock(asked, seat.rules.caller);
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
  portal.userPage(REVOKE, async (seat, reply) => {
    if (!revokes(seat)) return portal.sendForbidden(reply, seat);
    const users = seat.book.usersOf(seat.user.contract);
    return portal.send(reply, RevokePage({ ...seat, users }));
  });
  portal.userForm(REVOKE, async (seat, fields, reply) => {
    if (!revokes(seat)) return portal.sendForbidden(reply, seat);
    const asked = { ...requestOf(seat, fields), lost: textOf(fields, "lost") === "yes" };
    const answer = await portal.parts.bank.revoke(asked, seat.rules.caller);
    const book = await portal.parts.store.read({ users: [seat.user.id] });
    if (answer.done) {
      const users = answer.users.map((id) => book.user(id)!);
      // A user who has revoked his own token is logged out: this page is the last one he sees.
      const self = answer.users.includes(seat.user.id);
      const visit = self ? loggedOut(seat.visit) : seat.visit;
      return portal.send(reply, RevokedPage({ visit, book, users }));
    }
    const message = messageOf(answer.reason);
    const again = { ...seat, book, users: book.usersOf(seat.user.contract), chosen: asked.users };
    return portal.send(reply, RevokePage({ ...again, message }), 422);
  });
}

function isMaster({ user }: Seat): boolean {
  return user.class === "master";
}

function revokes({ user, rules }: Seat): boolean {
  return mayRevoke(user, rules);
}

function requestOf(seat: Seat, fields: Fields) {
  return {
    actor: seat.user.id,
    users: listOf(fields, "users"),
    offered: textOf(fields, "offered").split(" "),
    confirmationPassword: secretText(fields, "confirmationPassword"),
  };
}
