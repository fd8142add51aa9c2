import type { FastifyInstance } from "fastify";
import { parseKeyFile } from "../../firmware/seedfile/key-file.js";
import { readSeeds } from "../../firmware/seedfile/read.js";
import { importSeeds } from "../import-seeds.js";
import type { Store } from "../store/store.js";
import type { Vault } from "../vault.js";
import { callerOf, requireScope } from "./auth.js";
import { IMPORT_BODY, type ImportBody } from "./schemas.js";

const IMPORT_LIMIT = 64 * 1024 * 1024; // bytes: some 50,000 keys

/** Seed files into the store. */
export function addImportRoutes(
  app: FastifyInstance,
  store: Store,
  vault: Vault,
  now: () => number,
): void {
  app.post<{ Body: ImportBody }>(
    "/v1/imports",
    {
      bodyLimit: IMPORT_LIMIT,
      schema: {
        summary: "Import a seed file, all or nothing; again changes nothing",
        body: IMPORT_BODY,
        security: [{ apiKey: [] }],
      },
      // Before the body is read: only an admin may send this much.
      onRequest: requireScope(store, "admin"),
    },
    async (request) => {
      const { seeds: text, key } = request.body;
      const { seeds } = await readSeeds([text], key === undefined ? undefined : parseKeyFile(key));
      return importSeeds(store, vault, seeds, callerOf(request, now()));
    },
  );
}
