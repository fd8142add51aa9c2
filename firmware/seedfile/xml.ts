import { SaxesParser } from "saxes";
import { InputError } from "./input-error.js";
import { NAMESPACES } from "./pskc-names.js";

/** An XML element: namespaces resolved, whitespace around its text removed. */
export interface Element {
  readonly uri: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  text: string;
}

const MAX_DEPTH = 32;
/** Characters of one element's text: far more than a key package needs. */
const MAX_TEXT = 65_536;
/** Characters parsed at a time: after a problem, no more than these are still parsed. */
const SLICE = 1024;

/**
 * Parses XML piece by piece and yields each element of one name, detached from its parent, as soon
 * as it is closed; memory holds one of them at a time. The root, with all other elements that
 * stand before, comes along.
 * @throws InputError for anything not well-formed, a document type, an entity, or nesting without end
 */
export async function* elementsNamed(
  chunks: AsyncIterable<string> | Iterable<string>,
  uri: string,
  name: string,
): AsyncGenerator<{ root: Element; element: Element }> {
  const parser = new SaxesParser({ xmlns: true });
  const open: Element[] = [];
  let root: Element | undefined;
  let closed: Element[] = [];
  // An exception must not pass through the parser: a handler notes the problem, and it is thrown outside.
  let problem: InputError | undefined;
  const fail = (text: string): void => {
    problem ??= new InputError("seed file", text);
  };
  parser.on("error", (error) => {
    fail(`is not well-formed XML: ${error.message}`);
  });
  parser.on("doctype", () => {
    fail("has a document type declaration (DTD), which is refused");
  });
  parser.on("opentag", (tag) => {
    if (open.length >= MAX_DEPTH) fail("is nested too deeply");
    // Attributes of a namespace of their own are none of ours.
    const own = Object.values(tag.attributes).filter((attribute) => attribute.uri === "");
    const attributes = new Map(own.map((attribute) => [attribute.local, attribute.value]));
    const element = { uri: tag.uri, name: tag.local, attributes, children: [], text: "" };
    root ??= element;
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    // The white space between a hundred thousand packages is no text of their container.
    if (!element || (element.text === "" && text.trim() === "")) return;
    if (element.text.length + text.length > MAX_TEXT) fail(`has an endless <${element.name}>`);
    else element.text += text;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const element = open.pop();
    if (!element) return;
    element.text = element.text.trim();
    if (element.uri === uri && element.name === name) {
      open.at(-1)?.children.pop();
      closed.push(element);
    }
  });
  const parse = (act: () => unknown): void => {
    try {
      act();
    } catch (error) {
      // In some places the parser throws a RangeError at a lone surrogate (half a character of UTF-16).
      if (!(error instanceof RangeError)) throw error;
      fail("is not well-formed XML: disallowed character.");
    }
  };
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += SLICE) {
      parse(() => parser.write(chunk.slice(at, at + SLICE)));
      if (problem) throw problem;
    }
    for (const element of closed) yield { root: root!, element };
    closed = [];
  }
  parse(() => parser.close());
  if (problem) throw problem;
  for (const element of closed) yield { root: root!, element };
}

/**
 * The one child of a name, in a namespace that PSKC uses; undefined where there is none.
 * @throws InputError where there are two: which of them counts would be a matter of taste
 */
export function child(parent: Element | undefined, name: string): Element | undefined {
  const found = parent?.children.filter(
    (element) => element.name === name && NAMESPACES.has(element.uri),
  );
  if (found && found.length > 1) throw new InputError(name, `stands twice in ${parent!.name}`);
  return found?.[0];
}

/** Follows a path of names downwards. */
export function descend(parent: Element | undefined, ...names: string[]): Element | undefined {
  return names.reduce(child, parent);
}
