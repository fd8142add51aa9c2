import type { Server } from "node:net";
import type { TrafficPolicy } from "../core/policy.js";
import { networkOf } from "../network.js";

/** Closes connections beyond so many at once, of one address and of all, before anything is read. */
export function limitConnections(
  server: Server,
  { connections, connectionsOfAddress }: TrafficPolicy,
): void {
  if (connections > 0) server.maxConnections = connections;
  if (connectionsOfAddress === 0) return;
  const open = new Map<string, number>();
  server.on("connection", (socket) => {
    const network = networkOf(socket.remoteAddress ?? "");
    const count = (open.get(network) ?? 0) + 1;
    if (count > connectionsOfAddress) {
      socket.destroy();
      return;
    }
    open.set(network, count);
    socket.once("close", () => {
      const left = open.get(network)! - 1;
      if (left > 0) open.set(network, left);
      else open.delete(network);
    });
  });
}
