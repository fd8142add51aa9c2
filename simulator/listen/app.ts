import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { InputError } from "../../firmware/seedfile/input-error.js";
import { displayOf } from "../display.js";
import { FRAME_FORMATS, type FrameFormat } from "../encode-frame.js";
import type { SimulatedToken } from "../token.js";
import type { Desk } from "./desk.js";
import { deskPage, PAGE_SCRIPT, PAGE_STYLE } from "./page.js";

const FRAME_TYPES: Readonly<Record<FrameFormat, string>> = {
  png: "image/png",
  pbm: "image/x-portable-bitmap",
  text: "text/plain; charset=utf-8",
};

interface TokenParams {
  Params: { serial: string };
}

/** The control API and the page over a desk of live tokens. */
export function listenApp(desk: Desk, hosts: readonly string[]): FastifyInstance {
  const app = fastify({ forceCloseConnections: true, bodyLimit: 4096 });
  // A page of another site must not reach live codes through a name it has pointed at this machine.
  app.addHook("onRequest", async (request, reply) => {
    if (!hosts.includes(request.hostname)) {
      await problem(reply, 421, "host", `this server is not ${request.hostname}`);
    }
  });
  app.setErrorHandler<Error & { statusCode?: number }>(async (error, _request, reply) => {
    if (error instanceof InputError) return problem(reply, 400, error.field, error.message);
    const status = error.statusCode ?? 500;
    return problem(reply, status, "request", status < 500 ? error.message : "something went wrong");
  });
  app.setNotFoundHandler(async (_request, reply) =>
    problem(reply, 404, "path", "there is no such page"),
  );
  app.addHook("onClose", (_instance, done) => {
    desk.stop();
    done();
  });
  addPage(app, desk);
  addTokens(app, desk);
  return app;
}

function addPage(app: FastifyInstance, desk: Desk): void {
  app.get("/", async (_request, reply) =>
    reply.type("text/html; charset=utf-8").send(deskPage(desk.serials)),
  );
  app.get("/desk.js", async (_request, reply) => reply.type("text/javascript").send(PAGE_SCRIPT));
  app.get("/desk.css", async (_request, reply) => reply.type("text/css").send(PAGE_STYLE));
}

function addTokens(app: FastifyInstance, desk: Desk): void {
  const find = (serial: string): SimulatedToken => {
    const token = desk.token(serial);
    if (!token)
      throw Object.assign(new Error(`no token has the serial ${serial}`), { statusCode: 404 });
    return token;
  };
  app.get("/tokens", () => desk.serials.map((serial) => ({ serial, ...displayOf(find(serial)) })));
  app.get<TokenParams>("/tokens/:serial", ({ params }) => ({
    serial: params.serial,
    ...displayOf(find(params.serial)),
  }));
  app.get<{ Params: { serial: string; format: string } }>(
    "/tokens/:serial/frame.:format",
    async ({ params }, reply) => {
      const token = find(params.serial);
      const format = params.format === "txt" ? "text" : params.format;
      if (!isFormat(format)) return problem(reply, 404, "format", "must be png, pbm or txt");
      return reply
        .header("cache-control", "no-store")
        .type(FRAME_TYPES[format])
        .send(FRAME_FORMATS[format](token.frame()));
    },
  );
  app.post<TokenParams & { Body: { button?: string; seconds?: number } | null }>(
    "/tokens/:serial/press",
    { schema: { body: PRESS_BODY } },
    async ({ params, body }) => ({
      serial: params.serial,
      ...(await desk.press(find(params.serial), body?.button, body?.seconds)),
    }),
  );
  app.put<{ Params: { serial: string; button: string }; Body: { down: boolean } }>(
    "/tokens/:serial/buttons/:button",
    { schema: { body: BUTTON_BODY } },
    async ({ params, body }, reply) => {
      desk.move(find(params.serial), params.button, body.down);
      return reply.status(204).send();
    },
  );
  app.get<TokenParams>("/tokens/:serial/events", ({ params }, reply) => {
    const token = find(params.serial);
    sendEvents(
      reply,
      () => displayOf(token),
      (changed) => desk.watch(params.serial, changed),
    );
  });
}

const PRESS_BODY = {
  type: ["object", "null"],
  properties: {
    button: { type: "string", maxLength: 8 },
    seconds: { type: "number", minimum: 0, maximum: 60 },
  },
  additionalProperties: false,
} as const;

const BUTTON_BODY = {
  type: "object",
  required: ["down"],
  properties: { down: { type: "boolean" } },
  additionalProperties: false,
} as const;

/** Server-sent events: what the display shows now, and again at each change. */
function sendEvents(
  reply: FastifyReply,
  read: () => object,
  watch: (changed: () => void) => () => void,
): void {
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const send = (): void => {
    reply.raw.write(`data: ${JSON.stringify(read())}\n\n`);
  };
  const stop = watch(send);
  reply.raw.on("close", stop);
  send();
}

function isFormat(format: string): format is FrameFormat {
  return Object.hasOwn(FRAME_FORMATS, format);
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
