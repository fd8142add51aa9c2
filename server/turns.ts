import { Overloaded } from "./batcher.js";

/** Acts under way at once: as many as Node.js has threads, unless it is told otherwise. */
const TOGETHER = 4;
/** Acts of one owner under way at once: fewer, so that there is always room for another's. */
const TOGETHER_OF_ONE = 2;
/** Acts that may wait: about ten seconds' hashing, on a small machine. */
const MOST_WAITING = 100;

interface Line {
  running: number;
  readonly waiting: { readonly start: () => void; readonly refuse: (error: Overloaded) => void }[];
}

/**
 * Has acts that take long made a few at a time. Each owner has a line of his own, and the lines take
 * turns: who asks for much waits behind himself. Where too many wait, the last of the longest line goes.
 */
export class Turns {
  /** The line that had its turn last stands last. */
  readonly #lines = new Map<string, Line>();
  #running = 0;
  #waiting = 0;

  constructor(readonly mostWaiting = MOST_WAITING) {}

  /** @throws Overloaded, or what `act` throws */
  async take<Answer>(owner: string, act: () => Promise<Answer>): Promise<Answer> {
    const line = this.#lines.get(owner) ?? { running: 0, waiting: [] };
    this.#lines.set(owner, line);
    await new Promise<void>((start, refuse) => {
      line.waiting.push({ start, refuse });
      this.#waiting++;
      this.#next();
      if (this.#waiting > this.mostWaiting) this.#refuseOne();
    });
    try {
      return await act();
    } finally {
      line.running--;
      this.#running--;
      this.#next();
      this.#forget(owner, line);
    }
  }

  #next(): void {
    for (const [owner, line] of this.#lines) {
      if (this.#running === TOGETHER) return;
      if (line.running === TOGETHER_OF_ONE) continue;
      const first = line.waiting.shift();
      if (!first) continue;
      this.#waiting--;
      line.running++;
      this.#running++;
      // At the end of the map, it is visited again by this very loop, after the other lines.
      this.#lines.delete(owner);
      this.#lines.set(owner, line);
      first.start();
    }
  }

  #refuseOne(): void {
    const [owner, line] = [...this.#lines].reduce((one, other) =>
      other[1].waiting.length >= one[1].waiting.length ? other : one,
    );
    this.#waiting--;
    line.waiting.pop()!.refuse(new Overloaded());
    this.#forget(owner, line);
  }

  #forget(owner: string, { running, waiting }: Line): void {
    if (running === 0 && waiting.length === 0) this.#lines.delete(owner);
  }
}
