import { randomBytes, timingSafeEqual } from "node:crypto";
import cookie from "@fastify/cookie";
import formbody from "@fastify/formbody";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { VNode } from "preact";
import { render } from "preact-render-to-string";
import { TooSoon } from "../attempts.js";
import { Overloaded } from "../batcher.js";
import type { BankService } from "../bank-service.js";
import type { Book, Session, Staff } from "../core/book.js";
import type { Caller } from "../core/caller.js";
import { barOf } from "../core/login.js";
import { mustRegister } from "../core/register.js";
import type { Rules } from "../core/rules.js";
import type { User } from "../core/user.js";
import type { Clerk } from "../clerk.js";
import { Problem } from "../http/problem.js";
import type { Traffic } from "../http/traffic.js";
import { formToken, type Sessions } from "../sessions.js";
import { type Store, StoreUnavailable } from "../store/store.js";
import type { Visit } from "./layout.js";
import { type Fields, textOf } from "./form-fields.js";
import { MessagePage } from "./parts.js";
import { STYLE } from "./style.js";
import type { Language } from "./language.js";
import type { Message } from "./text.js";

/** What the pages need of the server. */
export interface PortalParts {
  readonly store: Store;
  readonly clerk: Clerk;
  readonly bank: BankService;
  readonly sessions: Sessions;
  readonly traffic: Traffic;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** A logged-in user who asks for a page, with all that is stored about him. */
export interface Seat {
  readonly visit: Visit;
  readonly user: User;
  readonly book: Book;
  readonly rules: Rules;
}

/** A staff member who asks for one of the branch's pages. */
export interface Desk {
  readonly visit: Visit;
  readonly staff: Staff;
  readonly caller: Caller;
}

type PageRequest = FastifyRequest<{ Querystring: Fields }>;

const NOBODY = {
  user: undefined,
  contract: undefined,
  mustRegister: false,
  staff: undefined,
} as const;
/** The page of those who have to register a token before anything else. */
const REGISTRATION = "/registration";
const COOKIE = "warifu";
const LANGUAGE_COOKIE = "language";
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  // With "no-referrer" browsers send "Origin: null" with forms, which #isOwn refuses.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
} as const;

/** The bank's pages: cookies, sessions and forms; the pages themselves are added by their routes. */
export class Portal {
  constructor(
    readonly app: FastifyInstance,
    readonly parts: PortalParts,
  ) {}

  /** Adds fonts, style, cookies, forms, the choice of the language, and the pages for errors. */
  async prepare(): Promise<void> {
    const { app } = this;
    app.addHook("onRequest", (request, _reply, done) => {
      this.parts.traffic.stranger(request.ip);
      done();
    });
    await app.register(cookie);
    await app.register(formbody);
    const fonts = createRequire(import.meta.url).resolve("@fontsource/biz-udpgothic/package.json");
    await app.register(fastifyStatic, {
      root: dirname(fonts),
      prefix: "/fonts/",
      maxAge: "30d",
      immutable: true,
      index: false,
      allowedPath: (path) => /^\/(?:[47]00\.css|files\/[\w[\]-]+\.woff2?)$/.test(path),
    });
    app.get("/style.css", { schema: { hide: true } }, (_request, reply) =>
      reply.headers({ "cache-control": "max-age=3600" }).type("text/css").send(STYLE),
    );
    app.get<{ Params: { language: string }; Querystring: { to?: string } }>(
      "/language/:language",
      { schema: { hide: true } },
      (request, reply) => {
        const language = request.params.language === "en" ? "en" : "ja";
        const { to = "/" } = request.query;
        const secure = request.protocol === "https";
        const options = { path: "/", sameSite: "lax", httpOnly: true, secure } as const;
        reply.setCookie(LANGUAGE_COOKIE, language, options);
        // Only within this site; browsers take a backslash for a slash, and leave out control characters.
        return reply.redirect(/^\/(?![/\\])[!-~]*$/.test(to) ? to : "/", 303);
      },
    );
    // A browser, which asks for HTML, gets a page; everything else the error as the API tells it.
    app.setNotFoundHandler(async (request, reply) => {
      if (!request.headers.accept?.includes("text/html")) throw new Problem("not_found");
      return this.sendMessage(reply, await this.visit(request, reply), { key: "E-27" }, 404);
    });
    app.setErrorHandler(async (error: Error, request, reply) => this.#fail(error, request, reply));
  }

  /** Adds a page. */
  page(path: string, draw: (request: PageRequest, reply: FastifyReply) => Promise<unknown>): void {
    this.app.get<{ Querystring: Fields }>(path, { schema: { hide: true } }, draw);
  }

  /** Adds a page for users who are logged in. */
  userPage(
    path: string,
    draw: (seat: Seat, reply: FastifyReply, request: PageRequest) => Promise<unknown>,
  ): void {
    this.page(path, async (request, reply) => {
      const seat = await this.#seat(path, request, reply);
      return seat ? draw(seat, reply, request) : reply;
    });
  }

  /** Adds what such a page's form does. */
  userForm(
    path: string,
    act: (seat: Seat, fields: Fields, reply: FastifyReply) => Promise<unknown>,
  ): void {
    this.form(path, async (request, fields, reply) => {
      const seat = await this.#seat(path, request, reply);
      return seat ? act(seat, fields, reply) : reply;
    });
  }

  /** Adds a page for the branch's staff. */
  branchPage(
    path: string,
    draw: (desk: Desk, reply: FastifyReply, request: PageRequest) => Promise<unknown>,
  ): void {
    this.page(path, async (request, reply) => {
      const desk = await this.#desk(request);
      return desk ? draw(desk, reply, request) : reply.redirect("/branch/login", 303);
    });
  }

  /** Adds what such a page's form does. */
  branchForm(
    path: string,
    act: (
      desk: Desk,
      fields: Fields,
      reply: FastifyReply,
      request: FastifyRequest,
    ) => Promise<unknown>,
  ): void {
    this.form(path, async (request, fields, reply) => {
      const desk = await this.#desk(request);
      return desk ? act(desk, fields, reply, request) : reply.redirect("/branch/login", 303);
    });
  }

  /** Redirects from a path that only takes a form: reloads and the other language's link ask for it. */
  leadOn(path: string, to: string): void {
    this.page(path, async (_request, reply) => reply.redirect(to, 303));
  }

  /** Adds what a form does. A form that was not drawn for this visitor is refused. */
  form(
    path: string,
    act: (request: FastifyRequest, fields: Fields, reply: FastifyReply) => Promise<unknown>,
  ): void {
    this.app.post<{ Body: Fields | undefined }>(
      path,
      { schema: { hide: true } },
      async (request, reply) => {
        const fields = request.body ?? {};
        if (!this.#isOwn(request, fields)) {
          return this.sendMessage(reply, await this.visit(request, reply), { key: "E-18" }, 403);
        }
        return act(request, fields, reply);
      },
    );
  }

  /** Who acts, for the audit: "page" is somebody who has not logged in. */
  caller(request: FastifyRequest, actor = "page"): Caller {
    return { actor, source: request.ip, at: this.parts.now() };
  }

  /** The visitor of a page that needs no login. */
  async visit(request: FastifyRequest, reply: FastifyReply): Promise<Visit> {
    const known = (await this.#find(request)) ?? (await this.#desk(request));
    return known?.visit ?? this.#stranger(request, reply);
  }

  /** Sends a page. */
  async send(reply: FastifyReply, page: VNode, status = 200): Promise<FastifyReply> {
    return reply
      .status(status)
      .headers(HEADERS)
      .send(`<!doctype html>${render(page)}`);
  }

  /** Sends a page that only says what is wrong. */
  async sendMessage(
    reply: FastifyReply,
    visit: Visit,
    message: Message,
    status: number,
  ): Promise<FastifyReply> {
    return this.send(reply, MessagePage({ visit, message }), status);
  }

  /** Says that a user may not do this. */
  sendForbidden(reply: FastifyReply, { visit }: Seat): Promise<FastifyReply> {
    return this.sendMessage(reply, visit, { key: "E-13" }, 403);
  }

  /** Says that there is no such contract, user or token. */
  sendUnknown(reply: FastifyReply, { visit }: Desk): Promise<FastifyReply> {
    return this.sendMessage(reply, visit, { key: "E-29" }, 404);
  }

  /** Opens a session: the one before it ends. */
  async open(request: FastifyRequest, reply: FastifyReply, secret: string): Promise<void> {
    const before = this.#secretOf(request);
    if (before !== undefined) await this.parts.sessions.end(before);
    this.#giveSecret(request, reply, secret);
  }

  /** Ends the session. */
  async close(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const secret = this.#secretOf(request);
    if (secret !== undefined) await this.parts.sessions.end(secret);
    reply.clearCookie(COOKIE, { path: "/" });
  }

  /** Gives the visitor's browser a new secret; whoever knew the one before has nothing of it. */
  #giveSecret(request: FastifyRequest, reply: FastifyReply, secret: string): void {
    const secure = request.protocol === "https";
    reply.setCookie(COOKIE, secret, { path: "/", httpOnly: true, sameSite: "strict", secure });
  }

  #secretOf(request: FastifyRequest): string | undefined {
    const secret = request.cookies[COOKIE];
    return secret !== undefined && /^[\w-]{43}$/.test(secret) ? secret : undefined;
  }

  /** A page's user. Without one, or where a token has to be registered first, the answer is a redirection. */
  async #seat(
    path: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Seat | undefined> {
    const seat = await this.#find(request);
    if (seat?.visit.mustRegister === (path === REGISTRATION)) return seat;
    await reply.redirect(!seat ? "/login" : seat.visit.mustRegister ? REGISTRATION : "/", 303);
    return undefined;
  }

  async #find(request: FastifyRequest): Promise<Seat | undefined> {
    const { secret, owner } = (await this.#session(request)) ?? {};
    if (secret === undefined || !owner || !("user" in owner)) return undefined;
    const now = this.parts.now() / 1000;
    const book = await this.parts.store.read({ users: [owner.user] });
    const user = book.user(owner.user);
    if (!user || barOf(book, user, now)) return undefined;
    const rules = this.parts.clerk.rules(this.caller(request, `user:${user.id}`));
    const visit = {
      ...this.#view(request, formToken(secret)),
      user,
      contract: book.contract(user.contract),
      mustRegister: mustRegister(book, user, now),
      staff: undefined,
    };
    return { visit, user, book, rules };
  }

  async #desk(request: FastifyRequest): Promise<Desk | undefined> {
    const { secret, owner } = (await this.#session(request)) ?? {};
    if (secret === undefined || !owner || !("staff" in owner)) return undefined;
    const staff = (await this.parts.store.read({ staff: owner.staff })).staff(owner.staff);
    if (!staff || staff.ended) return undefined;
    const visit = { ...this.#view(request, formToken(secret)), ...NOBODY, staff };
    const caller = this.caller(request, `staff:${staff.id}`);
    return { visit, staff, caller };
  }

  async #session(
    request: FastifyRequest,
  ): Promise<{ readonly secret: string; readonly owner: Session["owner"] } | undefined> {
    const secret = this.#secretOf(request);
    if (secret === undefined) return undefined;
    const session = await this.parts.sessions.find(secret, this.parts.now() / 1000);
    return session && { secret, owner: session.owner };
  }

  #stranger(request: FastifyRequest, reply: FastifyReply): Visit {
    let secret = this.#secretOf(request);
    if (secret === undefined) {
      secret = randomBytes(32).toString("base64url");
      this.#giveSecret(request, reply, secret);
    }
    const view = this.#view(request, formToken(secret));
    return { ...view, ...NOBODY };
  }

  #view(
    request: FastifyRequest,
    token: string,
  ): Pick<Visit, "language" | "now" | "formToken" | "path"> {
    const language: Language = request.cookies[LANGUAGE_COOKIE] === "en" ? "en" : "ja";
    return { language, now: this.parts.now() / 1000, formToken: token, path: request.url };
  }

  /** Whether a form was drawn for this visitor, and sent from this site. */
  #isOwn(request: FastifyRequest, fields: Fields): boolean {
    const secret = this.#secretOf(request);
    const given = Buffer.from(textOf(fields, "formToken"));
    const own = Buffer.from(secret === undefined ? "" : formToken(secret));
    const { origin, host } = request.headers;
    const here = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
    return here && own.length > 0 && given.length === own.length && timingSafeEqual(given, own);
  }

  async #fail(error: Error, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (error instanceof Problem) throw error;
    if (error instanceof TooSoon) {
      const message = { key: "E-16", value: String(error.wait) } as const;
      void reply.header("retry-after", String(error.wait));
      return this.sendMessage(reply, await this.visit(request, reply), message, 429);
    }
    const status =
      error instanceof StoreUnavailable
        ? 503
        : "statusCode" in error
          ? Number(error.statusCode)
          : 500;
    if (status === 503) void reply.header("retry-after", "1");
    if (status >= 500 && !(error instanceof Overloaded)) {
      request.log.error({ error: error.name }, "a page could not be drawn");
    }
    const visit = this.#stranger(request, reply);
    return this.sendMessage(reply, visit, { key: "E-26" }, status);
  }
}
