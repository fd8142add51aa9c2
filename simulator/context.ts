import { createContext, runInContext } from "node:vm";

/** The names of the language that Espruino 2v29 has; every other global of the context is taken away. */
const PRESENT = [
  "Array",
  "ArrayBuffer",
  "Boolean",
  "DataView",
  "Date",
  "Error",
  "Float32Array",
  "Float64Array",
  "Function",
  "Infinity",
  "Int16Array",
  "Int32Array",
  "Int8Array",
  "JSON",
  "Math",
  "NaN",
  "Number",
  "Object",
  "Promise",
  "ReferenceError",
  "RegExp",
  "String",
  "SyntaxError",
  "TypeError",
  "Uint16Array",
  "Uint32Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "decodeURIComponent",
  "encodeURIComponent",
  "eval",
  "globalThis",
  "isFinite",
  "isNaN",
  "parseFloat",
  "parseInt",
  "undefined",
];

/** Members Espruino lacks on the builtins it has: reaching for one must fail here as it does there. */
const ABSENT = [
  "Number.isInteger",
  "Number.isSafeInteger",
  "Array.from",
  "Array.of",
  "Array.prototype.flat",
  "Array.prototype.flatMap",
  "Array.prototype.at",
  "Object.freeze",
  "Object.is",
  "Math.imul",
  "Math.trunc",
  "Math.clz32",
  "Math.log2",
  "Uint8Array.from",
  "Uint8Array.of",
  "Date.UTC",
  "String.prototype.at",
  "String.prototype.codePointAt",
  "String.prototype.normalize",
];

/**
 * A context of the language alone, as the board has it: no Map, no Symbol, no Node, no wall clock
 * and no randomness; `globals` are all that reaches outside.
 */
export function strictContext(globals: Record<string, unknown>): object {
  const context = createContext(Object.create(null) as object, {
    codeGeneration: { strings: false, wasm: false },
  });
  const remove = `
    for (const name of Object.getOwnPropertyNames(globalThis))
      if (!${JSON.stringify(PRESENT)}.includes(name)) delete globalThis[name];
    for (const path of ${JSON.stringify(ABSENT)}) {
      const names = path.split(".");
      const last = names.pop();
      delete names.reduce((object, name) => object[name], globalThis)[last];
    }
    delete Date.now;
    delete Math.random;`;
  runInContext(remove, context);
  // Espruino's name for the object that holds the globals.
  const global: unknown = runInContext("globalThis", context);
  return Object.assign(context, globals, { global });
}
