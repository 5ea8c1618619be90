/**
 * Writes through a shared memory map: a container dirties a page of its config, lets a run remember
 * it, and then stores another address of the same length. No time tells of that. Every start has to
 * see it, and to mend it.
 */
import assert from "node:assert/strict";
import { main } from "../../cli/main.ts";
import { contentOf } from "../support/storage_tools.ts";
import { onMemoryDisk } from "../support/tmpfs.ts";

const OURS = "http://localhost:9419/v1";
const THEIRS = "http://localhost:9999/v1";

/** The container: it maps the file anew for each attack, since a repair replaces the file. */
const ATTACKER = `import mmap, sys
for line in sys.stdin:
    with open(sys.argv[1], "r+b") as file:
        page = mmap.mmap(file.fileno(), 0)
        at = page.find(b"${OURS}")
        page[at:at + 1] = b"h"
        print("d", end="", flush=True)
        sys.stdin.readline()
        page[at:at + ${THEIRS.length}] = b"${THEIRS}"
        print("s", end="", flush=True)
        sys.stdin.readline()
        page.close()
        print("o", end="", flush=True)
`;

/** Attacks so many starts, and returns how many ended with 0 although the client is not routed. */
export async function mapWrites(starts: number): Promise<number> {
  return await onMemoryDisk("maps-", "8m", async ({ path }) => {
    const apply = () => main(["apply", "--quiet", "--providers", "codex", "--mounts", path]);
    assert.equal(await apply(), 0);
    const config = `${path}/_codex-config/config.toml`;
    const attacker = new Deno.Command("python3", {
      args: ["-c", ATTACKER, config],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = attacker.stdin.getWriter();
    const reader = attacker.stdout.pipeThrough(new TextDecoderStream()).getReader();
    // One letter says that a step is done: dirty, stored, over.
    const step = async (says: "d" | "s" | "o") => {
      await writer.write(new TextEncoder().encode("next\n"));
      assert.equal((await reader.read()).value, says);
    };
    let unrouted = 0;
    try {
      for (let start = 0; start < starts; start++) {
        await step("d");
        // The first one may have to look, and remembers; the second one knows it by then.
        assert.equal(await apply(), 0);
        assert.equal(await apply(), 0);
        await step("s");
        assert(contentOf(config)?.includes(THEIRS));
        const code = await apply();
        if (code === 0 && !contentOf(config)?.includes(OURS)) unrouted++;
        await step("o");
        assert.equal(await apply(), 0);
      }
    } finally {
      attacker.kill("SIGKILL");
      await attacker.status;
      await writer.close().catch(() => {});
      await reader.cancel();
    }
    return unrouted;
  });
}
