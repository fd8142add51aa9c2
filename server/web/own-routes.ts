import { asksForCodes } from "../core/user.js";
import { type FieldKind, isField } from "../fields.js";
import { loggedOut } from "./layout.js";
import { messageOf } from "./messages.js";
import { ProfilePage, ResyncPage } from "./pages/own.js";
import { type Fields, secretText, textOf } from "./form-fields.js";
import type { Portal, Seat } from "./portal.js";
import type { Message } from "./text.js";

/** お客さま情報変更 and 時刻補正. */
export function addOwnRoutes(portal: Portal): void {
  addProfile(portal);
  portal.userPage("/resync", async ({ visit }, reply) => portal.send(reply, ResyncPage({ visit })));
  portal.userForm("/resync", async ({ visit, user, rules }, fields, reply) => {
    const codes = [textOf(fields, "firstCode"), textOf(fields, "secondCode")] as const;
    if (!codes.every((code) => isField("code", code))) {
      return portal.send(reply, ResyncPage({ visit, message: { key: "E-03" } }), 422);
    }
    const password = secretText(fields, "confirmationPassword");
    const answer = await portal.parts.bank.resync(user.id, codes, password, rules.caller);
    if (answer.resynchronized) return portal.send(reply, ResyncPage({ visit, done: true }));
    if (answer.reason === "suspended") {
      return portal.sendMessage(reply, loggedOut(visit), { key: "E-05" }, 403);
    }
    const message: Message =
      answer.reason === "wrong_code" ? { key: "E-24" } : messageOf(answer.reason);
    return portal.send(reply, ResyncPage({ visit, message }), 422);
  });
}

function addProfile(portal: Portal): void {
  const codeNeeded = ({ visit }: Seat): boolean =>
    visit.contract !== undefined && asksForCodes(visit.contract, visit.now);
  portal.userPage("/profile", async (seat, reply) =>
    portal.send(reply, ProfilePage({ visit: seat.visit, codeNeeded: codeNeeded(seat) })),
  );
  portal.userForm("/profile", async (seat, fields, reply) => {
    const { visit, user, rules } = seat;
    const again = async (message: Message): Promise<unknown> =>
      portal.send(reply, ProfilePage({ visit, message, codeNeeded: codeNeeded(seat) }), 422);
    const changes = changesOf(seat, fields);
    if ("message" in changes) return again(changes.message);
    const code = textOf(fields, "code");
    if (codeNeeded(seat) && !isField("code", code)) return again({ key: "E-03" });
    const answer = await portal.parts.bank.changeProfile(
      {
        ...changes,
        user: user.id,
        confirmationPassword: secretText(fields, "confirmationPassword"),
        code: codeNeeded(seat) ? code : undefined,
      },
      rules.caller,
    );
    if (answer.changed) {
      // A new password has ended all sessions, this one too.
      const shown = answer.loggedOut ? loggedOut(visit) : visit;
      return portal.send(reply, ProfilePage({ visit: shown, codeNeeded: false, done: true }));
    }
    if (answer.reason === "suspended") {
      return portal.sendMessage(reply, loggedOut(visit), { key: "E-05" }, 403);
    }
    return again(messageOf(answer.reason));
  });
}

interface Changes {
  readonly mail?: string | undefined;
  readonly password?: string | undefined;
  readonly newConfirmationPassword?: string | undefined;
  readonly dailyLimit?: number | undefined;
}

/** What a form changes, or what is wrong with it; a password left empty stays as it is. */
function changesOf({ user, visit }: Seat, fields: Fields): Changes | { readonly message: Message } {
  const mail = textOf(fields, "mail");
  if (mail !== user.mail && !isField("mail", mail)) return { message: { key: "E-22" } };
  const [password, newConfirmationPassword] = [
    secretText(fields, "password"),
    secretText(fields, "newConfirmationPassword"),
  ];
  const good = (text: string, repeat: string, kind: FieldKind): boolean =>
    text === secretText(fields, repeat) && (text === "" || isField(kind, text));
  if (
    !good(password, "passwordRepeat", "loginPassword") ||
    !good(newConfirmationPassword, "newConfirmationPasswordRepeat", "confirmationPassword")
  ) {
    return { message: { key: "E-23" } };
  }
  const limit = textOf(fields, "dailyLimit");
  if (limit !== "" && !isField("yen", limit)) return { message: { key: "E-20" } };
  const changes = {
    mail: mail === user.mail ? undefined : mail,
    password: password === "" ? undefined : password,
    newConfirmationPassword: newConfirmationPassword === "" ? undefined : newConfirmationPassword,
    dailyLimit:
      limit === "" || Number(limit) === visit.contract?.dailyLimit ? undefined : Number(limit),
  };
  const none = Object.values(changes).every((value) => value === undefined);
  return none ? { message: { key: "E-25" } } : changes;
}
