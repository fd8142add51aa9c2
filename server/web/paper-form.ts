import { type FieldKind, isDate, isField } from "../fields.js";
import { USER_CLASSES, type UserClass } from "../core/user.js";
import { type Fields, textOf } from "./form-fields.js";
import type { Message, TextKey } from "./text.js";

/** A field of the branch's forms: what it holds, and what it is called. */
export interface PaperField {
  readonly name: string;
  readonly label: TextKey;
  readonly kind: FieldKind | "class";
  readonly hint?: TextKey;
  readonly optional?: boolean;
}

const FORM_NUMBER = { name: "form", label: "formNumber", kind: "name" } as const;

export const CONTRACT_FORM = [
  { name: "name", label: "contractName", kind: "name" },
  FORM_NUMBER,
  { name: "formDate", label: "formDate", kind: "date" },
  { name: "otpFrom", label: "otpFrom", kind: "date", hint: "otpFromHint", optional: true },
  { name: "dailyLimit", label: "dailyLimitYen", kind: "yen" },
] as const satisfies readonly PaperField[];

export const NEW_CONTRACT_FORM = [
  { name: "id", label: "contractId", kind: "id" },
  ...CONTRACT_FORM,
] as const satisfies readonly PaperField[];

export const USER_FORM = [
  { name: "id", label: "loginId", kind: "id" },
  { name: "name", label: "userName", kind: "name" },
  { name: "class", label: "userClass", kind: "class" },
  { name: "mail", label: "mail", kind: "mail" },
  FORM_NUMBER,
] as const satisfies readonly PaperField[];

export const PAYEE_FORM = [
  { name: "id", label: "payeeId", kind: "id" },
  { name: "bank", label: "payeeBank", kind: "name" },
  { name: "branch", label: "payeeBranch", kind: "name" },
  { name: "account", label: "payeeAccount", kind: "name" },
  { name: "name", label: "payeeName", kind: "name" },
  FORM_NUMBER,
] as const satisfies readonly PaperField[];

export const USER_ACT_FORM = [
  FORM_NUMBER,
  { name: "serial", label: "lendSerial", kind: "serial", hint: "lendSerialHint", optional: true },
] as const satisfies readonly PaperField[];

export const TOKEN_ACT_FORM = [FORM_NUMBER] as const satisfies readonly PaperField[];

/** What is typed into a form, by the names of its fields. */
export type Values<Form extends readonly PaperField[]> = Readonly<
  Record<Form[number]["name"], string>
>;

/** What was typed into a form, and a message that names the first field with a fault. */
export function readForm<Form extends readonly PaperField[]>(
  form: Form,
  fields: Fields,
  say: (key: TextKey) => string,
): { readonly values: Values<Form>; readonly message: Message | undefined } {
  const values = Object.fromEntries(
    form.map(({ name }) => [name, textOf(fields, name)]),
  ) as Values<Form>;
  const wrong = form.find(({ name, kind, optional }: PaperField) => {
    const text = values[name as Form[number]["name"]];
    return text === "" ? !optional : !fits(kind, text);
  });
  return { values, message: wrong && { key: "E-28", value: say(wrong.label) } };
}

function fits(kind: PaperField["kind"], text: string): boolean {
  if (kind === "class") return USER_CLASSES.includes(text as UserClass);
  return kind === "date" ? isDate(text) : isField(kind, text);
}
