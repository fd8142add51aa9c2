import { Presets, SingleBar } from "cli-progress";

/** A progress bar on standard error, for whoever is watching; nothing where nobody is. */
export class Progress {
  readonly #bar: SingleBar;

  /** @param total in the unit that `add` counts */
  constructor(label: string, total: number) {
    this.#bar = new SingleBar(
      { format: `${label} {bar} {percentage} %`, noTTYOutput: false, stream: process.stderr },
      Presets.shades_classic,
    );
    if (process.stderr.isTTY) this.#bar.start(total, 0);
  }

  add(amount: number): void {
    this.#bar.increment(amount);
  }

  stop(): void {
    this.#bar.stop();
  }
}
