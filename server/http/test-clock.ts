import type { FastifyInstance } from "fastify";
import { InputError } from "../../firmware/seedfile/input-error.js";

const BODY = {
  type: "object",
  required: ["now"],
  properties: { now: { type: "number", minimum: 0, maximum: 1e11, description: "Unix seconds" } },
  additionalProperties: false,
} as const;

/** A server's time for tests: it stands, and is set over HTTP. */
export class TestClock {
  /** Unix milliseconds. */
  now = Date.now();

  /** @throws InputError outside of tests: whoever sets a bank's clock chooses its codes */
  constructor(environment: NodeJS.ProcessEnv) {
    if (environment.NODE_ENV !== "test") {
      throw new InputError("--test-clock", "is for tests: NODE_ENV must be test");
    }
  }

  addTo(app: FastifyInstance): void {
    app.put<{ Body: { now: number } }>(
      "/test-clock",
      { schema: { summary: "Set the server's time (tests only)", body: BODY } },
      ({ body }) => {
        this.now = Math.floor(body.now * 1000);
        return { now: this.now / 1000 };
      },
    );
  }
}
