import type { NewDataKey } from "./data-keys.js";
import { StoreUnavailable } from "./store.js";

/** How often an import's data key is wrapped, where keys are rotated meanwhile. */
const TRIES = 3;

/** What `publish` throws where a token came into the store since it was looked for. */
export function importedMeanwhile(): StoreUnavailable {
  return new StoreUnavailable("a token of this import was imported meanwhile: import again");
}

/**
 * Publishes an import with its data key, wrapped by the key-encryption key of that moment.
 * @param publish returns false where keys were rotated meanwhile
 * @throws StoreUnavailable
 */
export async function publishUnderKey(
  publish: (key: NewDataKey | undefined) => Promise<boolean>,
  dataKey: (() => Promise<NewDataKey | undefined>) | undefined,
): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (await publish(await dataKey?.())) return;
  }
  throw new StoreUnavailable("keys are being rotated");
}
