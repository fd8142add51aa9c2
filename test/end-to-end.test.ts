import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { issueApiKey } from "../server/api-keys.js";
import { importSeeds } from "../server/import-seeds.js";
import { openVault } from "../server/open.js";
import { openSqlite } from "../server/store/sqlite.js";
import { CLI, ServingProcess } from "./support/cli.js";
import { copiedDatabase } from "./support/directory.js";
import { seedDirectory } from "./support/seed-directory.js";
import { codeOf, MASTER, MASTER_KEY, SEED, wrongCodeOf } from "./support/server.js";
import { Visitor } from "./support/visitor.js";

const EXPIRED = { ...SEED, serial: "10000003", start: 0, expiry: 1_600_000_000 };
const SEEDS = [{ ...SEED, start: 0, expiry: undefined }, EXPIRED];
const keys = { verify: "", branch: "" };

/** Has each test of a describe run on a database with tokens, keys issued. */
const bankDatabase = (): (() => string) =>
  copiedDatabase(async (path) => {
    const store = openSqlite(path);
    const caller = { actor: "test", source: undefined, at: Date.now() };
    await importSeeds(store, await openVault(store, MASTER_KEY), SEEDS, caller);
    for (const scope of ["verify", "branch"] as const) {
      keys[scope] = (await issueApiKey(store, scope, caller)).key;
    }
    await store.close();
  });

const running: ServingProcess[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop("SIGKILL");
});

describe("the server as a process", () => {
  const database = bankDatabase();
  const serve = async (): Promise<ServingProcess> => {
    const server = await ServingProcess.serve(MASTER, "--db", `sqlite:${database()}`);
    running.push(server);
    return server;
  };
  const verify = (server: ServingProcess, code: string, serial = SEED.serial) =>
    server.verify(keys.verify, { serial, code });
  const paper = { serials: [SEED.serial], form: "A-1", staff: "s1" };

  // What is kept of codes and of liftings is compared kill by kill in crash/.
  it("forgets no suspension and no revocation when it is killed", async () => {
    let server = await serve();
    const wrong = wrongCodeOf(SEED, Date.now());
    for (let i = 0; i < 4; i++)
      expect(await verify(server, wrong)).toMatchObject({ reason: "wrong_code" });
    expect(await verify(server, wrong)).toMatchObject({ reason: "suspended" });
    await server.stop("SIGKILL");
    server = await serve();
    const code = codeOf(SEED, Date.now());
    expect(await verify(server, code)).toMatchObject({ reason: "suspended" });
    expect(await server.post("/v1/unlock", keys.branch, paper)).toMatchObject({
      unlocked: [SEED.serial],
    });
    expect(await verify(server, code)).toEqual({ accepted: true, serial: SEED.serial });
    expect(await verify(server, code)).toEqual({ accepted: false, reason: "already_used" });
    expect(await server.post("/v1/revoke", keys.branch, paper)).toMatchObject({
      revoked: [SEED.serial],
    });
    await server.stop("SIGKILL");
    server = await serve();
    expect(await verify(server, codeOf(SEED, Date.now(), 1))).toMatchObject({ reason: "revoked" });
    expect(await verify(server, "123456", EXPIRED.serial)).toMatchObject({ reason: "expired" });
    expect(await server.stop("SIGTERM")).toBe(0);
  });

  it("two on one database accept one of 200 parallel requests with one code", async () => {
    const servers = [await serve(), await serve()];
    const code = codeOf(SEED, Date.now());
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => verify(servers[index % 2]!, code)),
    );
    expect(answers.filter(({ accepted }) => accepted === true)).toHaveLength(1);
    expect(answers.filter(({ reason }) => reason === "already_used")).toHaveLength(199);
  });

  it("stops in time, whoever holds a connection open", async () => {
    const server = await serve();
    const { port } = new URL(server.url);
    const silent = connect(Number(port), "127.0.0.1");
    silent.on("error", () => undefined);
    await new Promise((resolve) => silent.once("connect", resolve));
    await verify(server, wrongCodeOf(SEED, Date.now()));
    expect(await server.stop("SIGTERM")).toBe(0);
    silent.destroy();
  });

  it("logs no code, no seed and no key", async () => {
    const server = await serve();
    const code = codeOf(SEED, Date.now());
    await verify(server, code);
    await fetch(`${server.url}/v1/verify`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${keys.verify}` },
      body: `{"serial":"${SEED.serial}","code":"${code}`,
    });
    await server.stop("SIGTERM");
    const hidden = [
      code,
      Buffer.from(SEED.secret).toString("hex"),
      keys.verify,
      MASTER.WARIFU_MASTER_KEY,
    ];
    for (const secret of hidden) expect(server.output).not.toContain(secret);
  });
});

describe("the demonstration", () => {
  it("has a newcomer register the token beside the page, and leaves nothing behind", async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("warifu-demo-"));
    const demo = await ServingProcess.start(
      ["demo", "--port", "0", "--tokens-port", "0"],
      {},
      { ready: /Ctrl-C stops it/ },
    );
    running.push(demo);
    const url = (name: string): string =>
      new RegExp(`${name}\\s+(http://\\S+)`).exec(demo.output)![1]!;
    const pressed = await fetch(`${url("tokens")}/tokens/10000002/press`, { method: "POST" });
    const { code } = (await pressed.json()) as { code: string };
    const visitor = new Visitor(url("the bank"));
    const [, id, password] = /Log in as (\S+) \/ (\S+),/.exec(demo.output)!;
    const loggedIn = await visitor.send("/login", { id: id!, password: password! });
    expect(loggedIn.headers.get("location")).toBe("/registration");
    const registered = await visitor.send("/registration", { serial: "10000002", code });
    expect(registered.headers.get("location")).toBe("/?registered");
    expect(await visitor.get("/")).toContain("サービス利用中");
    // The printed commands work as they stand.
    const command = /curl -s -H @\S+\/branch .*unlock/.exec(demo.output)![0];
    expect(execFileSync("sh", ["-c", command], { encoding: "utf8" })).toContain(
      '"unchanged":["10000002"]',
    );
    expect(await demo.stop("SIGINT")).toBe(0);
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith("warifu-demo-"));
    expect(after).toEqual(before);
  });
});

describe("simulated tokens as a process", () => {
  const at = seedDirectory();
  const simulate = async (): Promise<ServingProcess> => {
    const seeds = ["--seeds", at("seeds"), "--key-file", at("key"), "--allow-production-seeds"];
    const tokens = await ServingProcess.start(
      ["simulate", ...seeds, "--serial", SEED.serial, "--listen", "127.0.0.1:0"],
      {},
    );
    running.push(tokens);
    return tokens;
  };

  it("are ready at a free port and show the code of now", async () => {
    const tokens = await simulate();
    const reply = await fetch(`${tokens.url}/tokens/${SEED.serial}/press`, { method: "POST" });
    const { code } = (await reply.json()) as { code: string };
    expect([-1, 0].map((distance) => codeOf(SEED, Date.now(), distance))).toContain(code);
    expect(await tokens.stop("SIGTERM")).toBe(0);
  });

  describe("and a server on one time", () => {
    const database = bankDatabase();

    it("accept each code of a year that is over in a moment", async () => {
      const tokens = await simulate();
      const bank = await ServingProcess.serve(
        { ...MASTER, NODE_ENV: "test" },
        ...["--test-clock", "--db", `sqlite:${database()}`],
      );
      running.push(bank);
      const ask = async (url: string, method: string, body: object) => {
        const headers = { "content-type": "application/json" };
        const reply = await fetch(url, { method, body: JSON.stringify(body), headers });
        return (await reply.json()) as Record<string, unknown>;
      };
      const { serial } = SEED;
      await ask(`${tokens.url}/clock`, "PUT", { rate: 0 });
      for (let month = 0; month < 12; month++) {
        await ask(`${tokens.url}/clock/advance`, "POST", { seconds: 30 * 86_400 });
        const { code } = await ask(`${tokens.url}/tokens/${serial}/code`, "POST", { unused: true });
        const { now } = (await (await fetch(`${tokens.url}/clock`)).json()) as { now: number };
        await ask(`${bank.url}/test-clock`, "PUT", { now });
        expect(await bank.verify(keys.verify, { serial, code })).toMatchObject({ accepted: true });
      }
    });
  });
});

it("outside of tests no server takes a clock from anybody", () => {
  expect(() => {
    execFileSync(process.execPath, [CLI, "serve", "--test-clock"], {
      env: { ...process.env, ...MASTER, NODE_ENV: "production" },
      stdio: "pipe",
      timeout: 120_000,
    });
  }).toThrow("NODE_ENV must be test");
});
