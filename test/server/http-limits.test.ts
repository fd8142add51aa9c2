import { afterEach, describe, expect, it } from "vitest";
import { DEFAULT_POLICY, type TrafficPolicy } from "../../server/core/policy.js";
import { REQUEST_LIMITS, type RequestLimits } from "../../server/http/instance.js";
import { TestBank } from "../support/bank.js";
import { RawConnection } from "../support/socket.js";

let bank: TestBank;
const start = async (limits: Partial<RequestLimits> = {}, traffic: Partial<TrafficPolicy> = {}) => {
  const policy = { ...DEFAULT_POLICY, traffic: { ...DEFAULT_POLICY.traffic, ...traffic } };
  bank = await TestBank.start(1, undefined, { limits, policy });
};
afterEach(() => bank.close());

const GET = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
/** The problem at the end of a raw answer. */
const problemIn = (answer: string): unknown => {
  expect(answer).toMatch(/content-type: application\/problem\+json/i);
  return JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
};

describe("what one request may take", () => {
  it("ends a connection that sends its headers drop by drop (slowloris)", async () => {
    await start({ headersTimeout: 200, look: 20 });
    const slow = new RawConnection(bank.url);
    slow.send("GET /healthz HTTP/1.1\r\nHost: a\r\n");
    const drip = setInterval(() => slow.send("X-Drop: 1\r\n"), 20);
    const answer = await slow.closed();
    clearInterval(drip);
    expect(problemIn(answer)).toMatchObject({ status: 408, code: "request_timeout" });
  });

  it("ends a connection that sends nothing at all", async () => {
    await start({ headersTimeout: 100, look: 20 });
    expect(problemIn(await new RawConnection(bank.url).closed())).toMatchObject({ status: 408 });
  });

  it("ends a connection whose body does not come to its end", async () => {
    await start({ headersTimeout: 100, requestTimeout: 200, look: 20 });
    const slow = new RawConnection(bank.url);
    slow.send("POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n");
    slow.send("Content-Type: application/x-www-form-urlencoded\r\n\r\nid=");
    expect(await slow.closed()).not.toMatch(/HTTP\/1\.1 [23]/);
  });

  it("ends a connection that rests for too long, between requests", async () => {
    await start({ keepAlive: 100 });
    const resting = new RawConnection(bank.url).send(GET);
    expect(await resting.closed()).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it("ends a connection on which no byte goes either way", async () => {
    await start({ idle: 100 });
    const silent = new RawConnection(bank.url).send("GET /healthz HTTP/1.1\r\n");
    expect(await silent.closed()).toBe("");
  });

  it("refuses header fields, and a path, that are too long", async () => {
    await start();
    const long = "a".repeat(REQUEST_LIMITS.headers);
    for (const request of [
      `GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: ${long}\r\n\r\n`,
      `GET /${long} HTTP/1.1\r\nHost: a\r\n\r\n`,
      `GET /healthz HTTP/1.1\r\nHost: a\r\n${"X-Many: 1\r\n".repeat(2000)}\r\n`,
    ]) {
      const answer = await new RawConnection(bank.url).send(request).closed();
      expect(problemIn(answer)).toMatchObject({ status: 431, code: "headers_too_large" });
    }
  });

  it("refuses a body that is too long by its length, before it is sent", async () => {
    await start();
    const connection = new RawConnection(bank.url);
    const length = String(REQUEST_LIMITS.body + 1);
    const type = "Content-Type: application/x-www-form-urlencoded";
    connection.send(
      `POST /login HTTP/1.1\r\nHost: a\r\n${type}\r\nContent-Length: ${length}\r\n\r\n`,
    );
    expect(await connection.answered()).toMatch(/^HTTP\/1\.1 413 /);
    connection.socket.destroy();
  });

  it("answers what is no request, and does not answer it in place of one before", async () => {
    await start();
    const broken = await new RawConnection(bank.url).send("HELLO\r\n\r\n").closed();
    expect(problemIn(broken)).toMatchObject({ status: 400, code: "malformed_request" });
    const both = await new RawConnection(bank.url).send(`${GET}HELLO\r\n\r\n`).closed();
    expect(both).not.toMatch(/^HTTP\/1\.1 400/);
  });
});

describe("connections", () => {
  it("beyond so many of one address are closed, and may come again", async () => {
    await start({}, { connectionsOfAddress: 2 });
    const two = [new RawConnection(bank.url).send(GET), new RawConnection(bank.url).send(GET)];
    for (const each of two) expect(await each.answered()).toMatch(/200 OK/);
    expect(await new RawConnection(bank.url).send(GET).closed()).toBe("");
    two[0]!.socket.destroy();
    for (let answer = ""; answer === "";) {
      const again = new RawConnection(bank.url).send(
        GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"),
      );
      answer = await again.closed();
    }
    two[1]!.socket.destroy();
  });

  it("beyond so many of all are closed", async () => {
    await start({}, { connections: 1, connectionsOfAddress: 0 });
    const one = new RawConnection(bank.url).send(GET);
    expect(await one.answered()).toMatch(/200 OK/);
    expect(await new RawConnection(bank.url).send(GET).closed()).toBe("");
    one.socket.destroy();
  });
});
