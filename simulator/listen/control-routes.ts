import type { FastifyInstance } from "fastify";
import { type Fault, FAULT_SCHEMA, harm } from "../faults.js";
import { InputError } from "../../firmware/seedfile/input-error.js";
import { loadImage } from "../image.js";
import { IMAGE_FILE } from "../machine.js";
import type { Fleet } from "../fleet.js";
import { describe, tokenOf, type TokenParams } from "./token-routes.js";

const CODE_BODY = {
  type: ["object", "null"],
  properties: {
    atLeast: { type: "integer", minimum: 0, maximum: 58, description: "seconds it is shown for" },
    unused: { type: "boolean", description: "one that was not given before" },
  },
  additionalProperties: false,
} as const;

const STORAGE_BODY = {
  type: "object",
  required: ["files"],
  properties: {
    files: {
      type: "object",
      additionalProperties: { type: "string", contentEncoding: "base64" },
      maxProperties: 16,
    },
  },
  additionalProperties: false,
} as const;

/** What a test does to a token: codes to order, and faults. */
export function addControlRoutes(app: FastifyInstance, fleet: Fleet): void {
  app.post<TokenParams & { Body: { atLeast?: number; unused?: boolean } | null }>(
    "/tokens/:serial/code",
    { schema: { summary: "A code; one with time left, or an unused one", body: CODE_BODY } },
    async ({ params, body }) => {
      const token = tokenOf(fleet, params.serial);
      const { atLeast, unused } = body ?? {};
      if (unused) return { code: await token.nextUnusedCode(atLeast) };
      return {
        code: await (atLeast === undefined ? token.code() : token.codeWithAtLeast(atLeast)),
      };
    },
  );
  app.post<TokenParams>(
    "/tokens/:serial/wrong-code",
    { schema: { summary: "A code that is wrong for any server's window" } },
    ({ params }) => ({ code: tokenOf(fleet, params.serial).wrongCode() }),
  );
  app.post<TokenParams & { Body: Fault }>(
    "/tokens/:serial/faults",
    { schema: { summary: "Do the token some harm", body: FAULT_SCHEMA } },
    ({ params, body }) => {
      const token = tokenOf(fleet, params.serial);
      fleet.time.act(() => {
        harm(token.device, body);
      });
      return describe(token);
    },
  );
  app.post<TokenParams>(
    "/tokens/:serial/restart",
    { schema: { summary: "Start what is stored anew" } },
    ({ params }) => {
      const token = tokenOf(fleet, params.serial);
      fleet.time.act(() => {
        token.device.restart();
      });
      return describe(token);
    },
  );
  app.get<TokenParams>(
    "/tokens/:serial/power",
    { schema: { summary: "What it has done that costs power" } },
    ({ params }) => tokenOf(fleet, params.serial).device.meter.counts,
  );
}

/** What tokens store, their seeds too: for seeds that are nobody's secret. */
export function addStorageRoutes(app: FastifyInstance, fleet: Fleet): void {
  app.get<TokenParams>(
    "/tokens/:serial/storage",
    { schema: { summary: "What is stored, its seed too: files in Base64" } },
    ({ params }) => {
      const files = Object.entries(tokenOf(fleet, params.serial).save());
      const text = files.map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]);
      return { files: Object.fromEntries(text) as Record<string, string> };
    },
  );
  app.put<TokenParams & { Body: { files: Record<string, string> } }>(
    "/tokens/:serial/storage",
    { schema: { summary: "Put files in place of all that is stored", body: STORAGE_BODY } },
    ({ params, body }) => {
      const token = tokenOf(fleet, params.serial);
      // Programs run in this process: none but the shipped one comes in over HTTP.
      const image = body.files[IMAGE_FILE];
      const own = Buffer.from(loadImage(token.device.machine.model.name)).toString("base64");
      if (image !== undefined && image !== own) {
        throw new InputError(IMAGE_FILE, "must be the image that is shipped");
      }
      const files = Object.entries(body.files);
      token.load(
        Object.fromEntries(files.map(([name, text]) => [name, Buffer.from(text, "base64")])),
      );
      return describe(token);
    },
  );
}
