/** A text for people, in both languages: one that is missing does not compile. */
export interface Text {
  readonly ja: string;
  readonly en: string;
}
export type Language = keyof Text;
