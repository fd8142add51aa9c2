import { setImmediate as otherWork } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { parseKeyFile } from "../../firmware/seedfile/key-file.js";
import { SeedReader } from "../../firmware/seedfile/read.js";
import { importSeeds, signatureOf } from "../import-seeds.js";
import type { ClockPolicy } from "../core/clock/estimate.js";
import type { Store } from "../store/store.js";
import type { Vault } from "../vault.js";
import { callerOf, type Gate } from "./auth.js";
import { CallerGone, Problem } from "./problem.js";
import { IMPORT_BODY, type ImportBody } from "./schemas.js";

const IMPORT_LIMIT = 64 * 1024 * 1024; // bytes: some 50,000 keys
/** Characters parsed and opened in one turn of the event loop: some ten milliseconds' worth. */
const PIECE = 65_536;
/** Imports under way at the most: SQLite has so many places to put tokens aside. */
const AT_ONCE = 10;
/** Seconds after which one of them may have ended. */
const LATER = 10;
const FULL = `${String(AT_ONCE)} imports are under way; nothing was imported`;

/** Seed files into the store. */
export function addImportRoutes(
  app: FastifyInstance,
  store: Store,
  gate: Gate,
  vault: Vault,
  now: () => number,
  clockPolicy: ClockPolicy,
): void {
  let underWay = 0;
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
      onRequest: gate.only("admin"),
    },
    async (request) => {
      const { seeds: text, key, dryRun = false, clockPpm } = request.body;
      const seeds = new SeedReader(
        inPieces(text, () => request.raw.socket.destroyed),
        key === undefined ? undefined : parseKeyFile(key),
      );
      const caller = callerOf(request, now());
      const options = { dryRun, clockPpm, clockPolicy };
      if (underWay >= AT_ONCE) throw new Problem("overloaded", { detail: FULL, wait: LATER });
      underWay++;
      try {
        const result = await importSeeds(store, vault, seeds, caller, options);
        return { ...result, dryRun, signature: signatureOf(seeds) };
      } finally {
        underWay--;
      }
    },
  );
}

/**
 * A text that is there whole, with other work between its pieces.
 * @param gone whether nobody waits for the answer any more: he hung up, or a closing server has cut him off
 */
async function* inPieces(text: string, gone: () => boolean): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += PIECE) {
    yield text.slice(at, at + PIECE);
    await otherWork();
    if (gone()) throw new CallerGone();
  }
}
