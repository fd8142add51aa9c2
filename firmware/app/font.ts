/**
 * A 5x7 font for the characters the device shows, space to Z: six bytes a character, one a column
 * from the left, the top pixel in the highest bit; the sixth column is the gap.
 */
export const FONT_FIRST = 32;
export const FONT_WIDTH = 6;
export const FONT_HEIGHT = 8;
export const FONT = atob(
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAxMgQJkYAAAAAAAAAAAAAAAAAADhEggAAAIJEOAAAAAAAAAAAAAAAAAAAAAAAAAAAEBAQEBAAAAYGAAAABAgQIEAAfIqSonwAAEL+AgAAQoaKkmIAhIKi0owAGChI/ggA5KKiopwAPFKSkgwAgI6QoMAAbJKSkmwAYJKSlHgAAGxsAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAfoiIiH4A/pKSkmwAfIKCgkQA/oKCRDgA/pKSkoIA/pCQkIAAfIKSkl4A/hAQEP4AAIL+ggAABAKC/IAA/hAoRIIA/gICAgIA/kAwQP4A/iAQCP4AfIKCgnwA/pCQkGAAfIKKhHoA/pCYlGIAYpKSkowAgID+gIAA/AICAvwA+AQCBPgA/AIcAvwAxigQKMYA4BAOEOAAhoqSosIA",
);
