import { HELP_TOPICS, HelpPage } from "./pages/help.js";
import type { Portal } from "./portal.js";

/** ヘルプ: a page for each of the others. */
export function addHelpRoutes(portal: Portal): void {
  for (const topic of HELP_TOPICS) {
    portal.page(`/help/${topic}`, async (request, reply) =>
      portal.send(reply, HelpPage({ visit: await portal.visit(request, reply), topic })),
    );
  }
}
