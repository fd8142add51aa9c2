/** A board's Storage: named files of bytes, written whole. https://www.espruino.com/Reference#Storage */
export class Storage {
  readonly #files = new Map<string, Uint8Array>();

  write(name: string, bytes: Uint8Array): void {
    // Not slice(): a Buffer's slice shares its memory.
    this.#files.set(name, new Uint8Array(bytes));
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
    const file = fresh ?? this.#files.get(name);
    if (!file || offset + piece.length > file.length) return false;
    file.set(piece, offset);
    this.#files.set(name, file);
    return true;
  }
}
