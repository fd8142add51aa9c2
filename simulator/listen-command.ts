import type { AddressInfo } from "node:net";
import { InputError } from "../firmware/seedfile/input-error.js";
import { parseInstant } from "../firmware/seedfile/instant.js";
import { type SeedFile, seedOf } from "../firmware/seedfile/read.js";
import { boardModel } from "./boards.js";
import { consoleServer } from "./console/console-server.js";
import { VirtualBoard } from "./console/virtual-board.js";
import { Fleet } from "./fleet.js";
import { allowedHosts, parseAddress } from "./listen/address.js";
import { listenApp } from "./listen/app.js";
import { type Options, parseStart } from "./options.js";

/** So many tokens at most have a context of their own each. */
const STRICT_MOST = 200;

/** Serves live tokens over HTTP until it is stopped. @throws InputError */
export async function listenCommand(file: SeedFile, options: Options): Promise<void> {
  if (file.encrypted && !options.allowProductionSeeds) {
    throw new InputError(
      "--listen",
      "the seed file is encrypted, as production seeds are; to serve its live codes all the same add --allow-production-seeds",
    );
  }
  const { host, port } = parseAddress(options.listen!, "--listen");
  const start = parseStart(options.start);
  const { serial } = options;
  const seeds = serial === undefined ? file.seeds : [seedOf(file.seeds, serial)];
  const at = options.at === undefined ? undefined : parseInstant(options.at, "--at");
  const isolation = seeds.length > STRICT_MOST ? "scope" : "context";
  const fleet = new Fleet({ board: options.board, isolation, ...(at !== undefined && { at }) });
  for (const seed of seeds) fleet.add(seed, { start });
  fleet.time.run();
  const app = await listenApp(fleet, allowedHosts(host), file.encrypted);
  const url = await app.listen({ host, port }).catch(async (error: unknown) => {
    await app.close();
    throw new InputError("--listen", (error as Error).message);
  });
  process.stderr.write(`simulated tokens ready at ${url}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void app.close());
}

/** Serves a blank board's console until it is stopped. @throws InputError */
export async function blankCommand(options: Options): Promise<void> {
  const model = boardModel(options.board);
  if (!model) throw new InputError("--board", "is unknown");
  const { host, port } = parseAddress(options.listenConsole!, "--listen-console");
  const server = consoleServer(new VirtualBoard(model, () => Date.now() / 1000));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      reject(new InputError("--listen-console", error.message));
    });
    server.listen(port, host, resolve);
  });
  const at = server.address() as AddressInfo;
  process.stderr.write(`blank board ready at tcp://${host}:${String(at.port)}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => server.close());
}
