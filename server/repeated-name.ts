/**
 * A name that an object in a JSON text has twice: who reads the text may take the first or the last
 * (RFC 8259 section 4), so that two programs understand two things.
 * @param json a text that is JSON
 */
export function repeatedName(json: string): string | undefined {
  /** The names of the objects that are open; arrays have none. */
  const open: (Set<string> | undefined)[] = [];
  let text = "";
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case '"': {
        const end = endOfText(json, at);
        text = json.slice(at, end + 1);
        at = end;
        break;
      }
      case "{":
        open.push(new Set());
        break;
      case "[":
        open.push(undefined);
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case ":": {
        const name = JSON.parse(text) as string;
        const names = open.at(-1)!;
        if (names.has(name)) return name;
        names.add(name);
      }
    }
  }
  return undefined;
}

/** Where a text ends that begins at a quotation mark: at the next that is not escaped. */
function endOfText(json: string, begin: number): number {
  for (let end = json.indexOf('"', begin + 1); ; end = json.indexOf('"', end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return end;
  }
}
