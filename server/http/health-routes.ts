import type { FastifyInstance } from "fastify";
import type { Store } from "../store/store.js";

/** Whether the process lives, whether its store answers, and what the API looks like. */
export function addHealthRoutes(app: FastifyInstance, store: Store): void {
  app.get("/healthz", { schema: { summary: "The process lives" } }, () => ({ status: "ok" }));
  app.get("/readyz", { schema: { summary: "The store answers" } }, async () => {
    await store.ping();
    return { status: "ok" };
  });
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
