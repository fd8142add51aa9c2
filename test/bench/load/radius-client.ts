import { createHash, randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const ACCESS_REQUEST = 1; // RFC 2865 section 4.1
const ACCESS_ACCEPT = 2; // RFC 2865 section 4.2
const ACCESS_REJECT = 3; // RFC 2865 section 4.3
const USER_NAME = 1; // RFC 2865 section 5.1
const USER_PASSWORD = 2; // RFC 2865 section 5.2
const TIMEOUT = 10_000; // milliseconds

interface Waiting {
  readonly settle: (accepted: boolean) => void;
  readonly fail: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A RADIUS client (RFC 2865) for passwords of up to 16 bytes. */
export class RadiusClient {
  #next = 0;
  readonly #waiting = new Map<number, Waiting>();

  private constructor(
    readonly socket: Socket,
    readonly secret: string,
  ) {
    socket.on("message", (packet) => {
      this.#take(packet);
    });
  }

  static async open(port: number, secret: string): Promise<RadiusClient> {
    const socket = createSocket("udp4");
    socket.connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new RadiusClient(socket, secret);
  }

  /** @returns whether the user was let in; fewer than 256 may be under way at a time */
  send(user: string, password: string): Promise<boolean> {
    while (this.#waiting.has(this.#next)) this.#next = (this.#next + 1) % 256;
    const id = this.#next;
    this.#next = (this.#next + 1) % 256;
    return new Promise((settle, fail) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        fail(new Error("no answer from the RADIUS server"));
      }, TIMEOUT);
      this.#waiting.set(id, { settle, fail, timer });
      this.socket.send(this.#request(id, user, password));
    });
  }

  close(): void {
    this.socket.close();
  }

  #request(id: number, user: string, password: string): Buffer {
    const authenticator = randomBytes(16);
    // RFC 2865 section 5.2: the padded password, covered by a hash of the secret.
    const cover = createHash("md5").update(this.secret).update(authenticator).digest();
    const padded = Buffer.alloc(16);
    padded.write(password, "latin1");
    const hidden = padded.map((byte, index) => byte ^ cover[index]!);
    const length = 20 + 2 + user.length + 2 + 16;
    const head = Buffer.from([ACCESS_REQUEST, id, length >> 8, length & 255]);
    const name = [Buffer.from([USER_NAME, 2 + user.length]), Buffer.from(user, "latin1")];
    return Buffer.concat([head, authenticator, ...name, Buffer.from([USER_PASSWORD, 18]), hidden]);
  }

  #take(packet: Buffer): void {
    const waiting = this.#waiting.get(packet[1]!);
    if (!waiting) return;
    this.#waiting.delete(packet[1]!);
    clearTimeout(waiting.timer);
    const code = packet[0]!;
    if (code === ACCESS_ACCEPT || code === ACCESS_REJECT) waiting.settle(code === ACCESS_ACCEPT);
    else waiting.fail(new Error(`a RADIUS answer of code ${String(code)}`));
  }
}
