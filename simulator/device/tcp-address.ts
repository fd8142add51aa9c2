/** The host and the port of `tcp://HOST:PORT`; undefined for any other text. */
export function tcpAddress(text: string): { host: string; port: number } | undefined {
  const [, host, digits] = /^tcp:\/\/([^/:\s]+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  return host !== undefined && port > 0 && port <= 65535 ? { host, port } : undefined;
}
