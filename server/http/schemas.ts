import { MOST_PPM } from "../core/clock/estimate.js";
import { PATTERNS } from "../fields.js";

/** JSON Schemas of the requests. Nothing is coerced and nothing unknown is let through. */
export const SERIAL = {
  type: "string",
  pattern: PATTERNS.serial,
  description: "8 to 12 digits",
} as const;

export const CODE = {
  type: "string",
  pattern: PATTERNS.code,
  description: "6 half-width digits",
} as const;

export const BRANCH_ACT = {
  form: { type: "string", pattern: PATTERNS.name, description: "the application form's number" },
  staff: { type: "string", pattern: PATTERNS.name, description: "the branch's staff id" },
} as const;

export const VERIFY_BODY = {
  type: "object",
  required: ["code"],
  properties: {
    serial: SERIAL,
    user: { type: "string", pattern: PATTERNS.asked },
    code: CODE,
  },
  additionalProperties: false,
} as const;

export const RESYNC_BODY = {
  type: "object",
  required: ["codes", "form", "staff"],
  properties: {
    codes: {
      type: "array",
      items: CODE,
      minItems: 2,
      maxItems: 2,
      uniqueItems: true,
      description: "two codes the token showed one after the other",
    },
    ...BRANCH_ACT,
  },
  additionalProperties: false,
} as const;

export const IMPORT_BODY = {
  type: "object",
  required: ["seeds"],
  properties: {
    // No length: it would be counted character by character, while all else waits.
    seeds: { type: "string", description: "a seed file: PSKC (RFC 6030) or CSV" },
    key: { type: "string", minLength: 1, maxLength: 4096, description: "what its key file holds" },
    dryRun: { type: "boolean", description: "check everything, store nothing" },
    clockPpm: {
      type: "number",
      exclusiveMinimum: 0,
      maximum: MOST_PPM,
      description: "ppm the clocks err by at most since they were set right, at each key's start",
    },
  },
  additionalProperties: false,
} as const;

/** Query strings are text by nature: whole numbers are written as digits. */
const LIMIT = { type: "string", pattern: "^([1-9][0-9]{0,2}|1000)$" } as const;

export const TOKENS_QUERY = {
  type: "object",
  properties: { after: { type: "string", pattern: "^[0-9]{0,12}$" }, limit: LIMIT },
  additionalProperties: false,
} as const;

export const CONTRACTS_QUERY = {
  type: "object",
  properties: { after: { type: "string", maxLength: 64 }, limit: LIMIT },
  additionalProperties: false,
} as const;

export const AUDIT_QUERY = {
  type: "object",
  properties: {
    after: { type: "string", pattern: "^[0-9]{1,16}$" },
    limit: LIMIT,
    serial: SERIAL,
  },
  additionalProperties: false,
} as const;

export const SERIAL_PARAMS = {
  type: "object",
  required: ["serial"],
  properties: { serial: SERIAL },
  additionalProperties: false,
} as const;

/** Where a path takes no query: what is sent in one may be meant for the body, and stands in logs. */
export const NO_QUERY = { type: "object", properties: {}, additionalProperties: false } as const;

/** What {@link VERIFY_BODY} lets through, and so on. */
export interface VerifyBody {
  serial?: string;
  user?: string;
  code: string;
}
export interface ResyncBody {
  codes: [string, string];
  form: string;
  staff: string;
}
export interface ImportBody {
  seeds: string;
  key?: string;
  dryRun?: boolean;
  clockPpm?: number;
}
