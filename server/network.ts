/**
 * What is counted as one caller: an IPv4 address, and of an IPv6 address the 64 bits that one subscriber
 * has at least (RFC 6177 section 2, RFC 4291 section 2.5.4).
 */
export function networkOf(address: string): string {
  const ipv4 = /^::ffff:([0-9.]+)$/i.exec(address)?.[1]; // RFC 4291 section 2.5.5.2
  if (ipv4 !== undefined) return ipv4;
  if (!address.includes(":")) return address.slice(0, MOST_TEXT);
  const [before = "", after] = address.slice(0, MOST_TEXT).split("::");
  const [head, tail] = [groupsOf(before), groupsOf(after ?? "")];
  const zeros = Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array<string>(after === undefined ? 0 : zeros).fill("0"), ...tail];
  return `${groups.slice(0, 4).join(":")}::/64`;
}

/** Characters of an address; a proxy may tell anything. */
const MOST_TEXT = 64;

function groupsOf(text: string): string[] {
  const groups = text.split(":").filter(Boolean);
  return groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""));
}
