/** A worker's side: answers each message of its parent, one after the other. */
export function answerParent(handle: (request: never) => Promise<unknown>): void {
  let last = Promise.resolve();
  process.on("message", ({ id, request }: { id: number; request: unknown }) => {
    last = last.then(async () => {
      try {
        process.send?.({ id, result: await handle(request as never) });
      } catch (error) {
        process.send?.({ id, error: (error as Error).message });
      }
    });
  });
  process.once("disconnect", () => process.exit());
  // The parent ends its workers; an interrupt from a keyboard reaches all of them at once.
  process.on("SIGINT", () => undefined);
}
