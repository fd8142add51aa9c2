import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { request, type RequestOptions } from "node:https";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { readTls, type TlsFiles, tlsOf } from "../../server/http/tls.js";
import { TestBank } from "../support/bank.js";
import { type Certificate, makeCertificate } from "../support/certificates.js";
import { LogLines } from "../support/log-lines.js";
import { suiteDirectory } from "../support/directory.js";

const directory = suiteDirectory();
let [authority, own, other, client, stranger]: Certificate[] = [];
beforeAll(() => {
  authority = makeCertificate(directory, "authority");
  [own, other] = ["own", "other"].map((name) => makeCertificate(directory, name, "authority"));
  client = makeCertificate(directory, "client", "authority");
  stranger = makeCertificate(directory, "stranger");
});

let bank: TestBank | undefined;
const log = new LogLines();
const start = async (files: Partial<TlsFiles> = {}): Promise<void> => {
  const tls = readTls({ ...own!, clientCa: undefined, look: 20, ...files });
  bank = await TestBank.start(1, undefined, { tls, logger: { stream: log.stream } });
};
afterEach(async () => {
  await bank?.close();
  bank = undefined;
});

interface Reply {
  readonly status: number;
  readonly cookies: string[];
  /** Who the server says it is. */
  readonly name: string;
}

const get = (path: string, options: RequestOptions = {}): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const trusted = { ca: readFileSync(authority!.cert), agent: false, ...options };
    const sent = request(`${bank!.url}${path}`, trusted, (reply) => {
      const { subject } = (reply.socket as unknown as TLSSocket).getPeerCertificate();
      const cookies = reply.headers["set-cookie"] ?? [];
      reply.resume().on("end", () => {
        resolve({ status: reply.statusCode ?? 0, cookies, name: String(subject.CN) });
      });
    });
    sent.on("error", reject).end();
  });
const as = ({ cert, key }: Certificate): RequestOptions => ({
  cert: readFileSync(cert),
  key: readFileSync(key),
});

describe("TLS", () => {
  it("serves over it, with cookies for it alone", async () => {
    await start();
    expect(bank!.url).toMatch(/^https:/);
    const { status, cookies, name } = await get("/login");
    expect([status, name]).toEqual([200, "own"]);
    expect(cookies.find((each) => each.startsWith("warifu="))).toMatch(/; Secure/);
    expect((await get("/language/en")).cookies[0]).toMatch(/; Secure/);
  });

  it("takes no version below 1.2", async () => {
    await start();
    const port = Number(new URL(bank!.url).port);
    const handshake = (version: "TLSv1.1" | "TLSv1.2") =>
      new Promise<string | null>((resolve, reject) => {
        const versions = { minVersion: "TLSv1.1", maxVersion: version } as const;
        // Below OpenSSL's default level, so that the client itself would do it.
        const ciphers = "DEFAULT@SECLEVEL=0";
        const socket = connect({ port, rejectUnauthorized: false, ciphers, ...versions }, () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.on("error", reject);
      });
    await expect(handshake("TLSv1.1")).rejects.toThrow();
    expect(await handshake("TLSv1.2")).toBe("TLSv1.2");
  });

  it("with an authority for callers, lets nobody in without its certificate", async () => {
    await start({ clientCa: authority!.cert });
    for (const path of ["/v1/audit", "/login", "/healthz"]) {
      await expect(get(path)).rejects.toThrow();
      await expect(get(path, as(stranger!))).rejects.toThrow();
    }
    expect((await get("/v1/audit", as(client!))).status).toBe(401);
    expect((await get("/healthz", as(client!))).status).toBe(200);
  });

  it("takes up a renewed certificate without a restart, and keeps the old one meanwhile", async () => {
    const files = { cert: join(directory, "now.pem"), key: join(directory, "now.key") };
    copyFileSync(own!.cert, files.cert);
    copyFileSync(own!.key, files.key);
    await start(files);
    expect((await get("/healthz")).name).toBe("own");
    // The one is renewed, the other is not yet.
    copyFileSync(other!.cert, files.cert);
    while (!log.messages.includes("the TLS files cannot be used")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await get("/healthz")).name).toBe("own");
    copyFileSync(other!.key, files.key);
    while (!log.messages.includes("the TLS certificate was renewed")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await get("/healthz")).name).toBe("other");
    expect(log.messages.filter((each) => each === "the TLS files cannot be used")).toHaveLength(1);
    expect(log.text).not.toContain("PRIVATE KEY");
  });
});

describe("files of TLS that cannot be used are refused by the option that names them", () => {
  const bad = (text: string): string => {
    const path = join(directory, "bad.pem");
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const open = (): string => {
    const path = join(directory, "open.key");
    copyFileSync(own!.key, path);
    chmodSync(path, 0o644);
    return path;
  };
  it.each([
    ["no certificate", "--tls-cert", "cannot be read", () => ({ cert: "/nowhere.pem" })],
    ["no key", "--tls-key", "cannot be read", () => ({ key: "/nowhere.key" })],
    ["a key for all to read", "--tls-key", "read by everybody", () => ({ key: open() })],
    ["another's key", "--tls-key", "is not the key of", () => ({ key: other!.key })],
    ["no PEM for one", "--tls-cert", "holds no certificate", () => ({ cert: bad("hello") })],
    ["no PEM for the other", "--tls-key", "holds no private key", () => ({ key: bad("hello") })],
    ["no authority", "--tls-client-ca", "cannot be read", () => ({ clientCa: "/nowhere.pem" })],
    ["no PEM for one of them", "--tls-client-ca", "holds no", () => ({ clientCa: bad("a") })],
    [
      "a chain that is cut off",
      "--tls-cert",
      "that can be used",
      () => ({ cert: bad(`${readFileSync(own!.cert, "utf8")}-----BEGIN CERTIFICATE-----\nAA\n`) }),
    ],
  ] as const)("%s: %s", (_name, option, problem, files) => {
    const read = () => readTls({ ...own!, clientCa: undefined, ...files() });
    expect(read).toThrow(option);
    expect(read).toThrow(problem);
  });

  it("and so is one without the other", () => {
    expect(tlsOf({})).toBeUndefined();
    expect(() => tlsOf({ tlsCert: "a" })).toThrow("--tls-key: is needed with --tls-cert");
    expect(() => tlsOf({ tlsKey: "a" })).toThrow("--tls-cert: is needed with --tls-key");
    expect(() => tlsOf({ tlsClientCa: "a" })).toThrow("--tls-cert: is needed with --tls-client-ca");
    expect(tlsOf({ tlsCert: own!.cert, tlsKey: own!.key })?.options.requestCert).toBe(false);
  });
});
