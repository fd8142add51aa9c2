/** What a display looks like: where its digits, its bar and its lines of text are, in pixels. */
export interface Face {
  /**
   * A big digit with all seven segments lit, each pixel named by its segment.
   * The reader's own knowledge, not taken from the device program.
   */
  readonly digit: readonly string[];
  readonly digits: { readonly y: number; readonly x: readonly number[] };
  readonly bar: {
    readonly x: number;
    readonly y: number;
    readonly height: number;
    readonly perSecond: number;
    readonly gap: number;
  };
  readonly lines: readonly { readonly x: number; readonly y: number; readonly scale: number }[];
}

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

const SMALL_DIGIT = `
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
`;

const LARGE_DIGIT = `
  ......aaaaaaaa......
  .....aaaaaaaaaa.....
  .....aaaaaaaaaa.....
  .....aaaaaaaaaa.....
  .....aaaaaaaaaa.....
  .ffff.aaaaaaaa.bbbb.
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  ffffff........bbbbbb
  .ffff.gggggggg.bbbb.
  .....gggggggggg.....
  .....gggggggggg.....
  .....gggggggggg.....
  .....gggggggggg.....
  .eeee.gggggggg.cccc.
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  eeeeee........cccccc
  .eeee.dddddddd.cccc.
  .....dddddddddd.....
  .....dddddddddd.....
  .....dddddddddd.....
  .....dddddddddd.....
  ......dddddddd......
`;

const rows = (art: string): string[] => art.trim().split(/\s+/);
const bar = { height: 10, perSecond: 2, gap: 2 };

/** The faces by their displays' sizes. */
export const FACES: Readonly<Record<string, Face>> = {
  "128x64": {
    digit: rows(SMALL_DIGIT),
    digits: { y: 6, x: [4, 21, 38, 76, 93, 110] },
    bar: { x: 4, y: 51, ...bar },
    lines: [
      { x: 4, y: 4, scale: 1 },
      { x: 4, y: 22, scale: 2 },
      { x: 4, y: 42, scale: 2 },
    ],
  },
  "176x176": {
    digit: rows(LARGE_DIGIT),
    digits: { y: 40, x: [6, 31, 56, 100, 125, 150] },
    bar: { x: 28, y: 122, ...bar },
    lines: [
      { x: 28, y: 50, scale: 1 },
      { x: 28, y: 72, scale: 2 },
      { x: 28, y: 96, scale: 2 },
    ],
  },
};
