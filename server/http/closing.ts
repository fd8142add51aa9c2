import type { FastifyInstance } from "fastify";

const CLOSING_TIME = 5_000; // milliseconds for what came in to be answered

/**
 * Has a server leave in order. Once its leaving is announced or it closes, each answer ends its
 * connection; closing, it answers what came in, and none is waited for without end.
 * @param announced aborted some time before the server is closed, so that a load balancer sees it
 * @returns whether the server is leaving
 */
export function closeInTime(app: FastifyInstance, announced?: AbortSignal): () => boolean {
  let closing = false;
  const leaving = (): boolean => closing || announced?.aborted === true;
  app.addHook("preClose", (done) => {
    closing = true;
    setTimeout(() => {
      app.server.closeAllConnections();
    }, CLOSING_TIME).unref();
    done();
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (leaving()) reply.header("connection", "close");
    done(null, payload);
  });
  return leaving;
}
