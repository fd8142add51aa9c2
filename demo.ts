import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { provision } from "./firmware/factory/provision.js";
import { InputError } from "./firmware/seedfile/input-error.js";
import type { Seed } from "./firmware/seedfile/seed.js";
import { issueApiKey } from "./server/api-keys.js";
import { buildApp } from "./server/http/app.js";
import { importSeeds } from "./server/import-seeds.js";
import { openVault } from "./server/open.js";
import { openSqlite } from "./server/store/sqlite.js";
import { allowedHosts } from "./simulator/listen/address.js";
import { listenApp } from "./simulator/listen/app.js";
import { Desk } from "./simulator/listen/desk.js";

const DAY = 86_400;

/** `warifu demo`: a server and three tokens on loopback, with data that goes when it stops. */
export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .description("a server and three simulated tokens on loopback, with sample data")
    .option("--port <port>", "the server's port; 0 for any free one", "8390")
    .option("--tokens-port <port>", "the simulated tokens' port; 0 for any free one", "8380")
    .action(runDemo);
}

async function runDemo(options: { port: string; tokensPort: string }): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "warifu-demo-"));
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.reverse()) await close();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const seeds = sampleSeeds(Math.floor(Date.now() / 1000));
    const store = openSqlite(join(directory, "warifu.db"));
    const vault = await openVault(store, randomBytes(32));
    await importSeeds(store, vault, seeds, { actor: "demo", source: undefined, at: Date.now() });
    for (const scope of ["verify", "branch"] as const) {
      const { key } = await issueApiKey(store, scope, "demo", Date.now());
      writeFileSync(join(directory, scope), `authorization: Bearer ${key}\n`, { mode: 0o600 });
    }
    const app = await buildApp({ store, vault, now: Date.now, demoPage: true });
    closers.push(() => app.close());
    const server = await app.listen({ host: "127.0.0.1", port: portOf(options.port, "--port") });
    const desk = new Desk(seeds, "pixljs", undefined, () => Date.now() / 1000);
    const tokens = listenApp(desk, allowedHosts("127.0.0.1"));
    closers.push(() => tokens.close());
    const tokensPort = portOf(options.tokensPort, "--tokens-port");
    const tokensUrl = await tokens.listen({ host: "127.0.0.1", port: tokensPort });
    process.stdout.write(instructions(server, tokensUrl, directory, seeds));
  } catch (error) {
    await stop();
    const { code, message } = error as NodeJS.ErrnoException;
    const taken = new InputError("--port or --tokens-port", `${message}; 0 takes a free one`);
    throw code === "EADDRINUSE" ? taken : error;
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => void stop());
}

/** Two tokens in date and one that expired yesterday. */
function sampleSeeds(now: number): Seed[] {
  const batch = { start: now - 400 * DAY, algorithm: "SHA1", board: "pixljs" } as const;
  return [
    ...provision({ ...batch, count: 2, firstSerial: "10000001", expiry: now + 1000 * DAY }),
    ...provision({ ...batch, count: 1, firstSerial: "10000003", expiry: now - DAY }),
  ];
}

function portOf(text: string, option: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
    throw new InputError(option, "must be a number from 0 to 65535");
  }
  return Number(text);
}

function instructions(
  server: string,
  tokens: string,
  directory: string,
  seeds: readonly Seed[],
): string {
  const [first, second, expired] = seeds.map((seed) => seed.serial);
  const post = (scope: string, path: string, body: object): string =>
    `curl -s -H @${directory}/${scope} --json '${JSON.stringify(body)}' ${server}${path}`;
  const paper = { form: "A-0001", staff: "demo" };
  return `
warifu demo: a server and three simulated tokens, on this machine only

  tokens    ${tokens}   look at them and press their buttons
  server    ${server}   type a code here, or use the API as below

1. Press the button of token ${first!}: it shows a code, with the seconds it has left.
   By hand on the tokens' page, or
     curl -s -X POST ${tokens}/tokens/${first!}/press
2. Have the code accepted: on the server's page, or with your code in place of 123456
     ${post("verify", "/v1/verify", { serial: first, code: "123456" })}
3. Send the same code again: already_used. Five wrong ones: suspended. Then lift it:
     ${post("branch", "/v1/unlock", { serials: [first], ...paper })}
4. Revoke token ${second!}: from then on it is refused, whatever it shows.
     ${post("branch", "/v1/revoke", { serials: [second], ...paper })}
5. Token ${expired!} has expired: it shows a word in place of a code.

Ctrl-C stops it; nothing is left behind.
`;
}
