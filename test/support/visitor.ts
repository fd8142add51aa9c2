/** A browser as far as cookies and forms go, without the browser. */
export class Visitor {
  #cookie = "";

  constructor(readonly url: string) {}

  async get(path: string): Promise<string> {
    return (await this.fetch(path)).text();
  }

  async fetch(path: string, options: RequestInit = {}): Promise<Response> {
    const headers = { cookie: this.#cookie, ...(options.headers as object) };
    const reply = await fetch(this.url + path, { ...options, redirect: "manual", headers });
    for (const cookie of reply.headers.getSetCookie()) this.#keep(cookie.split(";")[0]!);
    return reply;
  }

  /** Sends a form with the token of the page at a path; what is given replaces what it holds. */
  async send(
    path: string,
    fields: Readonly<Record<string, string>>,
    { from = path, headers = {} }: { from?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const [, formToken = ""] = /name="formToken" value="([^"]+)"/.exec(await this.get(from)) ?? [];
    const body = new URLSearchParams({ formToken, ...fields });
    return this.fetch(path, { method: "POST", body, headers });
  }

  set cookie(text: string) {
    this.#cookie = text;
  }

  get cookie(): string {
    return this.#cookie;
  }

  #keep(pair: string): void {
    const [name] = pair.split("=");
    const others = this.#cookie.split("; ").filter((each) => each && !each.startsWith(`${name!}=`));
    this.#cookie = [...others, pair].join("; ");
  }
}
