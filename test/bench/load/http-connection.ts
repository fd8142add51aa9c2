import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What a connection answers. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * One HTTP/1.1 connection that is kept alive, one request at a time. No more than these benches need:
 * whatever the sender spends, the server on the other core is kept waiting for.
 */
export class HttpConnection {
  #received = "";
  #settle: ((answer: HttpAnswer) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#take(chunk.toString("latin1"));
    });
    socket.on("error", (error) => this.#fail?.(error));
    socket.on("close", () => this.#fail?.(new Error("the server closed a connection")));
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new HttpConnection(socket);
  }

  /** @param request head and body, ASCII */
  send(request: string): Promise<HttpAnswer> {
    return new Promise((settle, fail) => {
      this.#settle = settle;
      this.#fail = fail;
      if (this.socket.destroyed) fail(new Error("the server has closed the connection"));
      this.socket.write(request, "latin1");
    });
  }

  close(): void {
    this.#fail = undefined;
    this.socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const head = this.#received.indexOf("\r\n\r\n");
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1] ?? NaN);
    if (Number.isNaN(length)) this.#fail?.(new Error("an answer without its length"));
    if (this.#received.length < head + 4 + length) return;
    const answer = {
      status: Number(this.#received.slice(9, 12)),
      body: this.#received.slice(head + 4),
    };
    this.#received = "";
    this.#settle?.(answer);
  }
}

/** The text of a POST of JSON. @param headers whole lines */
export function post(path: string, headers: readonly string[], body: string): string {
  const lines = [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "content-type: application/json",
    `content-length: ${String(body.length)}`,
    ...headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}
