import type { FastifyInstance } from "fastify";
import type { Fleet } from "../fleet.js";

const CLOCK_BODY = {
  type: "object",
  properties: {
    now: { type: "number", minimum: 0, maximum: 1e11, description: "Unix seconds, not earlier" },
    rate: { type: "number", minimum: 0, maximum: 1e6, description: "0 lets time stand" },
  },
  additionalProperties: false,
} as const;

const ADVANCE_BODY = {
  type: "object",
  required: ["seconds"],
  properties: { seconds: { type: "number", minimum: 0, maximum: 1e10 } },
  additionalProperties: false,
} as const;

/** The time that all tokens share. */
export function addClockRoutes(app: FastifyInstance, { time }: Fleet): void {
  const tell = (): object => ({ now: time.now, rate: time.rate });
  app.get("/clock", { schema: { summary: "The time, and how fast it runs" } }, tell);
  app.put<{ Body: { now?: number; rate?: number } }>(
    "/clock",
    { schema: { summary: "Set the time, its rate, or both", body: CLOCK_BODY } },
    ({ body }) => {
      if (body.now !== undefined) time.set(body.now);
      if (body.rate === 0) time.pause();
      else if (body.rate !== undefined) time.run(body.rate);
      return tell();
    },
  );
  app.post<{ Body: { seconds: number } }>(
    "/clock/advance",
    { schema: { summary: "Move the time on at once", body: ADVANCE_BODY } },
    ({ body }) => {
      time.advance(body.seconds);
      return tell();
    },
  );
}
