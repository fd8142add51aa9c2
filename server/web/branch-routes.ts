import type { FastifyReply } from "fastify";
import { ContractsPage, StaffLoginPage } from "./pages/branch-contracts.js";
import { loginIdOf, secretText, textOf } from "./form-fields.js";
import type { Desk, Portal } from "./portal.js";
import type { Message } from "./text.js";
import { addContractRoutes } from "./branch-contract-routes.js";
import { addBranchTokenRoutes } from "./branch-token-routes.js";

/** Rows of a list on one page. */
const ROWS = 50;

/** The branch's pages (お取引店), behind a login of their own. */
export function addBranchRoutes(portal: Portal): void {
  addLogin(portal);
  addFinding(portal);
  addContractRoutes(portal);
  addBranchTokenRoutes(portal);
}

function addLogin(portal: Portal): void {
  portal.page("/branch/login", async (request, reply) =>
    portal.send(reply, StaffLoginPage({ visit: await portal.visit(request, reply) })),
  );
  portal.form("/branch/login", async (request, fields, reply) => {
    const id = loginIdOf(fields);
    const password = secretText(fields, "password");
    const caller = portal.caller(request);
    const { secret } = await portal.parts.sessions.logInStaff(id, password, caller);
    if (secret !== undefined) {
      await portal.open(request, reply, secret);
      return reply.redirect("/branch", 303);
    }
    const visit = await portal.visit(request, reply);
    return portal.send(reply, StaffLoginPage({ visit, id, message: { key: "E-34" } }), 422);
  });
}

/** The list of contracts, and the search for a contract, a user or a token by its number. */
function addFinding(portal: Portal): void {
  const { store } = portal.parts;
  const list = async ({ visit }: Desk, reply: FastifyReply, after: string, message?: Message) => {
    const contracts = await store.listContracts(after, ROWS);
    const more = contracts.length === ROWS ? contracts.at(-1)!.id : undefined;
    const page = ContractsPage({ visit, contracts, more, message });
    return portal.send(reply, page, message ? 404 : 200);
  };
  portal.branchPage("/branch", (desk, reply, request) =>
    list(desk, reply, textOf(request.query, "after")),
  );
  portal.branchPage("/branch/find", async (desk, reply, request) => {
    const id = textOf(request.query, "id");
    const book = await store.read({ contracts: [id], users: [id], serials: [id] });
    if (book.contract(id)) return reply.redirect(`/branch/contracts/${id}`, 303);
    if (book.user(id)) return reply.redirect(`/branch/users/${id}`, 303);
    if (book.token(id)) return reply.redirect(`/branch/tokens/${id}`, 303);
    return list(desk, reply, "", { key: "E-29" });
  });
}
