import pg from "pg";
import pgpass from "pgpass";

/** A connection whose password may be in a `.pgpass` file. The driver reads one too, but is going to stop. */
export class Client extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    // Where neither the URL nor PGPASSWORD has one. Asked only once the server asks.
    this.password ??= (() => this.#passwordFromFile()) as unknown as string;
  }

  /** https://www.postgresql.org/docs/current/libpq-pgpass.html @throws Error where it has none either */
  #passwordFromFile(): Promise<string> {
    return new Promise((resolve, reject) => {
      pgpass(this, (password) => {
        if (password === undefined) {
          // The driver would leave it open, and the process could not end for a minute.
          void this.end();
          reject(new Error(`no password for user "${this.user!}"`));
        } else resolve(password);
      });
    });
  }
}
