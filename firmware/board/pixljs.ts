import { smallFace } from "../app/face.js";
import type { Board } from "./board.js";
import {
  after,
  cancel,
  clearDisplayOfConsole,
  counters,
  memory,
  penOf,
  silence,
  watchButton,
} from "./espruino.js";

silence();
clearDisplayOfConsole();

/** Pixl.js: nRF52832, 128x64 pixels, 1 bit, BTN1 at the top left. https://www.espruino.com/Pixl.js */
export const board: Board = {
  memory: memory,
  counters: counters,
  pen: penOf(g),
  face: smallFace,
  flip: () => {
    g.flip();
  },
  power: (on) => {
    Pixl.setLCDPower(on);
  },
  clock: getTime,
  after: after,
  cancel: cancel,
  onButton: (handler) => {
    watchButton(BTN1, handler);
  },
};
