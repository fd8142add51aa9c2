import type { FastifyInstance } from "fastify";
import type { StoreWatch } from "../store-watch.js";
import type { Metrics } from "./metrics.js";
import { answerProblem, Problem } from "./problem.js";

/** Whether the process lives, whether it is to be sent requests, what it counts, what the API is. */
export function addHealthRoutes(
  app: FastifyInstance,
  watch: StoreWatch,
  leaving: () => boolean,
  metrics: Metrics,
): void {
  app.get("/healthz", { schema: { summary: "The process lives" } }, () => ({ status: "ok" }));
  const ready =
    "Whether to send requests here: the store can be read and written, and nothing stops";
  app.get("/readyz", { schema: { summary: ready } }, async (_request, reply) => {
    if (leaving())
      return answerProblem(reply, new Problem("unavailable", { detail: "the server is stopping" }));
    // The watch has said it in the log already, once.
    if (!(await watch.look())) return answerProblem(reply, new Problem("unavailable"));
    return { status: "ok", store: watch.store.kind };
  });
  const figures = "Figures for Prometheus, in its text format";
  app.get("/metrics", { schema: { summary: figures } }, async (_request, reply) => {
    const { type, text } = await metrics.text();
    return reply.type(type).send(text);
  });
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
