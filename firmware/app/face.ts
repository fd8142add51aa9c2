/** Where things stand on a board's display, in pixels. */
export interface Face {
  /** The left edges of the first and the fourth digit. */
  readonly first: number;
  readonly fourth: number;
  /** From one digit's left edge to the next. */
  readonly pitch: number;
  /** A digit's top, width, height, and the thickness of its segments. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly thick: number;
  /** The bar's left and top. It is 120 pixels wide, two for each second. */
  readonly barX: number;
  readonly barY: number;
  /** The tops of the title and of the two lines, and where all three begin. */
  readonly textX: number;
  readonly titleY: number;
  readonly lineY: number;
  readonly nextY: number;
}

/** The face of a display of 128x64 pixels. */
export const smallFace: Face = {
  first: 4,
  fourth: 76, // the gap is wider than the room left of a 1, so 3+3 stays plain
  pitch: 17,
  top: 6,
  width: 14,
  height: 36,
  thick: 4,
  barX: 4,
  barY: 51,
  textX: 4,
  titleY: 4,
  lineY: 22,
  nextY: 42,
};
