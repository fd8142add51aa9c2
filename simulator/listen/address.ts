import { isIP } from "node:net";
import { InputError } from "../../firmware/seedfile/input-error.js";

/**
 * `HOST:PORT`, `[IPv6]:PORT` or a port alone, which means loopback.
 * @throws InputError naming the option
 */
export function parseAddress(text: string, option: string): { host: string; port: number } {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-fA-F:]+)\]:|([^:[\]]+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65535) {
    throw new InputError(option, "must be HOST:PORT, for example 127.0.0.1:8380");
  }
  return { host: bracketed ?? plain ?? "127.0.0.1", port };
}

/** The names a client may use for a server bound to a host: what it is bound to, and loopback's. */
export function allowedHosts(host: string): string[] {
  return ["localhost", "127.0.0.1", "[::1]", isIP(host) === 6 ? `[${host}]` : host];
}
