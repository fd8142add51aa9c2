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
// A long press walks the pages; it must not restart the watch. Touch and its own lock stay out of it.
Bangle.setOptions({ btnLoadTimeout: 0, lockTimeout: 0, backlightTimeout: 0 });
// White on black, whatever theme the watch had.
g.setColor(-1);
g.setBgColor(0);

/** Bangle.js 2: nRF52840, 176x176 pixels, 3 bits, one button. https://www.espruino.com/Bangle.js2 */
export const board: Board = {
  memory: memory,
  counters: counters,
  pen: penOf(g),
  face: {
    first: 6,
    fourth: 100,
    pitch: 25,
    top: 40,
    width: 20,
    height: 58,
    thick: 6,
    barX: 28,
    barY: 122,
    textX: 28,
    titleY: 50,
    lineY: 72,
    nextY: 96,
  },
  flip: () => {
    g.flip();
  },
  power: (on) => {
    Bangle.setLCDPower(on);
  },
  clock: getTime,
  after: after,
  cancel: cancel,
  onButton: (handler) => {
    watchButton(BTN1, handler);
  },
};
