import type { Board } from "./board.js";
import { memory } from "./espruino.js";

// Without a connection Pixl.js prints its console over the display: move it off.
Bluetooth.setConsole(true);

/** Pixl.js: nRF52832, 128x64 pixels, 1 bit, BTN1 at the top left. https://www.espruino.com/Pixl.js */
export const board: Board = {
  memory: memory,
  pen: {
    clear: () => {
      g.clear();
    },
    fill: (x1, y1, x2, y2) => {
      g.fillRect(x1, y1, x2, y2);
    },
    erase: (x1, y1, x2, y2) => {
      g.clearRect(x1, y1, x2, y2);
    },
    font: (bitmap, first, width, height) => {
      g.setFontCustom(bitmap, first, width, height);
    },
    text: (text, x, y) => {
      g.drawString(text, x, y);
    },
  },
  flip: () => {
    g.flip();
  },
  power: (on) => {
    Pixl.setLCDPower(on);
  },
  clock: getTime,
  after: (milliseconds, handler) => setTimeout(handler, milliseconds),
  cancel: (timer) => {
    clearTimeout(timer);
  },
  onButton: (handler) => {
    setWatch(
      (event) => {
        handler(event.state);
      },
      BTN1,
      { repeat: true, edge: "both", debounce: 25 },
    );
  },
};
