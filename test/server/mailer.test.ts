import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Mailer, mailRoute } from "../../server/mailer.js";
import { openSqlite } from "../../server/store/sqlite.js";
import type { Store } from "../../server/store/store.js";

/** A mail server that keeps what it is sent; `refuses` as long as it is told to. */
let smtp: SMTPServer;
let received: string[];
let refuses: boolean;
let store: Store;
let problems: string[];
let mailer: Mailer;

beforeEach(async () => {
  received = [];
  refuses = false;
  problems = [];
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData: (stream, _session, callback) => {
      let text = "";
      stream.on("data", (data: Buffer) => (text += data.toString()));
      stream.on("end", () => {
        if (!refuses) received.push(text);
        callback(refuses ? new Error("not now") : null);
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  const { port } = smtp.server.address() as AddressInfo;
  store = openSqlite(":memory:");
  const route = mailRoute(`smtp://127.0.0.1:${String(port)}`, "bank@example.co.jp", {});
  mailer = new Mailer(store, route!, (problem) => problems.push(problem));
});
afterEach(async () => {
  await mailer.stop();
  await store.close();
  await new Promise<void>((resolve) => {
    smtp.close(resolve);
  });
});

const mail = { to: "ichiro@example.co.jp", subject: "お知らせ", text: "ワンタイムパスワード\n" };
const queue = (fails = false) =>
  store.decide([
    {
      about: {},
      decide: (book) => {
        book.mail(mail);
        if (fails) throw new Error("rule failed");
      },
    },
  ]);

describe("notices by mail", () => {
  it("are sent once, and only of what happened", async () => {
    await queue();
    await queue(true);
    await mailer.send(1000);
    await mailer.send(1_000_000);
    expect(received).toHaveLength(1);
    expect(received[0]).toContain("To: ichiro@example.co.jp");
    expect(received[0]).toContain("From: bank@example.co.jp");
  });

  it("that the server refuses are given up in the end, and the audit says so", async () => {
    await queue();
    smtp.onRcptTo = (_address, _session, callback) => {
      callback(Object.assign(new Error("no such mailbox"), { responseCode: 550 }));
    };
    let now = 1000;
    for (let round = 0; round < 20; round++) await mailer.send((now += 1e9));
    expect(problems).toHaveLength(12);
    const [row] = await store.listAudit({ after: 0, limit: 9 });
    expect(row).toMatchObject({
      event: "mail",
      result: "given_up",
      detail: { problem: "EENVELOPE" },
    });
    expect(JSON.stringify(row)).not.toContain("ichiro");
  });

  it("are not given up where the server says later, or cannot be reached", async () => {
    await queue();
    smtp.onRcptTo = (_address, _session, callback) => {
      callback(Object.assign(new Error("later"), { responseCode: 451 }));
    };
    let now = 1000;
    for (let round = 0; round < 20; round++) await mailer.send((now += 1e9));
    expect(problems).toHaveLength(20);
    smtp.onRcptTo = (_address, _session, callback) => {
      callback();
    };
    await mailer.send(now + 1e9);
    expect(received).toHaveLength(1);
  });

  it("wait while the mail server refuses them, and then go", async () => {
    await queue();
    refuses = true;
    await mailer.send(1000);
    expect(problems).toHaveLength(1);
    refuses = false;
    // Another process may have it still.
    await mailer.send(2000);
    expect(received).toHaveLength(0);
    await mailer.send(100_000);
    expect(received).toHaveLength(1);
  });

  it("are counted: those that wait, and those that were given up", async () => {
    expect(await store.countMails()).toEqual({ waiting: 0, givenUp: 0 });
    await queue();
    await queue();
    const [first] = await store.claimMails(1000, 2000, 1);
    expect(await store.countMails()).toEqual({ waiting: 2, givenUp: 0 });
    const told = { event: "mail", result: "given_up", serial: undefined, detail: {} };
    await store.mailGivenUp(first!.id, { at: 0, actor: "test", source: undefined, ...told });
    expect(await store.countMails()).toEqual({ waiting: 1, givenUp: 1 });
  });

  it("one that cannot be delivered keeps no other from going", async () => {
    await store.decide([
      {
        about: {},
        decide: (book) => {
          book.mail({ ...mail, to: "nobody at all" });
        },
      },
    ]);
    await queue();
    await mailer.send(1000);
    expect(problems).toHaveLength(1);
    expect(received).toHaveLength(1);
    // Tried again a minute later, then after two, and so on.
    await mailer.send(62_000);
    expect(problems).toHaveLength(2);
    await mailer.send(123_000);
    expect(problems).toHaveLength(2);
  });

  it("do not hold up a stop where the mail server is silent, and are not lost", async () => {
    const connected: Socket[] = [];
    const silent = createServer((socket) => connected.push(socket)).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const route = { url: `smtp://127.0.0.1:${String(port)}`, from: "bank@example.co.jp" };
    const waiting = new Mailer(store, route, (problem) => problems.push(problem));
    for (let count = 0; count < 3; count++) await queue();
    vi.useFakeTimers({ toFake: ["setInterval"] });
    waiting.start();
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    await expect.poll(() => connected.length).toBe(1);
    await waiting.stop();
    expect([connected.length, problems.length]).toEqual([1, 1]);
    silent.close();
    await mailer.send(Date.now() + 60_001);
    expect(received).toHaveLength(3);
  });

  it("one that is under way at a stop is sent, and the next one waits", async () => {
    await queue();
    await queue();
    let stopped = Promise.resolve();
    smtp.onRcptTo = (_address, _session, callback) => {
      stopped = mailer.stop();
      callback();
    };
    await mailer.send(1000);
    await stopped;
    expect([received.length, problems]).toEqual([1, []]);
    expect(await store.countMails()).toMatchObject({ waiting: 1 });
  });

  it("start and stop with the server", async () => {
    mailer.start();
    await mailer.stop();
    expect(problems).toEqual([]);
  });
});

describe("the mail server's name", () => {
  const FROM = "warifu@localhost";

  it("comes from the option or the environment", () => {
    const environment = { WARIFU_MAIL: "smtps://u:p@mail.example" };
    expect(mailRoute(undefined, FROM, {})).toBeUndefined();
    expect(mailRoute(undefined, FROM, environment)).toEqual({
      url: environment.WARIFU_MAIL,
      from: FROM,
    });
    expect(mailRoute("smtp://h:25", FROM, environment)).toMatchObject({ url: "smtp://h:25" });
  });

  it.each([
    ["smtp://user:secret@h:25", "--mail: holds a password"],
    ["http://h", "--mail: must be smtp://HOST:PORT"],
    ["mail.example", "--mail: must be smtp://HOST:PORT"],
  ])("%s is refused", (url, problem) => {
    expect(() => mailRoute(url, FROM, {})).toThrow(problem);
  });
});

describe("the sender", () => {
  const route = (from: string) => mailRoute("smtp://h:25", from, {});

  it.each(["warifu@localhost", "bank@example.co.jp", "割符銀行 <bank@example.co.jp>"])(
    "may be %s",
    (from) => {
      expect(route(from)).toMatchObject({ from });
    },
  );

  it.each(["", "bogus", "Bank <bogus>", "a@b.jp, c@d.jp", "a@b.jp\r\nBcc: c"])(
    "%j is refused, whether or not mail is sent",
    (from) => {
      expect(() => route(from)).toThrow("--mail-from: must be a mail address");
      expect(() => mailRoute(undefined, from, {})).toThrow("--mail-from");
    },
  );
});
