// Sends load from a process of its own: whole lists of requests, or races of one code with itself.
import { answerParent } from "../harness/answers.js";
import { type Driven, drive, type Send } from "./drive.js";
import { HttpConnection, post } from "./http-connection.js";
import type { Attempt, LoadRequest, RaceResult, Target } from "./load.js";
import { RadiusClient } from "./radius-client.js";

interface Client {
  readonly send: (attempt: Attempt) => Promise<boolean>;
  readonly close: () => void;
}

async function httpClient(port: number, headers: readonly string[], path: string): Promise<Client> {
  const connection = await HttpConnection.open(port);
  return {
    send: async ({ serial, code }) => {
      const body = `{"serial":"${serial}","code":"${code}"}`;
      const answer = await connection.send(post(path, headers, body));
      if (answer.status !== 200) {
        throw new Error(`an answer ${String(answer.status)}: ${answer.body}`);
      }
      return answer.body.includes('"accepted":true');
    },
    close: () => {
      connection.close();
    },
  };
}

/** As many clients as may have a request under way at a time. */
async function clientsOf(target: Target, count: number): Promise<Client[]> {
  if (target.kind === "http") {
    const { ports, headers, path } = target;
    const portOf = (index: number): number => ports[index % ports.length]!;
    return Promise.all(
      Array.from({ length: count }, (_, index) => httpClient(portOf(index), headers, path)),
    );
  }
  const client = await RadiusClient.open(target.port, target.secret);
  return Array.from({ length: count }, (_, index) => ({
    send: ({ serial, code }) => client.send(serial, code),
    close: () => {
      if (index === 0) client.close();
    },
  }));
}

/** The list, after another that warms connections and server up and is not counted. */
async function send(target: Target, request: LoadRequest & { kind: "send" }): Promise<Driven> {
  const clients = await clientsOf(target, request.concurrency);
  const sendersOf = (list: readonly Attempt[]): Send[] =>
    clients.map((client) => (index) => client.send(list[index]!));
  try {
    await drive(sendersOf(request.warmUp), request.warmUp.length);
    return await drive(sendersOf(request.list), request.list.length);
  } finally {
    for (const client of clients) client.close();
  }
}

/** Each attempt, sent by all clients at once: how often it was accepted. */
async function race(target: Target, request: LoadRequest & { kind: "race" }): Promise<RaceResult> {
  const clients = await clientsOf(target, request.copies);
  const counts: number[] = [];
  try {
    for (const attempt of request.list) {
      const answers = await Promise.all(clients.map((client) => client.send(attempt)));
      counts.push(answers.filter(Boolean).length);
    }
  } finally {
    for (const client of clients) client.close();
  }
  return counts;
}

answerParent(async (request: LoadRequest) =>
  request.kind === "send" ? send(request.target, request) : race(request.target, request),
);
