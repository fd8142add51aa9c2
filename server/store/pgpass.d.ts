declare module "pgpass" {
  import type { Client } from "pg";

  /** Finds the password in the user's file, or in the one that PGPASSFILE names. */
  export default function pgpass(
    connection: Pick<Client, "host" | "port" | "database" | "user">,
    found: (password: string | undefined) => void,
  ): void;
}
