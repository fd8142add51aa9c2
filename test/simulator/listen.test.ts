import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allowedHosts, parseAddress } from "../../simulator/listen/address.js";
import { listenApp } from "../../simulator/listen/app.js";
import { Fleet } from "../../simulator/fleet.js";
import { codeOf, NOW, SEED } from "../support/server.js";

let app: FastifyInstance;
let wall: number;
beforeEach(async () => {
  wall = NOW / 1000;
  const other = { ...SEED, serial: "87654321", expiry: NOW / 1000 - 1 };
  const fleet = new Fleet({ wall: () => wall });
  for (const seed of [SEED, other]) fleet.add(seed, { start: 0 });
  fleet.time.run();
  app = await listenApp(fleet, allowedHosts("127.0.0.1"));
});
afterEach(async () => {
  await app.close();
});

const get = (url: string, host = "localhost") => app.inject({ url, headers: { host } });
const send = (method: "POST" | "PUT", url: string, body?: object) =>
  app.inject({ method, url, headers: { host: "localhost" }, ...(body ? { payload: body } : {}) });
/** A live token waits in real time; its own time is the test's. */
const press = async (body?: object) => {
  const timer = setInterval(() => (wall += 0.01), 10);
  const reply = await send("POST", `/tokens/${SEED.serial}/press`, body);
  clearInterval(timer);
  return reply;
};

describe("the control API of live tokens", () => {
  it("presses a token's button and tells what it shows", async () => {
    const before = await get(`/tokens/${SEED.serial}`);
    expect(before.json()).toMatchObject({ serial: SEED.serial, code: null, display: "" });
    const pressed = await press();
    expect(pressed.json()).toMatchObject({ code: codeOf(SEED, NOW), secondsLeft: 30 });
    wall += 40;
    expect((await get(`/tokens/${SEED.serial}`)).json()).toMatchObject({ code: null, display: "" });
  });

  it("holds it for the information pages", async () => {
    const held = await press({ button: "BTN1", seconds: 2 });
    expect(held.json<{ display: string }>().display).toMatch(/^SERIAL/);
  });

  it("moves a button down and up", async () => {
    const move = (down: boolean) => send("PUT", `/tokens/${SEED.serial}/buttons/BTN1`, { down });
    expect((await move(true)).statusCode).toBe(204);
    wall += 0.1;
    expect((await get(`/tokens/${SEED.serial}`)).json()).toMatchObject({ code: codeOf(SEED, NOW) });
    await move(false);
  });

  it("lists the tokens and draws their displays", async () => {
    const list = (await get("/tokens")).json<{ serial: string }[]>();
    expect(list.map(({ serial }) => serial)).toEqual([SEED.serial, "87654321"]);
    for (const [format, type] of [
      ["png", "image/png"],
      ["pbm", "image/x-portable-bitmap"],
      ["txt", "text/plain; charset=utf-8"],
    ]) {
      const frame = await get(`/tokens/${SEED.serial}/frame.${format!}`);
      expect([frame.statusCode, frame.headers["content-type"]]).toEqual([200, type]);
    }
  });

  it("serves a page without anything from elsewhere", async () => {
    const page = await get("/");
    expect(page.body).toContain(`data-serial="${SEED.serial}"`);
    expect(page.body).not.toMatch(/https?:\/\//);
    expect((await get("/desk.js")).headers["content-type"]).toMatch(/javascript/);
    expect((await get("/desk.css")).headers["content-type"]).toMatch(/css/);
  });

  it("sends an event at each change of the display", async () => {
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const stream = await fetch(`http://127.0.0.1:${String(port)}/tokens/${SEED.serial}/events`);
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toContain('"display":""');
    await press();
    let text = "";
    while (!text.includes(codeOf(SEED, NOW))) text += (await reader.read()).value ?? "";
    await reader.cancel();
  });

  it("answers no other name than its own", async () => {
    expect((await get("/tokens", "evil.example")).statusCode).toBe(421);
    expect((await get("/tokens", "127.0.0.1:8380")).statusCode).toBe(200);
    expect((await get("/tokens", "[::1]:8380")).statusCode).toBe(200);
  });

  it.each([
    ["an unknown serial", 404, "serial", () => get("/tokens/99999999")],
    ["an unknown page", 404, "path", () => get("/nothing")],
    ["an unknown picture", 404, "format", () => get(`/tokens/${SEED.serial}/frame.gif`)],
    [
      "an unknown button",
      400,
      "button",
      () => send("PUT", `/tokens/${SEED.serial}/buttons/BTN9`, { down: true }),
    ],
    [
      "a press without end",
      400,
      "request",
      () => send("POST", `/tokens/${SEED.serial}/press`, { seconds: 1e9 }),
    ],
    [
      "a button in between",
      400,
      "request",
      () => send("PUT", `/tokens/${SEED.serial}/buttons/BTN1`, { down: 3 }),
    ],
  ])("%s is refused by name", async (_name, status, field, request) => {
    const reply = await request();
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ status, field });
  });
});

describe("addresses", () => {
  it.each([
    ["127.0.0.1:8380", { host: "127.0.0.1", port: 8380 }],
    ["[::1]:0", { host: "::1", port: 0 }],
    ["8380", { host: "127.0.0.1", port: 8380 }],
  ])("%s", (text, address) => {
    expect(parseAddress(text, "--listen")).toEqual(address);
  });

  it("of a server are its own names and loopback's", () => {
    expect(allowedHosts("10.0.0.5")).toContain("10.0.0.5");
    expect(allowedHosts("fe80::1")).toContain("[fe80::1]");
  });
});
