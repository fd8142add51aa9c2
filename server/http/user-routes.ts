import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { BankService } from "../bank-service.js";
import type { UsersAct } from "../core/unlock-users.js";
import type { TokenService } from "../token-service.js";
import { callerOf, type Gate, scopeOf } from "./auth.js";
import {
  OPERATION_BODY,
  PARAMS,
  REGISTRATION_BODY,
  USER_RESYNC_BODY,
  USERS_ACT_BODY,
} from "./bank-schemas.js";
import { invalidField, Problem } from "./problem.js";

const security = [{ apiKey: [] }];

interface UserParams {
  readonly id: string;
}
interface ActBody {
  readonly users?: string[];
  readonly serials?: string[];
  readonly actor?: string;
  readonly confirmationPassword?: string;
  readonly lost?: boolean;
  readonly form?: string;
  readonly staff?: string;
}
interface OperationBody {
  readonly id?: string;
  readonly user: string;
  readonly kind: "transfer" | "profile";
  readonly confirmationPassword: string;
  readonly code?: string;
  readonly payee?: string | { bank: string; branch: string; account: string; name: string };
  readonly amount?: number;
  readonly date?: string;
  readonly mail?: string;
  readonly password?: string;
  readonly newConfirmationPassword?: string;
  readonly dailyLimit?: number;
}

/**
 * What a bank's own portal has its users do, and what its branch does by the same paths; the pages do the
 * same by the same functions.
 */
export function addUserApi(
  app: FastifyInstance,
  bank: BankService,
  tokens: TokenService,
  gate: Gate,
  now: () => number,
): void {
  const onRequest = gate.only("portal");
  app.post<{ Params: UserParams; Body: { serial: string; code: string } }>(
    "/v1/users/:id/registration",
    {
      schema: { summary: "Register a token", params: PARAMS, body: REGISTRATION_BODY, security },
      onRequest,
    },
    async (request) => {
      const { serial, code } = request.body;
      return bank.register(request.params.id, serial, code, callerOf(request, now()));
    },
  );
  app.post<{
    Params: UserParams;
    Body: { codes: [string, string]; confirmationPassword?: string };
  }>(
    "/v1/users/:id/resync",
    {
      schema: {
        summary: "Find a token's clock again, within half an hour",
        params: PARAMS,
        body: USER_RESYNC_BODY,
        security,
      },
      onRequest,
    },
    async (request) => {
      const { codes, confirmationPassword } = request.body;
      const caller = callerOf(request, now());
      return bank.resync(request.params.id, codes, confirmationPassword, caller);
    },
  );
  app.post<{ Body: OperationBody }>(
    "/v1/operations",
    {
      schema: { summary: "A transfer, or a change of information", body: OPERATION_BODY, security },
      onRequest,
    },
    async (request) => operate(bank, request, now()),
  );
  addActs(app, bank, tokens, gate, now);
}

async function operate(
  bank: BankService,
  request: FastifyRequest<{ Body: OperationBody }>,
  at: number,
): Promise<object> {
  const { kind, id = randomUUID(), payee, amount, date, code, ...rest } = request.body;
  const caller = callerOf(request, at);
  if (kind === "profile") {
    const { mail, password, newConfirmationPassword, dailyLimit } = rest;
    if ((mail ?? password ?? newConfirmationPassword ?? dailyLimit) === undefined) {
      const others = "password, newConfirmationPassword or dailyLimit";
      throw invalidField("mail", `give it, or ${others}`);
    }
    const answer = await bank.changeProfile({ ...rest, code }, caller);
    return answer.changed ? { done: true } : { done: false, reason: answer.reason };
  }
  const { user, confirmationPassword } = rest;
  const order = {
    payee: needed("payee", payee),
    amount: needed("amount", amount),
    date: needed("date", date),
  };
  const answer = await bank.transfer({ id, user, confirmationPassword, code, ...order }, caller);
  return answer.booked ? { done: true, id } : { done: false, reason: answer.reason };
}

/** Lifting suspensions and revoking: a user's own act, or the branch's on paper. */
function addActs(
  app: FastifyInstance,
  bank: BankService,
  tokens: TokenService,
  gate: Gate,
  now: () => number,
): void {
  const onRequest = gate.only("portal", "branch");
  const schema = { body: USERS_ACT_BODY, security };
  app.post<{ Body: ActBody }>(
    "/v1/unlock",
    { schema: { ...schema, summary: "Lift suspensions" }, onRequest },
    async (request) => {
      const caller = callerOf(request, now());
      if (scopeOf(request) === "portal") {
        return told("unlocked", await bank.unlock(ownAct(request.body), caller));
      }
      const { users, serials, paper } = branchAct(request.body);
      if (users) return { unlocked: await bank.branchUnlock(users, paper, caller) };
      const act = await tokens.unlock(serials, paper, caller);
      return { unlocked: act.changed, unchanged: act.unchanged };
    },
  );
  app.post<{ Body: ActBody }>(
    "/v1/revoke",
    { schema: { ...schema, summary: "Revoke tokens at once" }, onRequest },
    async (request) => {
      const caller = callerOf(request, now());
      if (scopeOf(request) === "portal") {
        const { lost = false } = request.body;
        return told("revoked", await bank.revoke({ ...ownAct(request.body), lost }, caller));
      }
      const { users, serials, paper } = branchAct(request.body);
      if (users) return { revoked: await bank.branchRevoke(users, paper, caller) };
      const act = await tokens.revoke(serials, paper, caller);
      return { revoked: act.changed, unchanged: act.unchanged };
    },
  );
}

function told(what: string, act: UsersAct): object {
  if (act.done) return { [what]: act.users };
  if (act.reason === "forbidden") throw new Problem("not_permitted");
  return { [what]: [], reason: act.reason };
}

function ownAct({ users, actor, confirmationPassword }: ActBody) {
  return {
    users: needed("users", users),
    actor: needed("actor", actor),
    confirmationPassword: needed("confirmationPassword", confirmationPassword),
  };
}

function branchAct({ users, serials, form, staff }: ActBody) {
  const paper = { form: needed("form", form), staff: needed("staff", staff) };
  if ((users === undefined) === (serials === undefined)) {
    throw invalidField("serials", "give either serials or users");
  }
  return { users, serials: serials ?? [], paper };
}

function needed<Value>(field: string, value: Value | undefined): Value {
  if (value !== undefined) return value;
  throw invalidField(field, "is required");
}
