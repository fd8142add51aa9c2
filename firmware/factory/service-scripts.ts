import { IMAGE_FILE } from "../../simulator/machine.js";
import { CHECK_LENGTH, HEADER_LENGTH, RECORD_FILE } from "../otp/record.js";
import { RESTART } from "./board-scripts.js";
import { reportScript } from "./espruino-tools.js";

const STORAGE = 'var bench=require("Storage");';

/** What a token says of itself at the service bench. */
export interface Status {
  /** The record up to its seed, in Base64: empty where there is none. */
  readonly header: string;
  /** Of the stored image, in Base64. */
  readonly imageSha1: string;
  /** Unix seconds. */
  readonly time: number;
  /** Percent; absent on a board without a battery. */
  readonly battery?: number;
  readonly counters?: { readonly presses: number; readonly codes: number };
}

/** Reports {@link Status}. */
export function statusScript(): string {
  const fields = [
    `header:btoa((bench.read("${RECORD_FILE}")||"").substr(0,${String(HEADER_LENGTH)}))`,
    `imageSha1:btoa(require("crypto").SHA1(bench.read("${IMAGE_FILE}")||""))`,
    "time:getTime()",
    "battery:E.getBattery?E.getBattery():undefined",
    "counters:global.warifu",
  ];
  return `${STORAGE}\n${reportScript(`{${fields.join(",")}}`)}\n`;
}

/** Whether the record was written, and the clock, Unix seconds. */
export interface ClockSet {
  readonly whole: boolean;
  readonly time: number;
}

/**
 * Writes start and trim into the record on the board, so that the seed stays there; then moves the clock
 * by so many seconds and starts the token, which locks it. That is done in one line: a cable that is cut
 * does all of it or nothing. Reports {@link ClockSet}.
 */
export function clockScript(seconds: number, start: number, trim: number): string {
  const [high, low] = [Math.floor(start / 2 ** 32), start % 2 ** 32];
  return [
    STORAGE,
    `var text=bench.read("${RECORD_FILE}"),i,end=text.length-${String(CHECK_LENGTH)};`,
    "var bytes=new Uint8Array(text.length),view=new DataView(bytes.buffer);",
    "for(i=0;i<bytes.length;i++)bytes[i]=text.charCodeAt(i);",
    `view.setUint32(8,${String(high)});view.setUint32(12,${String(low)});`,
    `view.setInt32(24,${String(trim)});`,
    'var sum=new Uint8Array(require("crypto").SHA1(new Uint8Array(bytes.buffer,0,end)));',
    `for(i=0;i<${String(CHECK_LENGTH)};i++)bytes[end+i]=sum[i];`,
    'text="";for(i=0;i<bytes.length;i++)text+=String.fromCharCode(bytes[i]);',
    `bench.write("${RECORD_FILE}",text);setTime(getTime()+${String(seconds)});` +
      reportScript(`{whole:bench.read("${RECORD_FILE}")==text,time:getTime()}`) +
      RESTART,
    "",
  ].join("\n");
}
