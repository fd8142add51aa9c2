// Servers that the program's own is compared with: a route that answers at once, in an application of
// nothing else and in warifu's; and warifu with one transaction a request.
import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import { buildApp } from "../../../server/http/app.js";
import { openStore, openVault } from "../../../server/open.js";
import { masterKeysFrom } from "../../../server/keys/master-keys.js";
import { answerParent } from "../harness/answers.js";
import { decideEach } from "./decide-each.js";
import { addImmediateRoute } from "./immediate.js";

export type ServerRequest =
  | { readonly kind: "bare" }
  /** @param database what WARIFU_DB would hold */
  | { readonly kind: "immediate" | "each"; readonly database: string }
  /** @param now Unix seconds */
  | { readonly kind: "time"; readonly now: number };

let now = Date.now();

async function warifu(database: string, each: boolean): Promise<FastifyInstance> {
  const opened = openStore(undefined, { ...process.env, WARIFU_DB: database }, { mayBeNew: true });
  const store = await Promise.resolve(opened);
  const vault = await openVault(store, masterKeysFrom(process.env));
  // Logging as the program's own server has it.
  const logger = { level: "info" };
  return buildApp({ store: each ? decideEach(store) : store, vault, now: () => now, logger });
}

answerParent(async (request: ServerRequest) => {
  if (request.kind === "time") {
    now = request.now * 1000;
    return undefined;
  }
  const bare = request.kind === "bare";
  const app = bare ? fastify() : await warifu(request.database, request.kind === "each");
  if (request.kind !== "each") addImmediateRoute(app);
  await app.listen({ host: "127.0.0.1", port: 0 });
  return (app.server.address() as AddressInfo).port;
});
