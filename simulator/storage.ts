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
    return this.#files.get(name)?.slice();
  }

  /** What `require("Storage")` gives the program. */
  module(): object {
    return {
      readArrayBuffer: (name: string) => this.bytes(name)?.buffer,
    };
  }
}
