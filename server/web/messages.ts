import type { Refusal } from "../core/decision.js";
import type { ActRefusal } from "../core/unlock-users.js";
import type { Message, MessageKey } from "./text.js";

/** The message for each reason why something was not done. */
const REASONS: Readonly<Record<Refusal | ActRefusal | OtherReason, MessageKey>> = {
  wrong_code: "E-07",
  already_used: "E-06",
  suspended: "E-05",
  expired: "E-09",
  revoked: "E-13",
  unregistered: "E-13",
  forbidden: "E-13",
  wrong_password: "E-10",
  none_chosen: "E-11",
  changed: "E-14",
  over_limit: "E-15",
  code_needed: "E-03",
  unknown_payee: "E-19",
  bad_date: "E-21",
};
type OtherReason = "over_limit" | "code_needed" | "unknown_payee" | "bad_date";

export function messageOf(reason: keyof typeof REASONS): Message {
  return { key: REASONS[reason] };
}
