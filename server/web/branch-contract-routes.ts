import { parseTime } from "../../firmware/seedfile/instant.js";
import { type Before, contractText } from "../core/branch.js";
import { japanDate } from "../core/japan.js";
import type { UserClass } from "../core/user.js";
import { freshPasswords } from "../passwords.js";
import { addPaper, idOf, paperOf } from "./branch-acts.js";
import { ContractPage, PasswordsPage } from "./pages/branch-contracts.js";
import {
  CONTRACT_FORM,
  NEW_CONTRACT_FORM,
  PAYEE_FORM,
  USER_FORM,
  type Values,
} from "./paper-form.js";
import type { Desk, Portal } from "./portal.js";

const pathOf = (contract: string): string => `/branch/contracts/${contract}`;

/** Contracts, and what is entered into them: users and payees. */
export function addContractRoutes(portal: Portal): void {
  const { store } = portal.parts;
  portal.branchPage(pathOf(":id"), async (desk, reply, request) => {
    const { visit } = desk;
    const id = idOf(request);
    const book = await store.read({ contracts: [id] });
    const contract = book.contract(id);
    if (!contract) return portal.sendUnknown(reply, desk);
    const payees = await store.listPayees(id);
    const done = request.query.done !== undefined;
    return portal.send(reply, ContractPage({ visit, contract, book, payees, done }));
  });
  addContractForms(portal);
  addUserForm(portal);
  addPayeeForm(portal);
}

function addContractForms(portal: Portal): void {
  const { store, bank } = portal.parts;
  const keep = async (
    id: string,
    values: Values<typeof CONTRACT_FORM>,
    desk: Desk,
    before: Before,
  ): Promise<string> => {
    const { name, form, formDate, otpFrom, dailyLimit } = values;
    const from = otpFrom === "" ? undefined : parseTime(`${otpFrom}T00:00:00+09:00`, "otpFrom");
    const contract = { id, name, form, formDate, otpFrom: from, dailyLimit: Number(dailyLimit) };
    await bank.keepContract(contract, paperOf(desk, values), desk.caller, before);
    return `${pathOf(id)}?done`;
  };
  const empty = { name: "", form: "", formDate: "", otpFrom: "", dailyLimit: "" };
  addPaper(portal, "/branch/new-contract", {
    title: "newContract",
    form: NEW_CONTRACT_FORM,
    begin: () => Promise.resolve({ values: { id: "", ...empty }, back: "/branch" }),
    keep: (values, _id, desk) => keep(values.id, values, desk, "nothing"),
  });
  addPaper(portal, `${pathOf(":id")}/edit`, {
    title: "editContract",
    form: CONTRACT_FORM,
    begin: async (id) => {
      const contract = (await store.read({ contracts: [id] })).contract(id);
      if (!contract) return undefined;
      const { name, otpFrom, dailyLimit } = contract;
      // A change has an application form of its own: its number and date are entered anew.
      const kept = { name, dailyLimit: String(dailyLimit), form: "", formDate: "" };
      const from = otpFrom === undefined ? "" : japanDate(otpFrom);
      const values = { ...kept, otpFrom: from };
      return { values, back: pathOf(id), shown: contractText(contract) };
    },
    keep: (values, id, desk, shown) => keep(id, values, desk, { shown }),
  });
}

function addUserForm(portal: Portal): void {
  const { store, bank } = portal.parts;
  addPaper(portal, `${pathOf(":id")}/users/new`, {
    title: "newUser",
    form: USER_FORM,
    begin: async (id) => {
      const known = (await store.read({ contracts: [id] })).contract(id);
      const values = { id: "", name: "", class: "general", mail: "", form: "" };
      return known && { values, back: pathOf(id) };
    },
    keep: async (values, contract, desk) => {
      const { id, name, mail } = values;
      const passwords = freshPasswords();
      const named = { id, contract, name, mail, class: values.class as UserClass };
      const user = { ...named, needsCode: true, ...passwords };
      await bank.addUser(user, paperOf(desk, values), desk.caller);
      return PasswordsPage({ visit: desk.visit, user: id, passwords, back: pathOf(contract) });
    },
  });
}

function addPayeeForm(portal: Portal): void {
  const { store, bank } = portal.parts;
  addPaper(portal, `${pathOf(":id")}/payees/new`, {
    title: "newPayee",
    form: PAYEE_FORM,
    begin: async (id) => {
      const known = (await store.read({ contracts: [id] })).contract(id);
      const values = { id: "", bank: "", branch: "", account: "", name: "", form: "" };
      return known && { values, back: pathOf(id) };
    },
    keep: async (values, contract, desk) => {
      const { id, bank: bankName, branch, account, name } = values;
      const payee = { id, contract, bank: bankName, branch, account, name };
      await bank.keepPayee(payee, paperOf(desk, values), desk.caller, true);
      return `${pathOf(contract)}?done`;
    },
  });
}
