import type { FastifyInstance } from "fastify";
import type { BankService, NewUser } from "../bank-service.js";
import type { Payee } from "../core/book.js";
import type { Paper } from "../core/branch.js";
import { isSuspended } from "../core/suspension.js";
import { standingOf } from "../core/user.js";
import { isDate } from "../fields.js";
import type { Store } from "../store/store.js";
import { callerOf, type Gate } from "./auth.js";
import {
  CONTRACT_BODY,
  LEND_BODY,
  PARAMS,
  PAYEE_BODY,
  RESUME_BODY,
  RETIRE_BODY,
  USER_BODY,
} from "./bank-schemas.js";
import { invalidField, Problem } from "./problem.js";
import { CONTRACTS_QUERY, SERIAL_PARAMS } from "./schemas.js";

const security = [{ apiKey: [] }];

interface Params {
  readonly id: string;
}
interface ContractBody extends Paper {
  readonly name: string;
  readonly otpFrom: string | null;
  readonly formDate: string;
  readonly dailyLimit: number;
}
type UserBody = Omit<NewUser, "id" | "needsCode"> & Paper & { readonly needsCode?: boolean };

/** The branch (お取引店): contracts, users, tokens lent and taken back, payees. */
export function addBranchApi(
  app: FastifyInstance,
  bank: BankService,
  store: Store,
  gate: Gate,
  now: () => number,
): void {
  const onRequest = gate.only("branch");
  addContracts(app, bank, store, now, onRequest);
  addActs(app, bank, now, onRequest);
  addUserQuery(app, store, gate, now);
}

type Guard = ReturnType<Gate["only"]>;

/** A route about what its path's id names. */
function about(onRequest: Guard, summary: string, body: object) {
  return { schema: { summary, params: PARAMS, body, security }, onRequest };
}

function addContracts(
  app: FastifyInstance,
  bank: BankService,
  store: Store,
  now: () => number,
  onRequest: Guard,
): void {
  app.put<{ Params: Params; Body: ContractBody }>(
    "/v1/contracts/:id",
    about(onRequest, "Open a contract, or change it", CONTRACT_BODY),
    async (request) => {
      const { otpFrom, staff, ...contract } = request.body;
      const from = otpFrom === null ? undefined : Math.floor(Date.parse(otpFrom) / 1000);
      if (!isDate(contract.formDate)) {
        throw invalidField("formDate", "is no date of the calendar");
      }
      if (Number.isNaN(from)) {
        throw invalidField("otpFrom", "must be a time of the calendar");
      }
      const { id } = request.params;
      const paper = { form: contract.form, staff };
      await bank.keepContract({ id, otpFrom: from, ...contract }, paper, callerOf(request, now()));
      return { contract: id };
    },
  );
  app.get<{ Querystring: { after?: string; limit?: string } }>(
    "/v1/contracts",
    {
      schema: { summary: "The contracts by their ids", querystring: CONTRACTS_QUERY, security },
      onRequest,
    },
    async ({ query: { after = "", limit = "100" } }) => ({
      contracts: await store.listContracts(after, Number(limit)),
    }),
  );
  app.put<{ Params: Params; Body: UserBody }>(
    "/v1/users/:id",
    about(onRequest, "Add a user", USER_BODY),
    async (request) => {
      const { form, staff, needsCode = true, ...user } = request.body;
      const { id } = request.params;
      await bank.addUser({ id, needsCode, ...user }, { form, staff }, callerOf(request, now()));
      return { user: id };
    },
  );
}

function addActs(
  app: FastifyInstance,
  bank: BankService,
  now: () => number,
  onRequest: Guard,
): void {
  app.post<{ Params: Params; Body: Paper & { readonly serial: string } }>(
    "/v1/users/:id/token",
    about(onRequest, "Lend a user a token", LEND_BODY),
    async (request) => {
      const { serial, ...paper } = request.body;
      const { id } = request.params;
      await bank.lend(id, serial, paper, callerOf(request, now()));
      return { user: id, serial };
    },
  );
  app.post<{
    Params: Params;
    Body: Paper & { readonly password?: string; readonly confirmationPassword?: string };
  }>(
    "/v1/users/:id/resume",
    about(onRequest, "Give a user back his ID, or new passwords", RESUME_BODY),
    async (request) => {
      const { form, staff, ...given } = request.body;
      const { id } = request.params;
      await bank.resume(id, given, { form, staff }, callerOf(request, now()));
      return { user: id };
    },
  );
  app.put<{ Params: Params; Body: Omit<Payee, "id"> & Paper }>(
    "/v1/payees/:id",
    about(onRequest, "Register a payee beforehand", PAYEE_BODY),
    async (request) => {
      const { form, staff, ...payee } = request.body;
      const { id } = request.params;
      await bank.keepPayee({ id, ...payee }, { form, staff }, callerOf(request, now()));
      return { payee: id };
    },
  );
  app.post<{ Params: { serial: string }; Body: Paper & { readonly status: "lost" | "faulty" } }>(
    "/v1/tokens/:serial/retirement",
    {
      schema: {
        summary: "Take a lost or faulty token out of service, for good",
        params: SERIAL_PARAMS,
        body: RETIRE_BODY,
        security,
      },
      onRequest,
    },
    async (request) => {
      const { status, ...paper } = request.body;
      const { serial } = request.params;
      return { users: await bank.retire(serial, status, paper, callerOf(request, now())) };
    },
  );
}

function addUserQuery(app: FastifyInstance, store: Store, gate: Gate, now: () => number): void {
  app.get<{ Params: Params }>(
    "/v1/users/:id",
    {
      schema: { summary: "A user's state, never his passwords", params: PARAMS, security },
      onRequest: gate.only("portal", "branch"),
    },
    async (request) => {
      const { id } = request.params;
      const book = await store.read({ users: [id] });
      const user = book.user(id);
      if (!user) throw new Problem("unknown_user", { field: "id" });
      const token = user.holding === "registered" ? book.token(user.serial) : undefined;
      const at = now() / 1000;
      return {
        user: id,
        contract: user.contract,
        name: user.name,
        class: user.class,
        state: standingOf(user, token?.expiry, at),
        authentication: isSuspended(book, user) ? "suspended" : "available",
        stopped: user.stopped,
        serial: token?.serial ?? null,
        availableAt:
          user.availableAt === undefined ? null : new Date(user.availableAt * 1000).toISOString(),
      };
    },
  );
}
