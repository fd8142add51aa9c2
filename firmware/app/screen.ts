import { SHA1 } from "../otp/hash.js";
import { PERIOD } from "../otp/totp.js";
import { civilDate, civilTime } from "./calendar.js";
import { BATTERY, CODE, EXPIRY, IMAGE, SERIAL, type State, TIME } from "./state.js";
import type { Token } from "./token.js";

/** What the display shows: a code with the time it has left, or a title over one or two lines. */
export interface Screen {
  /** Six digits, or empty where lines are shown. */
  readonly code: string;
  /** Seconds left of the code's minute, 60 to 1. */
  readonly left: number;
  readonly title: string;
  readonly first: string;
  readonly second: string;
  /** Whether the picture changes with each second. */
  readonly live: boolean;
}

const JST = 32400; // nine hours: Japan Standard Time, no summer time

/** The picture of a lit state. */
export function screenOf(state: State): Screen {
  const record = state.token!.record;
  if (state.page === CODE) {
    if (state.word) return lines("", state.word, "", false);
    const left = PERIOD - (Math.floor(state.time) % PERIOD);
    return { code: state.code, left: left, title: "", first: "", second: "", live: true };
  }
  if (state.page === TIME) {
    return lines("TIME (UTC)", civilDate(state.time), civilTime(state.time, true), true);
  }
  if (state.page === BATTERY) {
    const percent = state.token!.memory.battery();
    return lines("BATTERY", percent === undefined ? "-" : percent.toString() + "%", "", false);
  }
  if (state.page === IMAGE) return lines("IMAGE SHA-1", imageHash(state.token!), "", false);
  if (!record) return lines(state.page === SERIAL ? "SERIAL" : "EXPIRES (JST)", "-", "", false);
  if (state.page === EXPIRY) {
    const expiry = record.expiry + JST;
    if (record.expiry === 0) return lines("EXPIRES (JST)", "NEVER", "", false);
    return lines("EXPIRES (JST)", civilDate(expiry), civilTime(expiry, false), false);
  }
  // In groups of four, to be read out over a telephone.
  const s = record.serial;
  return lines("SERIAL", s.slice(0, 4) + " " + s.slice(4, 8), s.slice(8), false);
}

function lines(title: string, first: string, second: string, live: boolean): Screen {
  return { code: "", left: 0, title: title, first: first, second: second, live: live };
}

/** The first eight hex digits of the native SHA-1 over the stored image, computed now. */
function imageHash(token: Token): string {
  const image = token.memory.image();
  const sha1 = token.memory.hash(SHA1);
  if (!image || !sha1) return "-";
  const digest = sha1.digest(image);
  let hex = "";
  for (let i = 0; i < 4; i++) hex += (256 + digest[i]!).toString(16).slice(1);
  return hex.toUpperCase();
}
