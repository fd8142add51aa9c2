import { Writable } from "node:stream";

/** Where a server's log goes in a test. */
export class LogLines {
  text = "";
  readonly stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      this.text += chunk.toString();
      done();
    },
  });

  /** The lines' messages, in order. */
  get messages(): string[] {
    return this.lines.map(({ msg }) => String(msg));
  }

  get lines(): Record<string, unknown>[] {
    const lines = this.text.trim().split("\n");
    return this.text === "" ? [] : lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
