import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { InputError } from "../../firmware/seedfile/input-error.js";
import { TooSoon } from "../attempts.js";
import { Overloaded } from "../batcher.js";
import { BranchRefusal } from "../core/branch.js";
import { SerialConflict } from "../import-seeds.js";
import { SerialTwice, StoreUnavailable } from "../store/store.js";
import { UnknownSerial } from "../token-service.js";

/** Every error the API answers with: its stable code, its status and what it means. */
export const PROBLEMS = {
  malformed_request: { status: 400, title: "This is no HTTP request" },
  malformed_json: { status: 400, title: "The body is not JSON" },
  invalid_field: { status: 400, title: "A field is missing or not as it must be" },
  invalid_seed_file: { status: 400, title: "The seed file cannot be used" },
  unauthorized: { status: 401, title: "An API key is needed" },
  forbidden: { status: 403, title: "The API key does not allow this" },
  not_found: { status: 404, title: "There is no such path" },
  unknown_serial: { status: 404, title: "No token has this serial" },
  unknown_user: { status: 404, title: "There is no such user" },
  unknown_contract: { status: 404, title: "There is no such contract" },
  not_permitted: { status: 403, title: "This user may not do this" },
  exists: { status: 409, title: "There is one of this name already" },
  other_contract: { status: 409, title: "It belongs to another contract" },
  not_in_service: { status: 409, title: "The token is lost or faulty" },
  has_token: { status: 409, title: "The user has a token registered" },
  serial_conflict: { status: 409, title: "The serial belongs to another token" },
  request_timeout: { status: 408, title: "The request did not come to its end in time" },
  too_many_requests: { status: 429, title: "Too many requests; wait" },
  too_many_attempts: { status: 429, title: "Too many attempts have failed; wait" },
  body_too_large: { status: 413, title: "The body is too large" },
  headers_too_large: { status: 431, title: "The header fields or the path are too long" },
  unsupported_media_type: { status: 415, title: "The body must be application/json" },
  internal: { status: 500, title: "Something went wrong here" },
  overloaded: { status: 503, title: "Too many requests wait; nothing was decided" },
  unavailable: { status: 503, title: "The store cannot commit, or the server stops" },
} as const;
export type ProblemCode = keyof typeof PROBLEMS;

/** What is said of one beyond its code. */
interface About {
  readonly detail?: string;
  /** Which part of the request is wrong. */
  readonly field?: string;
  /** Seconds to wait. */
  readonly wait?: number;
}

/** An error answer (RFC 9457). */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly code: ProblemCode,
    readonly about: About = {},
  ) {
    super(about.detail ?? PROBLEMS[code].title);
  }
}

/** A field that is missing, or not as it must be. */
export function invalidField(field: string, problem: string): Problem {
  return new Problem("invalid_field", { detail: `${field}: ${problem}`, field });
}

/** Nobody waits for the answer any more: no failure, so nothing of it is logged. */
export class CallerGone extends Problem {
  constructor() {
    super("unavailable");
  }
}

/** Answers with a problem; what is not understood is logged and told to nobody. */
export async function sendProblem(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const problem = problemOf(error);
  const { status, title } = PROBLEMS[problem.code];
  // An overload is in the metrics; a line for each of its requests would only add to it.
  if (status >= 500 && problem.code !== "overloaded" && !(problem instanceof CallerGone)) {
    // The store's messages may hold a path, never a value; of others only where they arose is kept.
    const cause =
      error instanceof StoreUnavailable
        ? error.message
        : error.stack?.replace(/^[^]*?\n {4}at/, "at");
    request.log.error({ problem: problem.code, error: error.name, cause }, title);
  }
  await answerProblem(reply, problem);
}

/** Answers with a problem. */
export function answerProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status } = PROBLEMS[problem.code];
  const wait = problem.about.wait ?? (status === 503 ? 1 : undefined);
  if (status === 401) void reply.header("www-authenticate", "Bearer");
  if (wait !== undefined) void reply.header("retry-after", String(wait));
  return reply.status(status).type("application/problem+json").send(problemBody(problem));
}

/** A problem as it is sent. */
export function problemBody({ code, message, about }: Problem): string {
  const { status, title } = PROBLEMS[code];
  return JSON.stringify({
    type: "about:blank",
    title,
    status,
    code,
    detail: message,
    field: about.field,
  });
}

function problemOf(error: FastifyError | Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof InputError) {
    return new Problem("invalid_seed_file", { detail: error.message, field: error.field });
  }
  if (error instanceof BranchRefusal) return new Problem(error.reason);
  if (error instanceof UnknownSerial) {
    return new Problem("unknown_serial", { detail: error.message, field: "serial" });
  }
  if (error instanceof SerialTwice) {
    return new Problem("invalid_seed_file", { detail: error.message, field: "serial" });
  }
  if (error instanceof SerialConflict) {
    return new Problem("serial_conflict", { detail: error.message, field: "serial" });
  }
  if (error instanceof TooSoon) return new Problem("too_many_attempts", { wait: error.wait });
  if (error instanceof Overloaded) return new Problem("overloaded");
  if (error instanceof StoreUnavailable) return new Problem("unavailable");
  return fastifyProblem(error);
}

/** Paths and lengths that are none. */
const NO_REQUEST = ["FST_ERR_BAD_URL", "FST_ERR_CTP_INVALID_CONTENT_LENGTH"];
/** Characters of a name that is told back: the caller may have sent anything for one. */
const MOST_NAME = 64;

function fastifyProblem(error: FastifyError | Error): Problem {
  if (!("code" in error)) return new Problem("internal");
  if (error.validation) return refusedField(error);
  if (NO_REQUEST.includes(error.code)) return new Problem("malformed_request");
  switch (error.statusCode) {
    case 413:
      return new Problem("body_too_large");
    case 414:
    case 404:
      return new Problem("not_found");
    case 415:
      return new Problem("unsupported_media_type");
    case 400:
      return new Problem("malformed_json");
    default:
      return new Problem("internal");
  }
}

/** Names the field a schema refuses; the value itself is never repeated. */
function refusedField(error: FastifyError): Problem {
  const [first] = error.validation ?? [];
  const { missingProperty, additionalProperty } = (first?.params ?? {}) as {
    missingProperty?: string;
    additionalProperty?: string;
  };
  const path = (first?.instancePath ?? "").slice(1).replaceAll("/", ".");
  const whole = error.validationContext === "querystring" ? "query" : "body";
  const named = missingProperty ?? additionalProperty;
  const field = (named ?? (path === "" ? whole : path)).slice(0, MOST_NAME);
  const problem =
    additionalProperty === undefined ? (first?.message ?? "is not as it must be") : "is unknown";
  return invalidField(field, problem);
}
