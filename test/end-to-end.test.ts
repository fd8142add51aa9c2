import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writePskc } from "../firmware/seedfile/pskc-write.js";
import { CLI, ServingProcess } from "./support/cli.js";
import { codeOf, SEED, withDirectory, wrongCodeOf } from "./support/server.js";
import { Visitor } from "./support/visitor.js";

const MASTER = { WARIFU_MASTER_KEY: "07".repeat(32) };
const READY = /ready at (http:\S+)/;
const EXPIRED = { ...SEED, serial: "10000003", start: 0, expiry: 1_600_000_000 };
const SEEDS = [{ ...SEED, start: 0, expiry: undefined }, EXPIRED];

let directory: ReturnType<typeof withDirectory>;
let keys: Record<string, string>;
const running: ServingProcess[] = [];

const warifu = (...args: string[]): string =>
  execFileSync(process.execPath, [CLI, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...MASTER },
  });

beforeEach(() => {
  directory = withDirectory();
  const at = (name: string) => join(directory.path, name);
  writeFileSync(at("key"), "01".repeat(16));
  writeFileSync(
    at("seeds"),
    [...writePskc(SEEDS, { kind: "preshared", key: Buffer.alloc(16, 1) })].join(""),
  );
  const db = ["--db", `sqlite:${at("store.db")}`];
  warifu("import", at("seeds"), "--key-file", at("key"), ...db);
  keys = Object.fromEntries(
    ["verify", "branch", "audit"].map((scope) => [
      scope,
      warifu("apikey", "create", "--scope", scope, ...db).trim(),
    ]),
  );
});
afterEach(async () => {
  for (const server of running.splice(0)) {
    if (server.child.exitCode === null && server.child.signalCode === null)
      await server.stop("SIGKILL");
  }
  directory.remove();
});

async function serve(): Promise<{ server: ServingProcess; url: string }> {
  const args = ["serve", "--port", "0", "--db", `sqlite:${join(directory.path, "store.db")}`];
  const server = await ServingProcess.start(args, MASTER, READY);
  running.push(server);
  return { server, url: READY.exec(server.output)![1]! };
}

async function post(url: string, path: string, body: object): Promise<Record<string, unknown>> {
  const scope = path === "/v1/verify" ? "verify" : "branch";
  const reply = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${keys[scope]!}` },
    body: JSON.stringify(body),
  });
  return (await reply.json()) as Record<string, unknown>;
}

const verify = (url: string, code: string, serial = SEED.serial) =>
  post(url, "/v1/verify", { serial, code });
const paper = { serials: [SEED.serial], form: "A-1", staff: "s1" };

describe("the server as a process", () => {
  it("forgets nothing in a restart, also when it is killed", async () => {
    let { server, url } = await serve();
    const code = codeOf(SEED, Date.now());
    expect(await verify(url, code)).toEqual({ accepted: true, serial: SEED.serial });
    await server.stop("SIGKILL");
    ({ server, url } = await serve());
    expect(await verify(url, code)).toEqual({ accepted: false, reason: "already_used" });
    const wrong = wrongCodeOf(SEED, Date.now());
    for (let i = 0; i < 3; i++)
      expect(await verify(url, wrong)).toMatchObject({ reason: "wrong_code" });
    await server.stop("SIGKILL");
    ({ server, url } = await serve());
    expect(await verify(url, wrong)).toMatchObject({ reason: "wrong_code" });
    expect(await verify(url, wrong)).toMatchObject({ reason: "suspended" });
    await server.stop("SIGKILL");
    ({ server, url } = await serve());
    expect(await verify(url, codeOf(SEED, Date.now(), 1))).toMatchObject({ reason: "suspended" });
    expect(await post(url, "/v1/unlock", paper)).toMatchObject({ unlocked: [SEED.serial] });
    await server.stop("SIGKILL");
    ({ server, url } = await serve());
    expect(await verify(url, codeOf(SEED, Date.now(), 1))).toMatchObject({ accepted: true });
    expect(await post(url, "/v1/revoke", paper)).toMatchObject({ revoked: [SEED.serial] });
    await server.stop("SIGKILL");
    ({ server, url } = await serve());
    expect(await verify(url, codeOf(SEED, Date.now()))).toMatchObject({ reason: "revoked" });
    expect(await verify(url, "123456", EXPIRED.serial)).toMatchObject({ reason: "expired" });
    expect(await server.stop("SIGTERM")).toBe(0);
  });

  it("two on one database accept one of 200 parallel requests with one code", async () => {
    const urls = [(await serve()).url, (await serve()).url];
    const code = codeOf(SEED, Date.now());
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => verify(urls[index % 2]!, code)),
    );
    expect(answers.filter(({ accepted }) => accepted === true)).toHaveLength(1);
    expect(answers.filter(({ reason }) => reason === "already_used")).toHaveLength(199);
  });

  it("stops in time, whoever holds a connection open", async () => {
    const { server, url } = await serve();
    const { port } = new URL(url);
    const silent = connect(Number(port), "127.0.0.1");
    silent.on("error", () => undefined);
    await new Promise((resolve) => silent.once("connect", resolve));
    await verify(url, wrongCodeOf(SEED, Date.now()));
    expect(await server.stop("SIGTERM")).toBe(0);
    silent.destroy();
  });

  it("logs no code, no seed and no key", async () => {
    const { server, url } = await serve();
    const code = codeOf(SEED, Date.now());
    await verify(url, code);
    await fetch(`${url}/v1/verify`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${keys.verify!}` },
      body: `{"serial":"${SEED.serial}","code":"${code}`,
    });
    await server.stop("SIGTERM");
    const hidden = [
      code,
      Buffer.from(SEED.secret).toString("hex"),
      keys.verify!,
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
      /Ctrl-C stops it/,
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
  it("are ready at a free port and show the code of now", async () => {
    const args = [
      "simulate",
      "--seeds",
      join(directory.path, "seeds"),
      "--key-file",
      join(directory.path, "key"),
    ];
    const options = [
      "--listen",
      "127.0.0.1:0",
      "--allow-production-seeds",
      "--serial",
      SEED.serial,
    ];
    const tokens = await ServingProcess.start([...args, ...options], {}, READY);
    running.push(tokens);
    const url = READY.exec(tokens.output)![1]!;
    const reply = await fetch(`${url}/tokens/${SEED.serial}/press`, { method: "POST" });
    const { code } = (await reply.json()) as { code: string };
    expect([-1, 0].map((distance) => codeOf(SEED, Date.now(), distance))).toContain(code);
    expect(await tokens.stop("SIGTERM")).toBe(0);
  });
});

describe("simulated tokens and a server on one time", () => {
  it("accept each code of a year that is over in a moment", async () => {
    const at = (name: string): string => join(directory.path, name);
    const listen = ["simulate", "--seeds", at("seeds"), "--key-file", at("key")];
    const simulated = await ServingProcess.start(
      [...listen, "--serial", SEED.serial, "--listen", "127.0.0.1:0", "--allow-production-seeds"],
      {},
      READY,
    );
    running.push(simulated);
    const env = { ...MASTER, NODE_ENV: "test" };
    const db = ["--db", `sqlite:${at("store.db")}`];
    const server = await ServingProcess.start(
      ["serve", "--port", "0", "--test-clock", ...db],
      env,
      READY,
    );
    running.push(server);
    const [tokens, bank] = [simulated, server].map(({ output }) => READY.exec(output)![1]!);
    const ask = async (url: string, method: string, body: object, headers = {}) => {
      const type = { "content-type": "application/json" };
      const reply = await fetch(url, {
        method,
        body: JSON.stringify(body),
        headers: { ...type, ...headers },
      });
      return (await reply.json()) as Record<string, unknown>;
    };
    await ask(`${tokens!}/clock`, "PUT", { rate: 0 });
    for (let month = 0; month < 12; month++) {
      await ask(`${tokens!}/clock/advance`, "POST", { seconds: 30 * 86_400 });
      const { code } = await ask(`${tokens!}/tokens/${SEED.serial}/code`, "POST", { unused: true });
      const { now } = (await (await fetch(`${tokens!}/clock`)).json()) as { now: number };
      await ask(`${bank!}/test-clock`, "PUT", { now });
      const body = { serial: SEED.serial, code };
      const bearer = { authorization: `Bearer ${keys.verify!}` };
      expect(await ask(`${bank!}/v1/verify`, "POST", body, bearer)).toMatchObject({
        accepted: true,
      });
    }
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
});
