import { Batcher } from "../../server/batcher.js";
import { Clerk } from "../../server/clerk.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import type { Verdict } from "../../server/core/verify.js";
import type { KeyEncryptionKey } from "../../server/keys/key-encryption-key.js";
import { MasterKey } from "../../server/keys/master-key.js";
import { MasterKeys } from "../../server/keys/master-keys.js";
import { openVault } from "../../server/open.js";
import type { Store } from "../../server/store/store.js";
import { TokenService } from "../../server/token-service.js";
import type { Vault } from "../../server/vault.js";
import { MASTER_KEY } from "./server.js";

export const OLD = new MasterKey("WARIFU_MASTER_KEY", MASTER_KEY);
export const NEW = new MasterKey("WARIFU_MASTER_KEY", Buffer.alloc(32, 8));

/** What a serving process stands on, with the key-encryption keys that it has. */
export interface Serving {
  readonly vault: Vault;
  readonly verify: (serial: string, code: string, at: number) => Promise<Verdict>;
}

export async function serving(
  store: Store,
  read: () => readonly [KeyEncryptionKey, ...KeyEncryptionKey[]],
): Promise<Serving> {
  const vault = await openVault(store, new MasterKeys(read));
  const service = new TokenService(new Clerk(new Batcher(store), vault, DEFAULT_POLICY));
  const caller = { actor: "test", source: undefined };
  return { vault, verify: (serial, code, at) => service.verify(serial, code, { ...caller, at }) };
}
