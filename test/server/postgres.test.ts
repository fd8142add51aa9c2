import { afterAll, beforeAll } from "vitest";
import { openPostgres } from "../../server/store/postgres.js";
import { onServer, TestDatabases } from "../support/postgres.js";
import { bankStoreContract } from "./bank-store-contract.js";
import { dataKeyContract } from "./data-key-contract.js";
import { importContract } from "./import-contract.js";
import { keepingStoreContract } from "./keeping-store-contract.js";
import { storeContract } from "./store-contract.js";

const databases = new TestDatabases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const open = async () => {
  const url = await databases.database();
  const again = () => openPostgres(url);
  const raw = (sql: string) => onServer(url, sql);
  return { store: await again(), again, raw };
};
storeContract("PostgreSQL", open);
bankStoreContract("PostgreSQL", open);
dataKeyContract("PostgreSQL", open);
importContract("PostgreSQL", open);
keepingStoreContract("PostgreSQL", open);
