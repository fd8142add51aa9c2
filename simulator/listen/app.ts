import swagger from "@fastify/swagger";
import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { InputError } from "../../firmware/seedfile/input-error.js";
import type { Fleet } from "../fleet.js";
import { NoCode } from "../fleet-token.js";
import { addClockRoutes } from "./clock-routes.js";
import { addControlRoutes, addStorageRoutes } from "./control-routes.js";
import { deskPage, PAGE_SCRIPT, PAGE_STYLE } from "./page.js";
import { addTokenRoutes } from "./token-routes.js";

/** A stored image and its record, in Base64, and room for a few more. */
const BODY_LIMIT = 262_144;

/**
 * The control API and the page over a fleet of tokens.
 * @param secretSeeds whether the seeds are nobody's to see: what is stored is then not shown
 */
export async function listenApp(
  fleet: Fleet,
  hosts: readonly string[],
  secretSeeds = false,
): Promise<FastifyInstance> {
  const app = fastify({
    forceCloseConnections: true,
    bodyLimit: BODY_LIMIT,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  // A page of another site must not reach live codes through a name it has pointed at this machine.
  app.addHook("onRequest", async (request, reply) => {
    if (!hosts.includes(request.hostname)) {
      await problem(reply, 421, "host", `this server is not ${request.hostname}`);
    }
  });
  app.setErrorHandler<Error & { statusCode?: number; field?: string }>(
    async (error, _request, reply) => {
      if (error instanceof InputError) return problem(reply, 400, error.field, error.message);
      if (error instanceof RangeError) return problem(reply, 400, "request", error.message);
      if (error instanceof NoCode) return problem(reply, 409, "display", error.message);
      const status = error.statusCode ?? 500;
      const detail = status < 500 ? error.message : "something went wrong";
      return problem(reply, status, error.field ?? "request", detail);
    },
  );
  app.setNotFoundHandler(async (_request, reply) =>
    problem(reply, 404, "path", "there is no such page"),
  );
  app.addHook("onClose", (_instance, done) => {
    fleet.time.pause();
    done();
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "warifu simulated tokens", version: "1", description: "Tokens on a desk." },
    },
  });
  await app.register((routes, _options, done) => {
    addPage(routes, fleet);
    addTokenRoutes(routes, fleet);
    addControlRoutes(routes, fleet);
    if (!secretSeeds) addStorageRoutes(routes, fleet);
    addClockRoutes(routes, fleet);
    done();
  });
  return app;
}

function addPage(app: FastifyInstance, fleet: Fleet): void {
  const schema = { hide: true };
  app.get("/", { schema }, async (_request, reply) =>
    reply.type("text/html; charset=utf-8").send(deskPage(fleet.tokens)),
  );
  app.get("/desk.js", { schema }, async (_request, reply) =>
    reply.type("text/javascript").send(PAGE_SCRIPT),
  );
  app.get("/desk.css", { schema }, async (_request, reply) =>
    reply.type("text/css").send(PAGE_STYLE),
  );
  app.get("/openapi.json", { schema }, () => app.swagger());
}

async function problem(
  reply: FastifyReply,
  status: number,
  field: string,
  detail: string,
): Promise<FastifyReply> {
  return reply
    .status(status)
    .type("application/problem+json")
    .send({ type: "about:blank", status, field, detail });
}
