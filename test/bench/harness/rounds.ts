/** What one round has shown. */
export interface Sample {
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds from sending a request to its answer. */
  readonly p50?: number;
  readonly p99?: number;
  /** Share of one core that the sender used. */
  readonly senderBusy?: number;
}

/** Something whose speed is measured, ready to be. */
export interface Subject {
  readonly id: string;
  /** What it is, for the table. */
  readonly name: string;
  /** @throws Error where an answer is not as it must be */
  readonly round: () => Promise<Sample>;
}

/** All rounds of a subject, or why there are none. */
export interface Measured {
  readonly id: string;
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly failed?: string;
}

/** Something that is not on this machine, or not in this version. */
export class Absent extends Error {
  override readonly name = "Absent";
}

/**
 * Measures subjects by turns, so that whatever slows the machine for a while slows all of them. One
 * round before the first is not counted. A subject that fails is named and left out of what follows.
 */
export async function interleave(
  subjects: readonly Subject[],
  rounds: number,
  say: (line: string) => void,
): Promise<Measured[]> {
  const samples = new Map(subjects.map(({ id }) => [id, [] as Sample[]]));
  const failed = new Map<string, string>();
  for (let round = 0; round <= rounds; round++) {
    for (const { id, name, round: run } of subjects) {
      if (failed.has(id)) continue;
      try {
        const sample = await run();
        const when = round === 0 ? "warm-up" : `${String(round)} of ${String(rounds)}`;
        say(`${when}: ${name}: ${String(Math.round(sample.rate))}/s`);
        if (round > 0) samples.get(id)!.push(sample);
      } catch (error) {
        failed.set(id, (error as Error).message);
        say(`${name} failed: ${(error as Error).message}`);
      }
    }
  }
  return subjects.map(({ id, name }) => {
    const reason = failed.get(id);
    return { id, name, samples: samples.get(id)!, ...(reason && { failed: reason }) };
  });
}
