/**
 * The builtins an Espruino 2v29 board really has, as far as the device program uses them.
 * Together with `noLib` this makes the compiler refuse Map, Symbol, Number.isInteger and every
 * other builtin of a browser or of Node that the board lacks.
 * Source: https://www.espruino.com/Reference and runs of the interpreter.
 */

interface Array<T> {
  readonly length: number;
  [index: number]: T;
  push(...items: T[]): number;
  join(separator?: string): string;
}
interface ReadonlyArray<T> {
  readonly length: number;
  readonly [index: number]: T;
  join(separator?: string): string;
}
interface Boolean {
  valueOf(): boolean;
}
interface CallableFunction {
  readonly length: number;
  bind<S, A, R>(this: (this: S, a: A) => R, self: S, a: A): () => R;
  bind<S, A, R>(this: (this: S, a: A) => R, self: S): (a: A) => R;
  bind<S, A, B, R>(this: (this: S, a: A, b: B) => R, self: S, a: A): (b: B) => R;
}
interface Function {
  readonly length: number;
}
interface IArguments {
  readonly length: number;
}
interface NewableFunction {
  readonly length: number;
}
interface Number {
  toString(radix?: number): string;
}
interface Object {
  toString(): string;
}
interface RegExp {
  test(text: string): boolean;
}
interface String {
  readonly length: number;
  charCodeAt(index: number): number;
  slice(start: number, end?: number): string;
  toUpperCase(): string;
}
declare const String: { fromCharCode(code: number): string };
declare const Math: { floor(x: number): number; ceil(x: number): number };

interface ArrayLike<T> {
  readonly length: number;
  readonly [index: number]: T;
}
interface ArrayBuffer {
  readonly length: number;
  readonly [index: number]: number;
}
interface Uint8Array {
  readonly length: number;
  readonly buffer: ArrayBuffer;
  readonly byteOffset: number;
  [index: number]: number;
  set(source: ArrayLike<number>, offset?: number): void;
}
declare const Uint8Array: {
  new (length: number): Uint8Array;
  new (buffer: ArrayBuffer, byteOffset?: number, length?: number): Uint8Array;
};
interface DataView {
  getUint8(offset: number): number;
  getInt32(offset: number): number;
  getUint32(offset: number): number;
  setUint32(offset: number, value: number): void;
}
declare const DataView: new (buffer: ArrayBuffer, byteOffset?: number) => DataView;

/** Seconds since 1970-01-01T00:00:00Z with a fraction; 0 at power-on of a board without a battery-backed clock. */
declare function getTime(): number;
declare function setTimeout(handler: () => void, milliseconds: number): number;
declare function clearTimeout(id: number): void;
declare function atob(base64: string): string;

interface Pin {
  readonly pin?: never;
}
declare const BTN1: Pin;
declare const B6: Pin;
declare const B7: Pin;
declare const D21: Pin;
declare const D22: Pin;
declare function setWatch(
  handler: (event: { state: boolean; time: number; lastTime: number }) => void,
  pin: Pin,
  options: { repeat: boolean; edge: "rising" | "falling" | "both"; debounce: number },
): number;

/** Rectangles include both corners. */
interface EspruinoGraphics {
  readonly buffer: ArrayBuffer;
  clear(): void;
  setColor(colour: number): void;
  setBgColor(colour: number): void;
  clearRect(x1: number, y1: number, x2: number, y2: number): void;
  fillRect(x1: number, y1: number, x2: number, y2: number): void;
  /** @param height the height in pixels, plus the scale factor times 256. */
  setFontCustom(bitmap: string, firstChar: number, width: number, height: number): void;
  drawString(text: string, x: number, y: number): void;
  flip(): void;
}
/** The display's Graphics instance. */
declare const g: EspruinoGraphics;
declare const global: {
  g: EspruinoGraphics;
  /** What the device program counts; see board/board.ts. */
  warifu: object;
  /** The radio; boards without one lack it. */
  readonly NRF?: { sleep(): void };
};
declare const Graphics: {
  createArrayBuffer(
    width: number,
    height: number,
    bitsPerPixel: number,
    options: { vertical_byte: boolean; msb: boolean },
  ): EspruinoGraphics;
};
declare const I2C1: {
  setup(options: { scl: Pin; sda: Pin; bitrate: number }): void;
  writeTo(address: number, data: number[] | Uint8Array): void;
};
declare const process: { env: { BOARD: string } };
declare const Bangle: {
  setOptions(options: {
    btnLoadTimeout: number;
    lockTimeout: number;
    backlightTimeout: number;
  }): void;
  setLCDPower(on: boolean): void;
};
declare const Pixl: { setLCDPower(on: boolean): void };
declare const Bluetooth: { setConsole(force: boolean): void };
declare const USB: { setConsole(force: boolean): void };
declare const E: {
  /** The device the console is on, as "Terminal" (the display), "Bluetooth" or "Serial1". */
  getConsole(): string;
  /** Percent, 0 to 100. Boards without a battery lack it. */
  getBattery?(): number;
};

type NativeHash = (message: string | Uint8Array | ArrayBuffer) => ArrayBuffer;
declare function require(module: "crypto"): {
  SHA1?: NativeHash;
  SHA256?: NativeHash;
  SHA512?: NativeHash;
};
declare function require(module: "Storage"): {
  /** The file's bytes, one a character, or undefined where there is no such file. */
  read(name: string): string | undefined;
  readArrayBuffer(name: string): ArrayBuffer | undefined;
};
