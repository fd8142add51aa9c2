import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { provision } from "./firmware/factory/provision.js";
import { InputError } from "./firmware/seedfile/input-error.js";
import type { Seed } from "./firmware/seedfile/seed.js";
import { issueApiKey } from "./server/api-keys.js";
import { BankService } from "./server/bank-service.js";
import { Batcher } from "./server/batcher.js";
import type { Caller } from "./server/core/caller.js";
import { DAY } from "./server/core/japan.js";
import { DEFAULT_POLICY } from "./server/core/policy.js";
import { Clerk } from "./server/clerk.js";
import { buildApp } from "./server/http/app.js";
import { importSeeds } from "./server/import-seeds.js";
import { openVault } from "./server/open.js";
import { Passwords } from "./server/passwords.js";
import { openSampleContract, SAMPLE_STAFF, SAMPLE_USERS } from "./server/sample-contract.js";
import { openSqlite } from "./server/store/sqlite.js";
import { allowedHosts } from "./simulator/listen/address.js";
import { listenApp } from "./simulator/listen/app.js";
import { Fleet } from "./simulator/fleet.js";

/** `warifu demo`: a bank and its tokens on loopback, with data that goes when it stops. */
export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .description("a bank and its simulated tokens on loopback, with sample data")
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
    const caller = (): Caller => ({ actor: "demo", source: undefined, at: Date.now() });
    await importSeeds(store, vault, seeds, caller());
    for (const scope of ["verify", "branch"] as const) {
      const { key } = await issueApiKey(store, scope, caller());
      writeFileSync(join(directory, scope), `authorization: Bearer ${key}\n`, { mode: 0o600 });
    }
    const tokens = new Fleet();
    for (const seed of seeds) tokens.add(seed);
    tokens.time.run();
    const [master, general] = seeds.map(({ serial }) => serial) as [string, string];
    const bank = new BankService(
      new Clerk(new Batcher(store), vault, DEFAULT_POLICY),
      new Passwords(),
    );
    await openSampleContract(bank, { master, general }, caller());
    // The master has registered his token already, by the code on its display.
    const code = await tokens.token(master).code();
    await bank.register(SAMPLE_USERS.master.id, master, code, caller());
    const app = await buildApp({ store, vault, now: Date.now });
    closers.push(() => app.close());
    const server = await app.listen({ host: "127.0.0.1", port: portOf(options.port, "--port") });
    const desk = await listenApp(tokens, allowedHosts("127.0.0.1"));
    closers.push(() => desk.close());
    const tokensPort = portOf(options.tokensPort, "--tokens-port");
    const tokensUrl = await desk.listen({ host: "127.0.0.1", port: tokensPort });
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

/** A token for each of the sample contract's users. */
function sampleSeeds(now: number): Seed[] {
  const batch = { start: now - 400 * DAY, algorithm: "SHA1", board: "pixljs" } as const;
  return provision({ ...batch, count: 2, firstSerial: "10000001", expiry: now + 1000 * DAY });
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
  const [master, own] = seeds.map(({ serial }) => serial);
  const post = (scope: string, path: string, body: object): string =>
    `curl -s -H @${directory}/${scope} --json '${JSON.stringify(body)}' ${server}${path}`;
  const { general, master: head } = SAMPLE_USERS;
  return `
warifu demo: a bank and its simulated tokens, on this machine only

  the bank   ${server}
  tokens     ${tokens}   press their buttons, read their codes

1. Log in as ${general.id} / ${general.password}, and register token ${own!} by its serial and its code.
2. Transfer money to a payee entered now: confirmation password ${general.confirmationPassword}, and the next code.
3. Type five wrong codes: ${general.id} is out. Log in as ${head.id} / ${head.password} and lift it under
   管理 > 利用者管理 (Administration > User administration): confirmation password ${head.confirmationPassword}.
4. Revoke ${general.id}'s token there: his next login says from when he can register another.
5. At the branch's desk, ${server}/branch as ${SAMPLE_STAFF.id} / ${SAMPLE_STAFF.password}, lend him a token.

The API does the same for a backend; with your code in place of 123456
     ${post("verify", "/v1/verify", { serial: master, code: "123456" })}
     ${post("verify", "/v1/verify", { user: general.id, code: "123456" })}
     ${post("branch", "/v1/unlock", { serials: [own], form: "A-0001", staff: "demo" })}

Ctrl-C stops it; nothing is left behind.
`;
}
