import { BRANCH_TEXTS } from "./branch-texts.js";
import type { Language } from "./language.js";
import { MESSAGES } from "./message-texts.js";
import { USER_TEXTS } from "./user-texts.js";

/** All words and sentences of the pages. */
export const TEXTS = { ...USER_TEXTS, ...BRANCH_TEXTS };
export type TextKey = keyof typeof TEXTS;
export type MessageKey = keyof typeof MESSAGES;

/** A message, and what is filled in where it says {value}: a time, a number of seconds, a field's name. */
export interface Message {
  readonly key: MessageKey;
  readonly value?: string;
}

export function messageText({ key, value = "" }: Message, language: Language): string {
  return MESSAGES[key][language].replace("{value}", value);
}
