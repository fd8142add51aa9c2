import type { DeviceClock } from "./device-clock.js";

interface WatchEvent {
  readonly state: boolean;
  readonly time: number;
  readonly lastTime: number;
}

interface WatchOptions {
  readonly edge: "rising" | "falling" | "both";
  /** Milliseconds a level must last before it counts. */
  readonly debounce: number;
}

interface Pin {
  level: boolean;
  watches: (() => void)[];
}

/** A board's buttons and the watches its program sets on them. */
export class Buttons {
  readonly pins: Readonly<Record<string, object>>;
  /** The watches set so far: what an interpreter's console can see and call. */
  readonly watched: { readonly pin: object; readonly handler: (event: WatchEvent) => void }[] = [];
  readonly #clock: DeviceClock;
  readonly #pins = new Map<object, Pin>();

  constructor(names: readonly string[], clock: DeviceClock) {
    this.#clock = clock;
    this.pins = Object.fromEntries(names.map((name) => [name, { name }]));
    for (const pin of Object.values(this.pins)) {
      this.#pins.set(pin, { level: false, watches: [] });
    }
  }

  /** Moves a button; a level that lasts shorter than a watch's debounce time is not seen by it. */
  set(name: string, down: boolean): void {
    const pin = this.#pins.get(this.pins[name] ?? {});
    if (!pin) throw new RangeError(`this board has no button ${name}`);
    if (pin.level === down) return;
    pin.level = down;
    for (const changed of pin.watches) changed();
  }

  /** Espruino's `setWatch`. https://www.espruino.com/Reference#l__global_setWatch */
  readonly watch = (
    handler: (event: WatchEvent) => void,
    target: object,
    { edge, debounce }: WatchOptions,
  ): number => {
    const pin = this.#pins.get(target);
    if (!pin) throw new RangeError("setWatch needs a pin");
    this.watched.push({ pin: target, handler });
    let seen = pin.level;
    let lastTime = 0;
    let pending = 0;
    const settle = (): void => {
      if (pin.level === seen) return;
      seen = pin.level;
      const event = { state: seen, time: this.#clock.now, lastTime };
      lastTime = event.time;
      if (edge === "both" || (edge === "rising") === seen) handler(event);
    };
    return pin.watches.push(() => {
      this.#clock.cancel(pending);
      pending = this.#clock.after(debounce / 1000, settle);
    });
  };
}
