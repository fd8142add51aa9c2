import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Fleet } from "../../simulator/index.js";
import { allowedHosts } from "../../simulator/listen/address.js";
import { listenApp } from "../../simulator/listen/app.js";
import { codeOf, NOW, SEED } from "../support/server.js";

let app: FastifyInstance;
let fleet: Fleet;
beforeEach(async () => {
  fleet = new Fleet({ at: NOW / 1000 });
  fleet.add({ ...SEED, expiry: undefined });
  app = await listenApp(fleet, allowedHosts("127.0.0.1"));
});
afterEach(() => app.close());

async function send(method: "GET" | "POST" | "PUT", url: string, payload?: object) {
  const headers = { host: "localhost" };
  const reply = await app.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: reply.statusCode, json: reply.json<Record<string, unknown>>() };
}
const token = `/tokens/${SEED.serial}`;

describe("the control API", () => {
  it("gives codes to order, moving its time where it stands", async () => {
    expect((await send("POST", `${token}/code`)).json).toEqual({ code: codeOf(SEED, NOW) });
    const later = await send("POST", `${token}/code`, { atLeast: 45 });
    expect(later.json).toEqual({ code: codeOf(SEED, NOW, 1) });
    const codes = [];
    for (let count = 0; count < 3; count++) {
      codes.push((await send("POST", `${token}/code`, { unused: true })).json.code);
    }
    expect(new Set(codes).size).toBe(3);
    const { json } = await send("POST", `${token}/wrong-code`);
    expect(json.code).toMatch(/^\d{6}$/);
    expect(codes).not.toContain(json.code);
  });

  it("sets the time, moves it on, lets it run and stand", async () => {
    expect((await send("GET", "/clock")).json).toEqual({ now: NOW / 1000, rate: 0 });
    expect((await send("POST", "/clock/advance", { seconds: 60 })).json.now).toBe(NOW / 1000 + 60);
    expect((await send("PUT", "/clock", { now: NOW / 1000 + 90 })).json.now).toBe(NOW / 1000 + 90);
    expect((await send("PUT", "/clock", { rate: 2 })).json.rate).toBe(2);
    expect((await send("PUT", "/clock", { rate: 0 })).json.rate).toBe(0);
    const back = await send("PUT", "/clock", { now: 5 });
    expect(back.status).toBe(400);
    expect(back.json.detail).toBe("time does not go back");
  });

  it("does a token harm, and starts it anew", async () => {
    const harmed = await send("POST", `${token}/faults`, { kind: "missing", file: "record" });
    expect(harmed.json).toMatchObject({ serial: SEED.serial, display: "" });
    const refused = await send("POST", `${token}/code`);
    expect(refused.status).toBe(409);
    expect(refused.json.detail).toContain("NO RECORD");
    expect((await send("POST", `${token}/restart`)).json.display).toBe("");
    expect((await send("POST", `${token}/faults`, { kind: "fire" })).status).toBe(400);
    const nowhere = { kind: "flipBit", file: "record", bit: 1 };
    expect((await send("POST", `${token}/faults`, nowhere)).json).toMatchObject({
      field: "fault",
      status: 400,
    });
  });

  it("saves and loads what a token stores", async () => {
    const saved = (await send("GET", `${token}/storage`)).json as { files: Record<string, string> };
    expect(Object.keys(saved.files).sort()).toEqual([...[".boot0", "warifu.crc", "warifu.token"]]);
    await send("POST", `${token}/faults`, { kind: "missing", file: "record" });
    await send("PUT", `${token}/storage`, saved);
    expect((await send("POST", `${token}/code`)).json).toEqual({
      code: codeOf(SEED, fleet.time.now * 1000),
    });
    expect((await send("PUT", `${token}/storage`, { files: { a: 1 } })).status).toBe(400);
    const program = Buffer.from("print(1)").toString("base64");
    const refused = await send("PUT", `${token}/storage`, { files: { ".boot0": program } });
    expect(refused.json).toMatchObject({ status: 400, field: ".boot0" });
  });

  it("shows nothing of what is stored where seeds are secret", async () => {
    const secret = await listenApp(fleet, allowedHosts("127.0.0.1"), true);
    const reply = await secret.inject({ url: `${token}/storage`, headers: { host: "localhost" } });
    expect(reply.statusCode).toBe(404);
    await secret.close();
  });

  it("gives an unused code with time left", async () => {
    await send("POST", `${token}/code`, { atLeast: 55, unused: true });
    expect((await send("GET", token)).json.secondsLeft).toBeGreaterThan(55);
  });

  it("tells what costs power, and the picture's hash", async () => {
    await send("POST", `${token}/press`);
    const { json } = await send("GET", `${token}/power`);
    expect(json).toMatchObject({ wakeUps: 2, redraws: 2 });
    const { frameSha256 } = (await send("GET", token)).json;
    expect(frameSha256).toBe(fleet.token(SEED.serial).frameHash());
  });

  it("describes all of it", async () => {
    const { json } = await send("GET", "/openapi.json");
    const paths = Object.keys(json.paths as object);
    for (const path of ["/clock", "/tokens/{serial}/code", "/tokens/{serial}/faults"]) {
      expect(paths).toContain(path);
    }
    expect(paths).not.toContain("/");
    for (const path of ["/code", "/wrong-code", "/faults", "/restart"]) {
      const reply = await send(
        "POST",
        `/tokens/99999999${path}`,
        path === "/faults" ? { kind: "pullBattery" } : undefined,
      );
      expect([reply.status, reply.json.field]).toEqual([404, "serial"]);
    }
  });
});
