import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from "node:crypto";
import { Turns } from "./turns.js";

/** What a password hash costs: RFC 7914's N as a power of two. */
export interface PasswordCost {
  readonly logN: number;
}

/** What OWASP's Password Storage Cheat Sheet asks of scrypt, with r = 8 and p = 1. */
export const PASSWORD_COST: PasswordCost = { logN: 17 };

/** Passwords the branch hands over on paper; the store keeps only their hashes. */
export function freshPasswords(): { password: string; confirmationPassword: string } {
  return {
    password: randomBytes(12).toString("base64url"),
    confirmationPassword: randomBytes(6).toString("hex"),
  };
}

const SALT_LENGTH = 16;
const HASH_LENGTH = 32;

/**
 * Hashes passwords (scrypt, RFC 7914) and checks them; every check costs the same. Whoever asks for
 * either on behalf of others does so in their turn.
 */
export class Passwords {
  readonly turns = new Turns();
  /** What a password is checked against that nobody has: it is the hash of none that is known. */
  readonly #nobodys: string;
  /** How many hashes were computed: the work that a caller can be told apart by. */
  computed = 0;

  constructor(readonly cost: PasswordCost = PASSWORD_COST) {
    this.#nobodys = encoded(cost, randomBytes(SALT_LENGTH), randomBytes(HASH_LENGTH));
  }

  /** @returns `scrypt$17$salt$hash`, both in Base64 */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_LENGTH);
    const hash = await this.#derive(password, salt, this.cost.logN);
    return encoded(this.cost, salt, hash);
  }

  /** Whether a password is the one that was hashed. Where there is no hash it is not, by the same work. */
  async check(password: string, hashed: string | undefined): Promise<boolean> {
    const [, logN, salt, hash] = (hashed ?? this.#nobodys).split("$");
    const derived = await this.#derive(password, Buffer.from(salt!, "base64"), Number(logN));
    return timingSafeEqual(derived, Buffer.from(hash!, "base64")) && hashed !== undefined;
  }

  async #derive(password: string, salt: Uint8Array, logN: number): Promise<Buffer> {
    this.computed++;
    const options: ScryptOptions = { N: 2 ** logN, r: 8, p: 1, maxmem: 2 ** (logN + 11) };
    return new Promise((resolve, reject) => {
      scrypt(password, salt, HASH_LENGTH, options, (error, key) => {
        if (error) reject(error);
        else resolve(key);
      });
    });
  }
}

function encoded({ logN }: PasswordCost, salt: Buffer, hash: Buffer): string {
  return ["scrypt", logN, salt.toString("base64"), hash.toString("base64")].join("$");
}
