import { USER_CLASSES } from "../core/user.js";
import { PATTERNS } from "../fields.js";
import { BRANCH_ACT, CODE, SERIAL } from "./schemas.js";

/** JSON Schemas of what is asked about users, contracts and operations. */
const LOGIN_ID = { type: "string", pattern: PATTERNS.id } as const;
const NAME = { type: "string", pattern: PATTERNS.name } as const;
const DATE = { type: "string", pattern: PATTERNS.date } as const;
const MAIL = { type: "string", pattern: PATTERNS.mail } as const;
const YEN = { type: "integer", minimum: 0, maximum: 999_999_999_999 } as const;
const LOGIN_PASSWORD = { type: "string", pattern: PATTERNS.loginPassword } as const;
const CONFIRMATION_PASSWORD = {
  type: "string",
  pattern: PATTERNS.confirmationPassword,
  description: "6 to 12 half-width letters and digits",
} as const;
/** What a user has typed: whatever it is, it is right or wrong. */
const TYPED_PASSWORD = { type: "string", maxLength: 64 } as const;
const IDS = {
  type: "array",
  items: LOGIN_ID,
  minItems: 1,
  maxItems: 1000,
  uniqueItems: true,
} as const;
const closed = <P extends object>(properties: P, ...optional: (keyof P)[]) => ({
  type: "object" as const,
  properties,
  required: (Object.keys(properties) as (keyof P)[]).filter((name) => !optional.includes(name)),
  additionalProperties: false as const,
});

export const PARAMS = closed({ id: LOGIN_ID });
export const REGISTRATION_BODY = closed({ serial: SERIAL, code: CODE });
export const USER_RESYNC_BODY = closed(
  {
    codes: { type: "array", items: CODE, minItems: 2, maxItems: 2, uniqueItems: true },
    confirmationPassword: TYPED_PASSWORD,
  },
  "confirmationPassword",
);
/** An act over users: a user's own, or the branch's. */
export const USERS_ACT_BODY = closed(
  {
    users: IDS,
    serials: { type: "array", items: SERIAL, minItems: 1, maxItems: 1000, uniqueItems: true },
    actor: LOGIN_ID,
    confirmationPassword: TYPED_PASSWORD,
    lost: { type: "boolean", description: "revoked for the others who share the token, too" },
    ...BRANCH_ACT,
  },
  ...(["users", "serials", "actor", "confirmationPassword", "lost", "form", "staff"] as const),
);
export const OPERATION_BODY = closed(
  {
    id: { type: "string", pattern: "^[A-Za-z0-9-]{8,64}$", description: "sent twice, done once" },
    user: LOGIN_ID,
    kind: { type: "string", enum: ["transfer", "profile"] },
    confirmationPassword: TYPED_PASSWORD,
    code: CODE,
    payee: {
      description: "the id of one registered beforehand, or one entered now",
      oneOf: [LOGIN_ID, closed({ bank: NAME, branch: NAME, account: NAME, name: NAME })],
    },
    amount: { ...YEN, minimum: 1 },
    date: DATE,
    mail: MAIL,
    password: LOGIN_PASSWORD,
    newConfirmationPassword: CONFIRMATION_PASSWORD,
    dailyLimit: YEN,
  },
  ...(["id", "code", "payee", "amount", "date", "mail", "password"] as const),
  ...(["newConfirmationPassword", "dailyLimit"] as const),
);
export const CONTRACT_BODY = closed({
  name: NAME,
  otpFrom: { type: ["string", "null"], format: "date-time" },
  formDate: DATE,
  dailyLimit: YEN,
  ...BRANCH_ACT,
});
export const USER_BODY = closed(
  {
    contract: LOGIN_ID,
    name: NAME,
    class: { type: "string", enum: USER_CLASSES },
    mail: MAIL,
    needsCode: { type: "boolean" },
    password: LOGIN_PASSWORD,
    confirmationPassword: CONFIRMATION_PASSWORD,
    ...BRANCH_ACT,
  },
  "needsCode",
);
export const LEND_BODY = closed({ serial: SERIAL, ...BRANCH_ACT });
export const RETIRE_BODY = closed({
  status: { type: "string", enum: ["lost", "faulty"] },
  ...BRANCH_ACT,
});
export const RESUME_BODY = closed(
  { password: LOGIN_PASSWORD, confirmationPassword: CONFIRMATION_PASSWORD, ...BRANCH_ACT },
  "password",
  "confirmationPassword",
);
export const PAYEE_BODY = closed({
  contract: LOGIN_ID,
  bank: NAME,
  branch: NAME,
  account: NAME,
  name: NAME,
  ...BRANCH_ACT,
});
