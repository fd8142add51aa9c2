import { InputError } from "../seedfile/input-error.js";

/** @throws InputError for anything but `tcp://HOST:PORT` and the name of a serial device */
export function checkPort(port: string): void {
  if (/^(?:tcp:\/\/[^/:\s]+:\d{1,5}|\/dev\/\S+|COM\d+)$/.test(port)) return;
  throw new InputError("--port", "must be tcp://HOST:PORT or a serial device");
}
