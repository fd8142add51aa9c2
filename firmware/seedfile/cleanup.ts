/** What is to be undone when this process ends before its time. */
const pending = new Set<() => void>();

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A signal ends the process through process.exit, so that "exit" handlers run. */
function interrupted(): never {
  process.exit(130);
}

function undoAll(): void {
  for (const undo of pending) undo();
}

/**
 * Has something undone should the process be interrupted or end; a process that is killed outright
 * undoes nothing.
 * @returns how to call it off
 */
export function undoneAtExit(undo: () => void): () => void {
  if (pending.size === 0) {
    process.on("exit", undoAll);
    for (const signal of SIGNALS) process.on(signal, interrupted);
  }
  pending.add(undo);
  return () => {
    pending.delete(undo);
    if (pending.size > 0) return;
    process.off("exit", undoAll);
    for (const signal of SIGNALS) process.off(signal, interrupted);
  };
}
