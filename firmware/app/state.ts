import { trimmedTime } from "../otp/record.js";
import { stepAt } from "../otp/totp.js";
import type { Token } from "./token.js";

/** The pages, in the order a long press walks them. */
export const DARK = -1;
export const CODE = 0;
export const SERIAL = 1;
export const EXPIRY = 2;
export const TIME = 3;
export const BATTERY = 4;
export const IMAGE = 5;

export interface State {
  readonly page: number;
  /** Absent in the dark. */
  readonly token: Token | undefined;
  /** Trimmed Unix seconds at the last event. */
  readonly time: number;
  /** The word shown in place of a code; empty where the code is shown. */
  readonly word: string;
  /** The step `code` belongs to. */
  readonly step: number;
  readonly code: string;
}

export const dark: State = {
  page: DARK,
  token: undefined,
  time: 0,
  word: "",
  step: -1,
  code: "",
};

/** A button pressed: wakes the display, or leads from one information page to the next. */
export function press(state: State, token: Token, clock: number): State {
  const walking = state.page > CODE && state.page < IMAGE;
  return at(state, walking ? state.page + 1 : CODE, token, clock);
}

/** The button still held: one page further, and no further than the last, so a stuck button rests. */
export function hold(state: State, clock: number): State {
  return at(state, state.page < IMAGE ? state.page + 1 : IMAGE, state.token!, clock);
}

/** A second has passed on the lit display. */
export function tick(state: State, clock: number): State {
  return at(state, state.page, state.token!, clock);
}

function at(state: State, page: number, token: Token, clock: number): State {
  const record = token.record;
  const time = record ? trimmedTime(record, clock) : clock;
  let word = token.fault;
  if (record && !word) {
    if (clock < record.start) word = "CLOCK LOST";
    else if (record.expiry !== 0 && time >= record.expiry) word = "EXPIRED";
  }
  const step = stepAt(time);
  // A code is computed once a minute, and never where a word stands in its place.
  let code = "";
  if (!word) code = step === state.step ? state.code : token.code(step);
  return {
    page: page,
    token: token,
    time: time,
    word: word,
    step: word ? -1 : step,
    code: code,
  };
}
