import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeOf, NOW, SEED, TestServer, wrongCodeOf } from "../support/server.js";

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start([SEED], ":memory:", true);
});
afterEach(async () => {
  await server.close();
});

const submit = async (form?: Record<string, string>) => {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const payload = form && new URLSearchParams(form).toString();
  return server.app.inject({
    method: "POST",
    url: "/",
    headers,
    ...(payload === undefined ? {} : { payload }),
  });
};

describe("the demonstration's page", () => {
  it("is there in the demonstration only", async () => {
    const page = await server.app.inject({ url: "/" });
    expect(page.body).toContain('<label for="serial">シリアル番号 / Serial number</label>');
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    const bank = await TestServer.start();
    expect((await bank.app.inject({ url: "/" })).statusCode).toBe(404);
    await bank.close();
  });

  it("takes a code with spaces about it, once", async () => {
    const form = { serial: SEED.serial, code: ` ${codeOf(SEED, NOW)} ` };
    expect((await submit(form)).body).toContain("受け付けました");
    expect((await submit(form)).body).toContain("使用済みです");
  });

  it.each([
    ["another code", { serial: SEED.serial, code: wrongCodeOf(SEED, NOW) }, "is not correct"],
    ["full-width digits", { serial: SEED.serial, code: "１２３４５６" }, "half-width digits"],
    ["markup", { serial: '"><script>', code: "<b>" }, "half-width digits"],
    ["nothing", {}, "half-width digits"],
  ])("answers %s", async (_name, form, text) => {
    const { body } = await submit(form);
    expect(body).toContain(text);
    expect(body).not.toContain("<script>");
  });
});
