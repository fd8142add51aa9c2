import { board } from "#board";
import { draw } from "./app/draw.js";
import { type Screen, screenOf } from "./app/screen.js";
import { DARK, dark, hold, IMAGE, press, type State, tick } from "./app/state.js";
import { loadToken } from "./app/token.js";

const LIT = 32000; // milliseconds the display stays on after a press
const HOLD = 1500; // milliseconds a button is held for the next information page

let state: State = dark;
let shown: Screen | undefined;
let tickTimer = 0;
let holdTimer = 0;
let offTimer = 0;

function stop(timer: number): number {
  if (timer) board.cancel(timer);
  return 0;
}

function show(next: State): void {
  const wasDark = state.page === DARK;
  const screen = screenOf(next);
  if (next.code && next.step !== state.step) board.counters.codes++;
  state = next;
  draw(board.pen, board.face, screen, shown);
  shown = screen;
  board.flip();
  if (wasDark) board.power(true);
  tickTimer = stop(tickTimer);
  if (screen.live) {
    const toNextSecond = 1 - (next.time - Math.floor(next.time));
    tickTimer = board.after(Math.ceil(toNextSecond * 1000), onTick);
  }
}

function onTick(): void {
  tickTimer = 0;
  show(tick(state, board.clock()));
}

function onHold(): void {
  holdTimer = 0;
  show(hold(state, board.clock()));
  if (state.page < IMAGE) holdTimer = board.after(HOLD, onHold);
}

function goDark(): void {
  offTimer = 0;
  tickTimer = stop(tickTimer);
  holdTimer = stop(holdTimer);
  state = dark;
  shown = undefined;
  // The code does not stay behind in the display's memory.
  board.pen.clear();
  board.flip();
  board.power(false);
}

function onButton(down: boolean): void {
  holdTimer = stop(holdTimer);
  if (!down) return;
  board.counters.presses++;
  show(press(state, state.token || loadToken(board.memory), board.clock()));
  holdTimer = board.after(HOLD, onHold);
  offTimer = stop(offTimer);
  offTimer = board.after(LIT, goDark);
}

goDark();
board.onButton(onButton);
