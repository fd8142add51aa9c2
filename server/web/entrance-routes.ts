import { expiresSoon } from "../core/expiry-notice.js";
import type { Login } from "../core/login.js";
import { standingOf } from "../core/user.js";
import { isField } from "../fields.js";
import { loggedOut } from "./layout.js";
import { LoginPage, RegistrationPage, StopPage } from "./pages/entrance.js";
import { TopPage } from "./pages/top.js";
import { loginIdOf, secretText, textOf } from "./form-fields.js";
import type { Portal } from "./portal.js";
import type { Language } from "./language.js";
import type { Message } from "./text.js";
import { timeFromText } from "./words.js";

/** Login and logout, the registration of a token, the top page and the emergency stop. */
export function addEntrance(portal: Portal): void {
  addLogin(portal);
  addRegistration(portal);
  addStop(portal);
  portal.userPage("/", async ({ visit, user, book }, reply, request) => {
    const expiry = user.holding === "registered" ? book.token(user.serial)?.expiry : undefined;
    const serial = user.holding === "registered" ? user.serial : undefined;
    const standing = standingOf(user, expiry, visit.now);
    const soon = expiresSoon(expiry, visit.now, portal.parts.clerk.policy);
    const registered = request.query.registered !== undefined;
    return portal.send(reply, TopPage({ visit, standing, serial, expiry, soon, registered }));
  });
}

function addLogin(portal: Portal): void {
  const { sessions } = portal.parts;
  portal.page("/login", async (request, reply) => {
    const visit = await portal.visit(request, reply);
    const loggedOut = request.query.out !== undefined;
    return portal.send(reply, LoginPage({ visit, loggedOut }));
  });
  portal.form("/login", async (request, fields, reply) => {
    const id = loginIdOf(fields);
    const login = await sessions.logIn(id, secretText(fields, "password"), portal.caller(request));
    if (login.in) {
      await portal.open(request, reply, login.secret);
      return reply.redirect(login.landing === "registration" ? "/registration" : "/", 303);
    }
    const visit = await portal.visit(request, reply);
    const message = loginMessage(login, visit.language);
    return portal.send(reply, LoginPage({ visit, message, id }), 422);
  });
  portal.leadOn("/logout", "/");
  portal.form("/logout", async (request, _fields, reply) => {
    const { staff } = await portal.visit(request, reply);
    await portal.close(request, reply);
    return reply.redirect(staff ? "/branch/login?out" : "/login?out", 303);
  });
}

function loginMessage(login: Exclude<Login, { in: true }>, language: Language): Message {
  switch (login.reason) {
    case "wrong_password":
      return { key: "E-01" };
    case "suspended":
      return { key: "E-05" };
    case "stopped":
      return { key: "E-17" };
    case "revoked":
      return { key: "E-08", value: timeFromText(login.availableAt, language) };
  }
}

function addRegistration(portal: Portal): void {
  portal.userPage("/registration", async ({ visit }, reply) =>
    portal.send(reply, RegistrationPage({ visit })),
  );
  portal.userForm("/registration", async ({ visit, user, rules }, fields, reply) => {
    const [serial, code] = [textOf(fields, "serial"), textOf(fields, "code")];
    const again = async (message: Message): Promise<unknown> =>
      portal.send(reply, RegistrationPage({ visit, message, serial }), 422);
    if (!isField("serial", serial)) return again({ key: "E-02" });
    if (!isField("code", code)) return again({ key: "E-03" });
    const answer = await portal.parts.bank.register(user.id, serial, code, rules.caller);
    if (answer.registered) return reply.redirect("/?registered", 303);
    if (answer.reason === "wrong_code") return again({ key: "E-04" });
    const key = answer.reason === "suspended" ? "E-05" : "E-13";
    return portal.sendMessage(reply, loggedOut(visit), { key }, 403);
  });
}

function addStop(portal: Portal): void {
  portal.page("/stop", async (request, reply) =>
    portal.send(reply, StopPage({ visit: await portal.visit(request, reply) })),
  );
  portal.form("/stop", async (request, fields, reply) => {
    const id = loginIdOf(fields);
    const caller = portal.caller(request);
    const visit = await portal.visit(request, reply);
    const answer = await portal.parts.sessions.stop(id, secretText(fields, "password"), caller);
    if (answer.stopped) {
      return portal.send(reply, StopPage({ visit: loggedOut(visit), done: true }));
    }
    return portal.send(reply, StopPage({ visit, message: { key: "E-01" } }), 422);
  });
}
