import { tcpAddress } from "../../simulator/device/tcp-address.js";
import { InputError } from "../seedfile/input-error.js";

/** @throws InputError for anything but `tcp://HOST:PORT` and the name of a serial device */
export function checkPort(port: string): void {
  if (tcpAddress(port) || /^(?:\/dev\/\S+|COM\d+)$/.test(port)) return;
  throw new InputError("--port", "must be tcp://HOST:PORT or a serial device");
}

/** @throws InputError for what is no port, and where two tokens would go onto one board */
export function checkPorts(ports: readonly string[]): void {
  ports.forEach(checkPort);
  if (new Set(ports).size < ports.length) throw new InputError("--port", "names one port twice");
}

/** @throws InputError for anything but a rate that serial lines have */
export function parseBaud(text: string): number {
  if (/^[1-9]\d{2,6}$/.test(text)) return Number(text);
  throw new InputError("--baud", "must be bits a second, as 9600 or 115200");
}
