import fc from "fast-check";

/** An input, and whether it was made out of a valid one. */
export interface Input<Value> {
  readonly mutant: boolean;
  readonly value: Value;
}

/** Texts that readers are known to stumble over. */
const HARD_TEXTS = [
  ...[
    "",
    " ",
    "\0",
    "\n",
    "\r\n",
    "\uFEFF",
    "\uD800",
    "日本",
    "１２３",
    "../..",
    "%00",
    "%ZZ",
    "{{code}}",
  ],
  ...[
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "null",
    "true",
    "NaN",
    "-1",
    "1e999",
    "0x10",
  ],
  ...[
    "9007199254740993",
    "<!DOCTYPE a>",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&#0;",
    "&x;",
    "<a/>",
    "</",
    "--",
  ],
  ...[
    '"',
    "'",
    ",",
    ";",
    ":",
    "=",
    "&",
    "{",
    "}",
    "[",
    "]",
    "\\",
    "\\u0000",
    "'; DROP TABLE tokens;--",
  ],
];
const HARD_VALUES: unknown[] = [
  ...[
    null,
    true,
    0,
    -0,
    -1,
    1.5,
    1e308,
    2 ** 53,
    [],
    {},
    [[]],
    [null],
    { a: { b: 1 } },
    "x".repeat(2000),
  ],
  ...HARD_TEXTS,
];

const hardText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HARD_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
);

const edit = fc.record({
  how: fc.constantFrom("replace", "insert", "delete", "repeat", "cut"),
  at: fc.nat(1_000_000),
  length: fc.nat(40),
  text: hardText,
});
type Edit = typeof edit extends fc.Arbitrary<infer Each> ? Each : never;

function edited(text: string, { how, at, length, text: put }: Edit): string {
  const from = text.length === 0 ? 0 : at % (text.length + 1);
  const [before, after] = [text.slice(0, from), text.slice(from)];
  switch (how) {
    case "replace":
      return before + put + after.slice(put.length);
    case "insert":
      return before + put + after;
    case "delete":
      return before + after.slice(length);
    case "repeat":
      return before + after.slice(0, length).repeat(3) + after;
    case "cut":
      return before;
  }
}

/** A text with a few edits. */
export function editedText(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(texts, fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(([text, edits]) => edits.reduce(edited, text));
}

const change = fc.record({
  how: fc.constantFrom("set", "drop", "add", "twice", "wrap"),
  at: fc.nat(1_000_000),
  name: hardText,
  value: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...HARD_VALUES) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  ),
});
type Change = typeof change extends fc.Arbitrary<infer Each> ? Each : never;

/** A JSON object's text with one thing in it changed. */
function changedObject(json: string, { how, at, name, value }: Change): string {
  const fields = Object.entries(JSON.parse(json) as Record<string, unknown>);
  const index = fields.length === 0 ? 0 : at % fields.length;
  const text = ([key, each]: readonly [string, unknown]): string =>
    `${JSON.stringify(key)}:${JSON.stringify(each)}`;
  const one = fields[index] ?? [name, value];
  switch (how) {
    case "set":
      return `{${fields.map((each, i) => text(i === index ? [each[0], value] : each)).join()}}`;
    case "drop":
      return `{${fields
        .filter((_, i) => i !== index)
        .map(text)
        .join()}}`;
    case "add":
      return `{${[...fields, [name, value] as const].map(text).join()}}`;
    case "twice":
      return `{${[...fields, [one[0], value] as const].map(text).join()}}`;
    case "wrap":
      return `[${json}]`;
  }
}

/** JSON objects with one thing in each changed, or with edits of their text. */
export function changedJson(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.tuple(texts, change).map(([json, each]) => changedObject(json, each)),
    },
    { weight: 1, arbitrary: editedText(texts) },
  );
}

/** Three mutants of valid values for one that is made of nothing. */
export function mostlyMutants<Value>(
  mutants: fc.Arbitrary<Value>,
  others: fc.Arbitrary<Value>,
): fc.Arbitrary<Input<Value>> {
  return fc.oneof(
    { weight: 3, arbitrary: mutants.map((value) => ({ mutant: true, value })) },
    { weight: 1, arbitrary: others.map((value) => ({ mutant: false, value })) },
  );
}

/** Texts of any characters. */
export const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.array(hardText, { maxLength: 12 }).map((texts) => texts.join("")),
);
