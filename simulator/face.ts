/**
 * A big digit of the token's display with all seven segments lit, each pixel named by its segment.
 * The reader's own knowledge of the face, not taken from the device program.
 */
export const DIGIT = `
  ....aaaaaa....
  ...aaaaaaaa...
  ...aaaaaaaa...
  .ff.aaaaaa.bb.
  ffff......bbbb
  ffff......bbbb
  ffff......bbbb
  ffff......bbbb
  ffff......bbbb
  ffff......bbbb
  ffff......bbbb
  ffff......bbbb
  ffff......bbbb
  ffff......bbbb
  ffff......bbbb
  ffff......bbbb
  .ff.gggggg.bb.
  ...gggggggg...
  ...gggggggg...
  .ee.gggggg.cc.
  eeee......cccc
  eeee......cccc
  eeee......cccc
  eeee......cccc
  eeee......cccc
  eeee......cccc
  eeee......cccc
  eeee......cccc
  eeee......cccc
  eeee......cccc
  eeee......cccc
  eeee......cccc
  .ee.dddddd.cc.
  ...dddddddd...
  ...dddddddd...
  ....dddddd....
`
  .trim()
  .split(/\s+/);

/** Which segments make which digit. */
export const DIGITS: Readonly<Record<string, string>> = {
  abcdef: "0",
  bc: "1",
  abdeg: "2",
  abcdg: "3",
  bcfg: "4",
  acdfg: "5",
  acdefg: "6",
  abc: "7",
  abcdefg: "8",
  abcdfg: "9",
};

/** Where a 128x64 display has its digits, its bar and its lines of text. */
export const FACE = {
  digits: { y: 6, x: [4, 21, 38, 76, 93, 110] },
  bar: { x: 4, y: 51, height: 10, perSecond: 2, gap: 2 },
  lines: [
    { x: 4, y: 4, scale: 1 },
    { x: 4, y: 22, scale: 2 },
    { x: 4, y: 42, scale: 2 },
  ],
} as const;
