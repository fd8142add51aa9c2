import type { FastifyInstance } from "fastify";
import type { ListedAuditRow, Store } from "../store/store.js";
import type { Gate } from "./auth.js";
import { AUDIT_QUERY } from "./schemas.js";

/** The audit, to be read and never changed. */
export function addAuditRoutes(app: FastifyInstance, store: Store, gate: Gate): void {
  app.get<{ Querystring: { after?: string; limit?: string; serial?: string } }>(
    "/v1/audit",
    {
      schema: {
        summary: "Audit rows in the order they were written",
        querystring: AUDIT_QUERY,
        security: [{ apiKey: [] }],
      },
      onRequest: gate.only("audit"),
    },
    async (request) => {
      const { after = "0", limit = "100", serial } = request.query;
      const rows = await store.listAudit({ after: Number(after), limit: Number(limit), serial });
      return { rows: rows.map(describe) };
    },
  );
}

function describe(row: ListedAuditRow): object {
  const { id, at, event, result, serial, actor, source, detail, writer, sequence, hash } = row;
  return {
    id,
    at: new Date(at).toISOString(),
    event,
    result,
    serial: serial ?? null,
    actor,
    source: source ?? null,
    detail,
    writer,
    sequence,
    hash: Buffer.from(hash).toString("hex"),
  };
}
