import type { Caller } from "../../server/core/caller.js";
import { TooSoon } from "../../server/attempts.js";
import type { Request } from "./ledger.js";
import type { Process } from "./process.js";

const PAPER = { form: "A-1", staff: "s" };

/** Has a process do what a request asks for. @returns its answer, in the words of the audit */
export async function answerOf(
  { tokens, bank }: Process,
  { act, serial, user, first, code }: Request,
  caller: Caller,
): Promise<string> {
  if (act === "verify") {
    const verdict = await (user === undefined
      ? tokens.verify(serial, code, caller)
      : tokens.verifyUser(user, code, caller));
    return verdict.accepted ? "accepted" : verdict.reason;
  }
  if (act === "resync") {
    const answer = await (user === undefined
      ? tokens.resync(serial, [first!, code], PAPER, caller)
      : bank.resync(user, [first!, code], undefined, caller));
    return answer.resynchronized ? "resynchronized" : answer.reason;
  }
  if (act === "register") return register(bank, user!, serial, code, caller);
  if (act === "reinstate") {
    const lifted = await bank.branchUnlock([user!], PAPER, caller);
    return lifted.length > 0 ? "unlocked" : "nothing_to_lift";
  }
  const { changed } = await tokens[act]([serial], PAPER, caller);
  const done = { unlock: "unlocked", revoke: "revoked" } as const;
  return changed.length > 0 ? done[act] : "unchanged";
}

async function register(
  bank: Process["bank"],
  user: string,
  serial: string,
  code: string,
  caller: Caller,
): Promise<string> {
  try {
    const answer = await bank.register(user, serial, code, caller);
    return answer.registered ? "registered" : answer.reason;
  } catch (error) {
    if (error instanceof TooSoon) return "too_soon";
    throw error;
  }
}
