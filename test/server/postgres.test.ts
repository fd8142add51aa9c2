import { afterAll, beforeAll } from "vitest";
import { openPostgres } from "../../server/store/postgres.js";
import { TestDatabases } from "../support/postgres.js";
import { bankStoreContract } from "./bank-store-contract.js";
import { importContract } from "./import-contract.js";
import { storeContract } from "./store-contract.js";

const databases = new TestDatabases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const open = async () => {
  const url = await databases.database();
  const again = () => openPostgres(url);
  return { store: await again(), again, remove: () => Promise.resolve() };
};
storeContract("PostgreSQL", open);
bankStoreContract("PostgreSQL", open);
importContract("PostgreSQL", open);
