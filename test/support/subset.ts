import { type AnyNode, parse, type Program } from "acorn";

type FunctionNode = Extract<AnyNode, { params: unknown }>;

/**
 * What Espruino 2v29 runs of the language, as an allow-list over a bundle's syntax tree. Whatever
 * is not on it is a finding, also where the interpreter would only fail when the code is reached.
 */
const NODES = new Set([
  "Program",
  "ExpressionStatement",
  "VariableDeclaration",
  "VariableDeclarator",
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "BlockStatement",
  "ReturnStatement",
  "ThrowStatement",
  "IfStatement",
  "ForStatement",
  "Identifier",
  "Literal",
  "CallExpression",
  "NewExpression",
  "MemberExpression",
  "AssignmentExpression",
  "UpdateExpression",
  "BinaryExpression",
  "LogicalExpression",
  "UnaryExpression",
  "ConditionalExpression",
  "SequenceExpression",
  "ObjectExpression",
  "Property",
  "ArrayExpression",
]);

const OPERATORS = new Set(
  "= += -= + - * / % & | ^ >> >>> << ! ~ && || == === != !== < > <= >= ++ -- typeof void".split(
    " ",
  ),
);

/** The globals a board has, of those the device program may use. */
const GLOBALS = new Set(
  "B6 B7 Bangle Bluetooth BTN1 D21 D22 DataView E global Graphics I2C1 Math Pixl String USB Uint8Array atob clearTimeout g getTime process require setTimeout setWatch undefined".split(
    " ",
  ),
);

/** Members of builtins that the boards have; a bundle's own property names come on top. */
const MEMBERS = new Set(
  `BOARD SHA1 SHA256 SHA512 bind buffer byteOffset createArrayBuffer env ceil charCodeAt clear clearRect drawString fillRect flip floor
  CRC32 fromCharCode g getBattery getConsole getInt32 getUint32 length lockConsole NRF read readArrayBuffer set setBgColor setColor setConsole setOptions setup setFontCustom setLCDPower setPassword
  setUint32 sleep slice state toString toUpperCase warifu writeTo`.split(/\s+/),
);

const LOOPS = new Set(["ForStatement"]);

/** What in a bundle the boards' interpreter cannot run, or would run differently. */
export function outsideSubset(source: string): string[] {
  const findings: string[] = [];
  // eslint-disable-next-line no-control-regex
  if (/[^\x00-\x7f]/.test(source)) findings.push("a character outside ASCII");
  const program = parse(source, { ecmaVersion: 2022 });
  const own = new Set<string>();
  const declared = new Set<string>();
  walk(program, [], (node) => {
    if (node.type === "Property" && node.key.type === "Identifier") own.add(node.key.name);
    for (const name of declaredNames(node)) declared.add(name);
  });
  walk(program, [], (node, parents) => {
    const at = `${node.type} at ${String(node.start)}`;
    if (!NODES.has(node.type)) findings.push(at);
    if ("operator" in node && !OPERATORS.has(node.operator))
      findings.push(`${node.operator}, ${at}`);
    findings.push(...memberFindings(node, own), ...functionFindings(node, parents));
    if (isReference(node, parents) && !declared.has(node.name) && !GLOBALS.has(node.name)) {
      findings.push(`the global ${node.name}, ${at}`);
    }
    if (node.type === "Literal" && "regex" in node) findings.push(`a regular expression, ${at}`);
    if (node.type === "ReturnStatement" && node.argument) {
      const between = source.slice(node.start, node.argument.start);
      if (between.includes("\n")) findings.push(`a line break after return, ${at}`);
    }
  });
  return [...findings, ...usedTooEarly(program)];
}

function memberFindings(node: AnyNode, own: ReadonlySet<string>): string[] {
  if (node.type === "Property" && (node.computed || node.shorthand || node.kind !== "init")) {
    return [`a property that is not plain, at ${String(node.start)}`];
  }
  if (node.type !== "MemberExpression" || node.computed) return [];
  const { property } = node;
  if (property.type !== "Identifier" || own.has(property.name) || MEMBERS.has(property.name)) {
    return [];
  }
  return [`the member ${property.name}, at ${String(node.start)}`];
}

/** Parameters must be plain names; a closure made in a loop would share the loop's variable. */
function functionFindings(node: AnyNode, parents: readonly AnyNode[]): string[] {
  if (!isFunction(node)) return [];
  const findings: string[] = [];
  if (node.async || node.generator) findings.push(`async or generator, at ${String(node.start)}`);
  if (node.params.some((parameter) => parameter.type !== "Identifier")) {
    findings.push(`a parameter that is not a plain name, at ${String(node.start)}`);
  }
  const enclosing = parents.findLastIndex(isFunction);
  if (parents.slice(enclosing + 1).some(({ type }) => LOOPS.has(type))) {
    findings.push(`a closure made in a loop, at ${String(node.start)}`);
  }
  return findings;
}

/** Nothing is hoisted: what runs while the image loads must stand below what it uses. */
function usedTooEarly(program: Program): string[] {
  // The statements before it lock the console and check the image.
  const statement = program.body.at(-1);
  const wrapper = statement?.type === "ExpressionStatement" ? statement.expression : undefined;
  if (wrapper?.type !== "CallExpression" || wrapper.callee.type !== "ArrowFunctionExpression") {
    return ["the bundle is not one function called at once"];
  }
  const { body } = wrapper.callee;
  if (body.type !== "BlockStatement") return ["the bundle's function has no block"];
  const names = new Set(body.body.flatMap((node) => (isFunction(node) ? [node.id.name] : [])));
  walk(body, [], (node, parents) => {
    if (!parents.some(isFunction)) for (const name of declaredNames(node)) names.add(name);
  });
  const findings: string[] = [];
  for (const node of body.body) {
    if (isFunction(node)) names.delete(node.id.name);
    walk(node, [], (inner, parents) => {
      const runsNow = !parents.some(isFunction) && !isFunction(inner);
      if (inner.type === "VariableDeclarator" && runsNow) {
        for (const name of declaredNames(inner)) names.delete(name);
      } else if (runsNow && isReference(inner, parents) && names.has(inner.name)) {
        findings.push(`${inner.name} is used before it is there, at ${String(inner.start)}`);
      }
      if (isFunction(inner) && inner !== node && inner.type === "FunctionDeclaration") {
        findings.push(`a function declared inside another, at ${String(inner.start)}`);
      }
    });
  }
  return findings;
}

function declaredNames(node: AnyNode): string[] {
  if (node.type === "VariableDeclarator")
    return node.id.type === "Identifier" ? [node.id.name] : [];
  if (!isFunction(node)) return [];
  const parameters = node.params.flatMap((p) => (p.type === "Identifier" ? [p.name] : []));
  return node.id ? [node.id.name, ...parameters] : parameters;
}

function isReference(
  node: AnyNode,
  parents: readonly AnyNode[],
): node is Extract<AnyNode, { type: "Identifier" }> {
  if (node.type !== "Identifier") return false;
  const parent = parents.at(-1);
  if (parent?.type === "MemberExpression") return parent.object === node || parent.computed;
  if (parent?.type === "Property") return parent.value === node;
  if (parent?.type === "VariableDeclarator") return parent.init === node;
  return !(parent && isFunction(parent)) || parent.body === node;
}

function isFunction(node: AnyNode): node is FunctionNode {
  return /^(?:Arrow)?Function/.test(node.type);
}

function walk(
  node: AnyNode,
  parents: readonly AnyNode[],
  visit: (node: AnyNode, parents: readonly AnyNode[]) => void,
): void {
  visit(node, parents);
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof child === "object" && child !== null && "type" in child) {
        walk(child as AnyNode, [...parents, node], visit);
      }
    }
  }
}
