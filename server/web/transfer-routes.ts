import { randomUUID } from "node:crypto";
import type { Payee } from "../core/book.js";
import { japanDate } from "../core/japan.js";
import { dailyLimit, isBookable, transferNeedsCode } from "../core/transfer.js";
import { asksForCodes } from "../core/user.js";
import { isField } from "../fields.js";
import { loggedOut } from "./layout.js";
import { messageOf } from "./messages.js";
import {
  type Draft,
  InquiriesPage,
  TransferConfirmPage,
  TransferDonePage,
  type TransferForm,
  TransferPage,
} from "./pages/transfer.js";
import { type Fields, secretText, textOf } from "./form-fields.js";
import type { Portal, Seat } from "./portal.js";
import type { Message } from "./text.js";

const AMOUNT = /^[1-9][0-9]{0,11}$/;
/** What drafts are sealed for: what was sealed for anything else does not open as one. */
const PURPOSE = "transfer";
const INQUIRED = 100;

/** 資金移動: entered, confirmed, executed as it was confirmed; and 照会. */
export function addTransferRoutes(portal: Portal): void {
  const { store, clerk, bank } = portal.parts;
  portal.userPage("/transfer", async (seat, reply) => {
    const date = japanDate(seat.visit.now);
    return portal.send(reply, await entryPage(portal, seat, { ...EMPTY, date }));
  });
  portal.leadOn("/transfer/confirm", "/transfer");
  portal.userForm("/transfer/confirm", async (seat, fields, reply) => {
    const form = formOf(fields);
    const payees = await store.listPayees(seat.user.contract);
    const checked = checkForm(form, payees, seat.visit.now);
    if ("message" in checked) {
      return portal.send(reply, await entryPage(portal, seat, form, checked.message), 422);
    }
    return portal.send(reply, confirmPage(portal, seat, { id: randomUUID(), ...checked }));
  });
  portal.userForm("/transfer", async (seat, fields, reply) => {
    const { visit, user, rules } = seat;
    const text = clerk.vault.signed(`${PURPOSE} ${user.id}`, textOf(fields, "draft"));
    if (text === undefined) return portal.sendMessage(reply, visit, { key: "E-18" }, 403);
    const draft = JSON.parse(text) as Draft;
    const code = textOf(fields, "code");
    if (code !== "" && !isField("code", code)) {
      return portal.send(reply, confirmPage(portal, seat, draft, { key: "E-03" }), 422);
    }
    const { id, amount, date, payee, registered } = draft;
    const answer = await bank.transfer(
      {
        id,
        user: user.id,
        amount,
        date,
        payee: registered ?? payee,
        shown: payee,
        confirmationPassword: secretText(fields, "confirmationPassword"),
        code: code === "" ? undefined : code,
      },
      rules.caller,
    );
    if (answer.booked) return portal.send(reply, TransferDonePage({ visit, draft }));
    const message = refusalMessage(seat, answer.reason);
    if (answer.reason === "suspended") {
      return portal.sendMessage(reply, loggedOut(visit), message, 403);
    }
    return portal.send(reply, confirmPage(portal, seat, draft, message), 422);
  });
  portal.userPage("/inquiries", async (seat, reply) => {
    const transfers = await store.listTransfers(seat.user.contract, INQUIRED);
    return portal.send(reply, InquiriesPage({ visit: seat.visit, transfers }));
  });
}

const EMPTY: TransferForm = {
  kind: "registered",
  registered: "",
  bank: "",
  branch: "",
  account: "",
  name: "",
  amount: "",
  date: "",
};

async function entryPage(portal: Portal, seat: Seat, form: TransferForm, message?: Message) {
  const { visit, user, book, rules } = seat;
  const payees = await portal.parts.store.listPayees(user.contract);
  const kind = payees.length === 0 ? "entered" : form.kind;
  const limit = dailyLimit(book, rules, user.contract);
  return TransferPage({ visit, message, form: { ...form, kind }, payees, limit });
}

function confirmPage(portal: Portal, seat: Seat, draft: Draft, message?: Message) {
  const { visit, user, book, rules } = seat;
  const purpose = `${PURPOSE} ${user.id}`;
  const sealed = portal.parts.clerk.vault.sign(purpose, JSON.stringify(draft));
  const registered = draft.registered !== undefined;
  const codeNeeded = transferNeedsCode(book, rules, user.id, registered);
  return TransferConfirmPage({ visit, message, draft, sealed, codeNeeded });
}

function formOf(fields: Fields): TransferForm {
  const text = (name: keyof TransferForm): string => textOf(fields, name);
  return {
    kind: text("kind"),
    registered: text("registered"),
    bank: text("bank"),
    branch: text("branch"),
    account: text("account"),
    name: text("name"),
    amount: text("amount"),
    date: text("date"),
  };
}

/** What is to be confirmed, or what is wrong with it. */
function checkForm(
  form: TransferForm,
  payees: readonly Payee[],
  now: number,
): Omit<Draft, "id"> | { readonly message: Message } {
  const chosen =
    form.kind === "registered" ? payees.find(({ id }) => id === form.registered) : undefined;
  const { bank, branch, account, name } = chosen ?? form;
  const payee = { bank, branch, account, name };
  const whole = Object.values(payee).every((text) => isField("name", text));
  if ((form.kind === "registered" && !chosen) || !whole) return { message: { key: "E-19" } };
  if (!AMOUNT.test(form.amount)) return { message: { key: "E-20" } };
  if (!isBookable(form.date, now)) return { message: { key: "E-21" } };
  return { registered: chosen?.id, payee, amount: Number(form.amount), date: form.date };
}

/** Contracts without tokens have a limit of their own, and a message that names it. */
function refusalMessage(
  { book, user, rules }: Seat,
  reason: Parameters<typeof messageOf>[0],
): Message {
  const contract = book.contract(user.contract);
  const tokens = contract !== undefined && asksForCodes(contract, rules.now);
  return reason === "over_limit" && !tokens ? { key: "E-12" } : messageOf(reason);
}
