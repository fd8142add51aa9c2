import type { FastifyInstance } from "fastify";
import { VERIFY_BODY, type VerifyBody } from "../../../server/http/schemas.js";

/** The key the route below wants. */
export const CONSTANT_KEY = "a key that is compared and looked up nowhere";

/** A route of the shape of `/v1/verify` that decides nothing and answers at once. */
export function addImmediateRoute(app: FastifyInstance): void {
  app.post<{ Body: VerifyBody }>(
    "/immediate",
    { schema: { body: VERIFY_BODY } },
    (request, reply) => {
      if (request.headers.authorization !== `Bearer ${CONSTANT_KEY}`) return reply.code(401).send();
      return reply.send({ accepted: true, serial: request.body.serial });
    },
  );
}
