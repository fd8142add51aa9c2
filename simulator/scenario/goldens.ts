import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../firmware/seedfile/input-error.js";
import { decodePng, FRAME_FORMATS } from "../encode-frame.js";
import type { Frame } from "../frame.js";

/** What is said of a picture: the one that was kept, and what is wrong where something is. */
export type Golden =
  { readonly frame: Frame } | { readonly problem: string; readonly frame?: Frame };

/** The pictures kept beside a scenario, each a PNG file by its name. */
export class Goldens {
  readonly #used = new Set<string>();

  /** @param record whether pictures are kept anew rather than compared */
  constructor(
    readonly directory: string,
    readonly record: boolean,
  ) {}

  /**
   * Compares a frame with the picture of a name, or keeps it as that.
   * @throws InputError where the pictures cannot be read or written
   */
  expect(name: string, got: Frame): Golden {
    this.#used.add(`${name}.png`);
    return this.#within(() => this.#compared(name, got));
  }

  /**
   * Pictures that no step has asked for; where pictures are recorded, they go.
   * @throws InputError where there are pictures that cannot be read or removed
   */
  unused(): string[] {
    return this.#within(() => this.#unused());
  }

  #compared(name: string, got: Frame): Golden {
    const path = join(this.directory, `${name}.png`);
    if (this.record) {
      mkdirSync(this.directory, { recursive: true });
      writeFileSync(path, FRAME_FORMATS.png(got));
      return { frame: got };
    }
    if (!existsSync(path)) return { problem: `there is no picture ${name} yet: --record makes it` };
    const frame = decodePng(readFileSync(path));
    if (!frame) return { problem: `the picture ${name} is none of a display's` };
    const same =
      frame.width === got.width &&
      frame.height === got.height &&
      Buffer.compare(frame.bytes, got.bytes) === 0;
    return same ? { frame } : { frame, problem: `the display is not as the picture ${name}` };
  }

  #unused(): string[] {
    if (!existsSync(this.directory)) return [];
    const files = readdirSync(this.directory).filter((file) => file.endsWith(".png"));
    const unused = files.filter((file) => !this.#used.has(file));
    if (!this.record) return unused;
    for (const file of unused) rmSync(join(this.directory, file));
    return [];
  }

  #within<T>(act: () => T): T {
    try {
      return act();
    } catch {
      throw new InputError("--scenario", `the pictures in ${this.directory} cannot be used`);
    }
  }
}
