/** The table of attacks on the whole program; every row, with both kinds of grants, in torture.ts. */
import assert from "node:assert/strict";
import { SIDECAR_NAME } from "../../storage/names.ts";
import { assertSafe, attackProgram, runProgram } from "./hostile.ts";
import { treeOf } from "../support/tree.ts";

Deno.test("attacks on the whole program leave everything else as it was", async () => {
  await attackProgram({ grants: "scoped", all: false });
});

/** Names as a roster could have them, because somebody made a mistake or was made to make one. */
const NAMES: readonly string[] = [
  ...["", ".", "..", "../outside", "a/../../outside", "a/..", "/etc/passwd", "config.toml/"],
  ...[
    "..\\outside",
    "config\0.toml",
    "config\n.toml",
    "\u001b[2J",
    "a\u007f",
    "a\u009b",
    "a\u202elmot",
  ],
  ...["a\ud800", "a".repeat(300), "ä".repeat(128), ".vault-config"],
];
const FILE_NAMES = [SIDECAR_NAME, `.vault-config-${"0".repeat(32)}.tmp`, "a/b.toml"];

Deno.test("names that lead elsewhere stop the whole program before it touches anything", async () => {
  const base = await Deno.makeTempDir({ prefix: "hostile-" });
  try {
    const inside = `${base}/inside`;
    Deno.mkdirSync(`${inside}/mounts/_a`, { recursive: true });
    Deno.writeTextFileSync(`${base}/outside`, "kept");
    const agents = [
      ...NAMES.map((host_dir) => ({ host_dir, file: "config.toml" })),
      ...[...NAMES, ...FILE_NAMES].map((file) => ({ host_dir: "_a", file })),
    ];
    const runs = agents.map(({ host_dir, file }, id) => {
      const patch = { file, toml_set: { a: "{vault_url}" } };
      const text = JSON.stringify({ host_dir, shared_config_patch: patch });
      Deno.writeTextFileSync(`${inside}/tool${id}.json`, text);
      return ["apply", "--no-built-in", "--roster", `${inside}/tool${id}.json`];
    });
    const before = treeOf(base);
    const said = await runProgram(
      base,
      runs.map((run) => [...run, "--mounts", `${inside}/mounts`]),
      "scoped",
    );
    assert.equal(said.length, runs.length);
    for (const [id, { code, out, err }] of said.entries()) {
      const what = JSON.stringify(agents[id]);
      assert.equal(code, 1, what);
      assert.match(err, /^error: .*/, what);
      assertSafe(out + err, what);
    }
    assert.deepEqual(treeOf(base), before);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});
