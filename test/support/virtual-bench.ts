import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { consoleServer } from "../../simulator/console/console-server.js";
import type { VirtualBoard } from "../../simulator/console/virtual-board.js";

/** A console on TCP, for the Espruino tools. */
export interface Port {
  readonly name: string;
  readonly close: () => void;
}

/** Puts a board's console on a port of its own. */
export async function portOf(board: VirtualBoard): Promise<Port> {
  const server = consoleServer(board);
  return { name: await listening(server), close: () => server.close() };
}

/**
 * A cable that carries so many writes towards a port and half of the next, and then nothing ever again.
 */
export async function weakCable(port: Port, writes: number): Promise<Port> {
  const { hostname, port: number } = new URL(port.name);
  let carried = 0;
  const server = createServer((near) => {
    const far = connect(Number(number), hostname);
    const cut = (): void => {
      for (const end of [near, far] as Socket[]) end.destroy();
    };
    for (const end of [near, far]) end.on("error", cut).on("close", cut);
    near.on("data", (data) => {
      if (carried++ < writes) far.write(data);
      else {
        if (carried === writes + 1) far.write(data.subarray(0, data.length / 2));
        far.end();
        server.close();
      }
    });
    far.on("data", (data) => near.write(data));
  });
  return { name: await listening(server), close: () => server.close() };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `tcp://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
