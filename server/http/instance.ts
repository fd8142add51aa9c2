import type { Server as TlsServer } from "node:https";
import type { Socket } from "node:net";
import type { SecureContextOptions } from "node:tls";
import fastify, {
  type FastifyHttpsOptions,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
} from "fastify";
import {
  invalidField,
  Problem,
  problemBody,
  PROBLEMS,
  type ProblemCode,
  sendProblem,
} from "./problem.js";
import { repeatedName } from "../repeated-name.js";

/** What one request may take: bytes, and milliseconds. */
export interface RequestLimits {
  /** Of a body; imports have their own. */
  readonly body: number;
  /** Of all header fields and the path together. */
  readonly headers: number;
  /** Until a connection has sent its request's headers, the first ones or the next. */
  readonly headersTimeout: number;
  /** Until it has sent all of the request. */
  readonly requestTimeout: number;
  /** That a connection may rest between two requests: longer than load balancers keep theirs. */
  readonly keepAlive: number;
  /** Without a byte either way. */
  readonly idle: number;
  /** How often the time is looked at. */
  readonly look: number;
}

export const REQUEST_LIMITS: RequestLimits = {
  body: 16_384,
  headers: 8_192,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAlive: 72_000,
  idle: 120_000,
  look: 1_000,
};

interface InstanceOptions {
  readonly logger: FastifyServerOptions["logger"];
  readonly trustProxy: string[];
  readonly limits: RequestLimits;
  /** Plain HTTP where not given. */
  readonly tls: SecureContextOptions | undefined;
}

/** An instance without routes, which takes no more of anybody than its limits say. */
export function bareInstance(options: InstanceOptions): FastifyInstance {
  const { logger, trustProxy, limits, tls } = options;
  const server = {
    maxHeaderSize: limits.headers,
    headersTimeout: limits.headersTimeout,
    connectionsCheckingInterval: limits.look,
    // A handshake brings no headers yet.
    handshakeTimeout: limits.headersTimeout,
  };
  const settings: FastifyServerOptions = {
    ...(logger === undefined ? {} : { logger }),
    // What is asked and answered stands in the audit.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.body,
    forceCloseConnections: "idle",
    // What still comes in on a connection that is open is answered, and ends it.
    return503OnClosing: false,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAlive,
    connectionTimeout: limits.idle,
    trustProxy: trustProxy.length > 0 ? trustProxy : false,
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    clientErrorHandler: answerBroken,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false } },
  };
  const secure: object = { ...settings, https: { ...server, ...tls } };
  const app = tls
    ? // A server of TLS is used as one without.
      (fastify(secure as FastifyHttpsOptions<TlsServer>) as unknown as FastifyInstance)
    : fastify({ ...settings, http: server });
  app.setErrorHandler(sendProblem);
  readStrictly(app);
  return app;
}

/** JSON alone, and none that could be read in two ways. */
function readStrictly(app: FastifyInstance): void {
  app.removeContentTypeParser(["text/plain", "application/json"]);
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    (request, body, done) => {
      void parse(request, body, (error: Error | null, value?: unknown) => {
        const twice = error ? undefined : repeatedName(body);
        if (twice === undefined) done(error, value);
        else done(invalidField(twice, "stands twice"));
      });
    },
  );
}

/** Answers what is no request, or does not come to its end; after that the connection is over. */
function answerBroken(error: Error & { readonly code?: string }, socket: Socket): void {
  // In the middle of an answer to an earlier request, this one would be read as a part of it.
  const { _httpMessage: underWay } = socket as Socket & { readonly _httpMessage?: object | null };
  if (!socket.writable || underWay) {
    socket.destroy();
    return;
  }
  const code = brokenBy(error.code);
  const body = problemBody(new Problem(code));
  const { status, title } = PROBLEMS[code];
  const headers = [
    `HTTP/1.1 ${String(status)} ${title}`,
    "content-type: application/problem+json; charset=utf-8",
    `content-length: ${String(Buffer.byteLength(body))}`,
    "connection: close",
  ];
  socket.end(`${headers.join("\r\n")}\r\n\r\n${body}`, () => {
    socket.destroy();
  });
}

function brokenBy(cause: string | undefined): ProblemCode {
  if (cause === "HPE_HEADER_OVERFLOW") return "headers_too_large";
  return cause === "ERR_HTTP_REQUEST_TIMEOUT" ? "request_timeout" : "malformed_request";
}
