import type { FastifyInstance } from "fastify";
import { FailureLimit } from "../failure-limit.js";
import type { Store, StoredToken } from "../store/store.js";
import { type ClockEstimate, type ClockPolicy, offsetRange } from "../core/clock/estimate.js";
import { acceptableSteps, offsetSteps } from "../core/window.js";
import type { TokenService } from "../token-service.js";
import { callerOf, type Gate } from "./auth.js";
import { invalidField, Problem } from "./problem.js";
import {
  RESYNC_BODY,
  type ResyncBody,
  SERIAL_PARAMS,
  TOKENS_QUERY,
  VERIFY_BODY,
  type VerifyBody,
} from "./schemas.js";

const security = [{ apiKey: [] }];

/** Verification, the branch's resynchronization, and tokens as they stand, for the branch and admins. */
export function addTokenRoutes(
  app: FastifyInstance,
  tokens: TokenService,
  store: Store,
  gate: Gate,
  now: () => number,
): void {
  const { hourlyFailures } = tokens.clerk.policy;
  const [keys, serials] = [
    new FailureLimit(hourlyFailures.key),
    new FailureLimit(hourlyFailures.serial),
  ];
  app.post<{ Body: VerifyBody }>(
    "/v1/verify",
    {
      schema: { summary: "Verify a code by serial or by user", body: VERIFY_BODY, security },
      onRequest: gate.only("verify"),
    },
    async (request) => {
      const { serial, user, code } = request.body;
      const caller = callerOf(request, now());
      if ((user === undefined) === (serial === undefined)) {
        throw invalidField("serial", "give either serial or user");
      }
      // By user there was a first factor; who guesses by serial has none.
      if (serial === undefined) return tokens.verifyUser(user!, code, caller);
      const { actor, at } = caller;
      keys.check(actor, at);
      serials.check(serial, at);
      const verdict = await tokens.verify(serial, code, caller);
      if (verdict.accepted) {
        keys.count(actor, false, at);
        return { accepted: true, serial };
      }
      if (verdict.reason === "wrong_code") {
        keys.count(actor, true, at);
        serials.count(serial, true, at);
      }
      return verdict;
    },
  );
  addResync(app, tokens, gate, now);
  addTokenQueries(app, store, gate, now, tokens.clerk.policy.clock);
}

function addResync(
  app: FastifyInstance,
  tokens: TokenService,
  gate: Gate,
  now: () => number,
): void {
  const onRequest = gate.only("branch");
  app.post<{ Params: { serial: string }; Body: ResyncBody }>(
    "/v1/tokens/:serial/resync",
    {
      schema: {
        summary: "Find a token's clock again from two successive codes",
        params: SERIAL_PARAMS,
        body: RESYNC_BODY,
        security,
      },
      onRequest,
    },
    async (request) => {
      const { codes, form, staff } = request.body;
      const caller = callerOf(request, now());
      return tokens.resync(request.params.serial, codes, { form, staff }, caller);
    },
  );
}

function addTokenQueries(
  app: FastifyInstance,
  store: Store,
  gate: Gate,
  now: () => number,
  policy: ClockPolicy,
): void {
  const onRequest = gate.only("branch", "admin");
  app.get<{ Querystring: { after?: string; limit?: string } }>(
    "/v1/tokens",
    {
      schema: { summary: "List tokens by serial", querystring: TOKENS_QUERY, security },
      onRequest,
    },
    async (request) => {
      const { after = "", limit = "100" } = request.query;
      const found = await store.listTokens(after, Number(limit));
      return { tokens: found.map((token) => describe(token, now(), policy)) };
    },
  );
  app.get<{ Params: { serial: string } }>(
    "/v1/tokens/:serial",
    { schema: { summary: "One token", params: SERIAL_PARAMS, security }, onRequest },
    async (request) => {
      const [token] = await store.tokensBySerial([request.params.serial]);
      if (!token) throw new Problem("unknown_serial", { field: "serial" });
      return describe(token, now(), policy);
    },
  );
}

/** A token as the API shows it: never its seed. */
function describe(token: StoredToken, now: number, policy: ClockPolicy): object {
  const { serial, status, suspended, failures, clock, start, expiry } = token;
  return {
    serial,
    algorithm: ["SHA1", "SHA256", "SHA512"][token.algorithm - 1],
    status,
    suspended,
    failures,
    clockOffset: offsetSteps(clock, now / 1000, policy),
    clock: describeClock(clock, now / 1000, policy),
    startsAt: isoTime(start),
    expiresAt: isoTime(expiry),
    expired: now / 1000 >= (expiry ?? Infinity),
  };
}

/** What is known of a token's clock: seconds it may be ahead, its rate, and the steps accepted now. */
function describeClock(clock: ClockEstimate, now: number, policy: ClockPolicy): object {
  const { lowest, highest } = offsetRange(clock, now, policy);
  const { first, last } = acceptableSteps(clock, now, policy);
  return {
    offset: [lowest, highest].map((seconds) => Number(seconds.toFixed(3))),
    ratePpm: [clock.slowest, clock.fastest],
    window: last - first + 1,
  };
}

function isoTime(unixSeconds: number | undefined): string | null {
  return unixSeconds === undefined ? null : new Date(unixSeconds * 1000).toISOString();
}
