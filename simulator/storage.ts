/** A board's Storage: named files of bytes, written whole. https://www.espruino.com/Reference#Storage */
export class Storage {
  /** A file's bytes are never changed, but others put in their place: boards may share them. */
  readonly #files: Map<string, Uint8Array>;

  /** @param files what it holds at first, not to be changed by whoever gives it */
  constructor(files: Readonly<Record<string, Uint8Array>> = {}) {
    this.#files = new Map(Object.entries(files));
  }

  write(name: string, bytes: Uint8Array): void {
    // Not slice(): a Buffer's slice shares its memory.
    this.#files.set(name, new Uint8Array(bytes));
  }

  /** A file itself, not a copy: not to be changed. */
  file(name: string): Uint8Array | undefined {
    return this.#files.get(name);
  }

  /** Every file, in the order they were first written. */
  get names(): string[] {
    return [...this.#files.keys()];
  }

  /**
   * A cell of the flash loses or gains its charge.
   * @param bit from 0, the highest bit of the first byte
   * @throws RangeError where there is no such file or bit
   */
  flipBit(name: string, bit: number): void {
    const bytes = this.bytes(name);
    const byte = bytes?.[bit >> 3];
    if (!bytes || byte === undefined) {
      throw new RangeError(`${name} has no bit ${String(bit)}`);
    }
    bytes[bit >> 3] = byte ^ (0x80 >> (bit & 7));
    this.#files.set(name, bytes);
  }

  /** A write that broke off: the first bytes are the new ones, the rest of its room is erased flash. */
  tear(name: string, bytes: Uint8Array, written: number): void {
    const torn = new Uint8Array(bytes.length).fill(0xff);
    torn.set(bytes.subarray(0, written));
    this.#files.set(name, torn);
  }

  erase(name: string): void {
    this.#files.delete(name);
  }

  /** A copy of a file, or undefined where there is none. */
  bytes(name: string): Uint8Array | undefined {
    const file = this.#files.get(name);
    return file && new Uint8Array(file);
  }

  /** What `require("Storage")` gives the program and the console. */
  module(): object {
    return {
      readArrayBuffer: (name: string) => this.bytes(name)?.buffer,
      read: (name: string) => {
        const file = this.bytes(name);
        return file && Buffer.from(file).toString("latin1");
      },
      erase: (name: string) => {
        this.erase(name);
      },
      compact: () => undefined,
      write: (name: string, text: string, offset = 0, size?: number) =>
        this.#writePart(name, Buffer.from(text, "latin1"), offset, size),
    };
  }

  /** Writes a file piece by piece: the first piece says how large it will be. */
  #writePart(name: string, piece: Uint8Array, offset: number, size: number | undefined): boolean {
    const fresh = offset === 0 ? new Uint8Array(size ?? piece.length).fill(0xff) : undefined;
    const file = fresh ?? this.bytes(name);
    if (!file || offset + piece.length > file.length) return false;
    file.set(piece, offset);
    this.#files.set(name, file);
    return true;
  }
}
