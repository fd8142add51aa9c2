import { connect, type Socket } from "node:net";

/** A connection in a test's hands: what is sent, and all that comes back. */
export class RawConnection {
  received = "";
  readonly socket: Socket;
  readonly #closed: Promise<void>;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect({ host: hostname, port: Number(port) });
    this.socket.setEncoding("latin1").on("data", (text: string) => (this.received += text));
    this.socket.on("error", () => undefined);
    this.#closed = new Promise((resolve) =>
      this.socket.once("close", () => {
        resolve();
      }),
    );
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  /** Waits until the other side has closed it. */
  async closed(): Promise<string> {
    await this.#closed;
    return this.received;
  }

  /** Waits until so many answers have come. */
  async answered(count = 1): Promise<string> {
    while ((this.received.match(/HTTP\/1\.1 \d/g) ?? []).length < count) {
      if (this.socket.closed) throw new Error(`closed: ${this.received}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return this.received;
  }
}
