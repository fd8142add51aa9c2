import type { FastifyInstance } from "fastify";
import { addBranchRoutes } from "./branch-routes.js";
import { addEntrance } from "./entrance-routes.js";
import { addHelpRoutes } from "./help-routes.js";
import { addOwnRoutes } from "./own-routes.js";
import { Portal, type PortalParts } from "./portal.js";
import { addTransferRoutes } from "./transfer-routes.js";
import { addUserRoutes } from "./user-routes.js";

/**
 * The bank's pages, each in Japanese and English; none needs JavaScript.
 * @param branch whether the branch's are there too
 */
export async function addPages(
  app: FastifyInstance,
  parts: PortalParts,
  branch: boolean,
): Promise<void> {
  const portal = new Portal(app, parts);
  await portal.prepare();
  addEntrance(portal);
  addUserRoutes(portal);
  addTransferRoutes(portal);
  addOwnRoutes(portal);
  addHelpRoutes(portal);
  if (branch) addBranchRoutes(portal);
}
