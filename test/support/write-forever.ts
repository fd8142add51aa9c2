// Writes a file that never ends, until it is interrupted.
import { writeNew } from "../../firmware/factory/write-new.js";

function* pieces(): Generator<Uint8Array> {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  // Not so fast that it fills the disk meanwhile.
  for (;;) {
    Atomics.wait(pause, 0, 0, 10);
    yield Buffer.alloc(1 << 16, "token\n");
  }
}

await writeNew(process.argv[2]!, pieces());
