import type { FastifyInstance, FastifyReply } from "fastify";
import { InputError } from "../../firmware/seedfile/input-error.js";
import { FRAME_FORMATS, type FrameFormat } from "../encode-frame.js";
import type { Fleet } from "../fleet.js";
import type { FleetToken } from "../fleet-token.js";
import { WAKE_BUTTON } from "../token.js";

/** What a path names. */
export interface TokenParams {
  readonly Params: { readonly serial: string };
}

const FRAMES: Readonly<Record<string, readonly [format: FrameFormat, type: string]>> = {
  png: ["png", "image/png"],
  pbm: ["pbm", "image/x-portable-bitmap"],
  txt: ["text", "text/plain; charset=utf-8"],
};

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

/** The token of a path. @throws a 404 */
export function tokenOf(fleet: Fleet, serial: string): FleetToken {
  if (fleet.has(serial)) return fleet.token(serial);
  throw notFound("serial", `no token has the serial ${serial}`);
}

function notFound(field: string, detail: string): Error {
  return Object.assign(new Error(detail), { statusCode: 404, field });
}

/** @throws InputError for a button the board does not have */
function checkButton({ device }: FleetToken, button: string): void {
  const { buttons } = device.machine.model;
  if (!buttons.includes(button)) {
    throw new InputError("button", `must be one of ${buttons.join(", ")}`);
  }
}

/** A token as the API tells of it. */
export function describe(token: FleetToken): object {
  return { serial: token.serial, ...token.display(), frameSha256: token.frameHash() };
}

/** What a person does with a token: looks at it, and presses its buttons. */
export function addTokenRoutes(app: FastifyInstance, fleet: Fleet): void {
  app.get("/tokens", { schema: { summary: "What the displays show" } }, () =>
    fleet.tokens.map(describe),
  );
  app.get<TokenParams>(
    "/tokens/:serial",
    { schema: { summary: "What a display shows" } },
    ({ params }) => describe(tokenOf(fleet, params.serial)),
  );
  app.get<{ Params: { serial: string; format: string } }>(
    "/tokens/:serial/frame.:format",
    { schema: { summary: "The display's picture: png, pbm or txt" } },
    async ({ params }, reply) => {
      const token = tokenOf(fleet, params.serial);
      if (!Object.hasOwn(FRAMES, params.format)) {
        throw notFound("format", "must be png, pbm or txt");
      }
      const [format, type] = FRAMES[params.format]!;
      const picture = FRAME_FORMATS[format](token.frame());
      return reply.header("cache-control", "no-store").type(type).send(picture);
    },
  );
  app.post<TokenParams & { Body: { button?: string; seconds?: number } | null }>(
    "/tokens/:serial/press",
    { schema: { summary: "Press a button, and see what is shown then", body: PRESS_BODY } },
    async ({ params, body }) => {
      const token = tokenOf(fleet, params.serial);
      const { button = WAKE_BUTTON, seconds } = body ?? {};
      checkButton(token, button);
      await token.press(button, seconds);
      return describe(token);
    },
  );
  app.put<{ Params: { serial: string; button: string }; Body: { down: boolean } }>(
    "/tokens/:serial/buttons/:button",
    { schema: { summary: "Move a button", body: BUTTON_BODY } },
    async ({ params, body }, reply) => {
      const token = tokenOf(fleet, params.serial);
      checkButton(token, params.button);
      if (body.down) token.hold(params.button);
      else token.release(params.button);
      return reply.status(204).send();
    },
  );
  const exposeHeadRoute = false;
  app.get(
    "/events",
    { schema: { summary: "Server-sent events: each display at each change" }, exposeHeadRoute },
    (_request, reply) => {
      sendEvents(reply, fleet.tokens);
    },
  );
  app.get<TokenParams>(
    "/tokens/:serial/events",
    { schema: { summary: "Server-sent events of one token" }, exposeHeadRoute },
    ({ params }, reply) => {
      sendEvents(reply, [tokenOf(fleet, params.serial)]);
    },
  );
}

/** Server-sent events: what the displays show now, and each again at its changes. */
function sendEvents(reply: FastifyReply, tokens: readonly FleetToken[]): void {
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  for (const token of tokens) {
    const send = (display: object): void => {
      reply.raw.write(`data: ${JSON.stringify({ serial: token.serial, ...display })}\n\n`);
    };
    reply.raw.on("close", token.onDisplay(send));
    send(token.display());
  }
}
