import type { Outcome, Store, Work } from "../../../server/store/store.js";

/** The store as it would be without batches: each work has a transaction, and a flush, of its own. */
export function decideEach(store: Store): Store {
  const decide = async <Answer>(works: readonly Work<Answer>[]): Promise<Outcome<Answer>[]> => {
    const outcomes: Outcome<Answer>[] = [];
    for (const work of works) outcomes.push(...(await store.decide([work])));
    return outcomes;
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === "decide") return decide;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
