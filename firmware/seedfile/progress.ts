import { MultiBar, Presets, SingleBar } from "cli-progress";

const OPTIONS = { noTTYOutput: false, stream: process.stderr };

/** A progress bar on standard error, for whoever is watching; nothing where nobody is. */
export class Progress {
  readonly #bar: SingleBar;

  /** @param total in the unit that `add` counts */
  constructor(label: string, total: number) {
    const format = `${label} {bar} {percentage} %`;
    this.#bar = new SingleBar({ ...OPTIONS, format }, Presets.shades_classic);
    if (process.stderr.isTTY) this.#bar.start(total, 0);
  }

  add(amount: number): void {
    this.#bar.increment(amount);
  }

  /** @param amount all that is done so far */
  update(amount: number): void {
    this.#bar.update(amount);
  }

  stop(): void {
    this.#bar.stop();
  }
}

/** A bar for each of several things that are done side by side, step by step. */
export class ProgressBars {
  readonly #bars = new Map<string, SingleBar>();
  readonly #multi: MultiBar | undefined;

  constructor(names: readonly string[], steps: number) {
    if (!process.stderr.isTTY) return;
    const format = "{name} {bar} {step}";
    this.#multi = new MultiBar({ ...OPTIONS, format }, Presets.shades_classic);
    for (const name of names) {
      this.#bars.set(name, this.#multi.create(steps, 0, { name, step: "" }));
    }
  }

  /** A thing begins its next step. */
  step(name: string, step: string): void {
    this.#bars.get(name)?.increment(1, { step });
  }

  stop(): void {
    this.#multi?.stop();
  }
}
