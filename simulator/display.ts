import { readFrame } from "./reader.js";
import type { Frame } from "./frame.js";

/** A display as machines are told of it. */
export interface Display {
  /** The six digits, or null where the display shows none. */
  readonly code: string | null;
  /** All that can be read, a line a line; empty in the dark; null where the picture makes no sense. */
  readonly display: string | null;
  /** Seconds the bar gives the code, or null where there is no bar. */
  readonly secondsLeft: number | null;
  readonly imageSha256: string;
}

/** What a display belongs to. */
interface Displaying {
  readonly frame: () => Frame;
  readonly machine: { readonly imageSha256: string };
}

/** Reads a token's display as a person would. */
export function displayOf(token: Displaying): Display {
  const reading = readFrame(token.frame());
  const isCode = reading.kind === "code";
  return {
    code: isCode ? reading.code : null,
    display: readingText(reading),
    secondsLeft: isCode ? reading.secondsLeft : null,
    imageSha256: token.machine.imageSha256,
  };
}

/** All that can be read, a line a line; empty in the dark; null where the picture makes no sense. */
export function readingText(reading: ReturnType<typeof readFrame>): string | null {
  switch (reading.kind) {
    case "code":
      return `${reading.code.slice(0, 3)} ${reading.code.slice(3)}`;
    case "text":
      return reading.lines.filter((line) => line !== "").join("\n");
    case "blank":
      return "";
    case "unreadable":
      return null;
  }
}
