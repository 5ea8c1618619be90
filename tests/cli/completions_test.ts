/** The completions are scripts that their shells read, and bash completes as they say. */
import assert from "node:assert/strict";
import { runProgram } from "../support/process.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

for (const shell of ["bash", "zsh", "fish"]) {
  const ignore = !await isInstalled(shell);
  Deno.test({ name: `completions: ${shell} reads its script`, ignore }, async () => {
    const script = await completions(shell);
    for (const word of ["apply", "exit-code", "claude"]) assert.ok(script.includes(word), word);
    assert.equal((await runProgram(shell, ["-n", "/dev/stdin"], { input: script })).err, "");
  });
}

Deno.test("completions: bash completes commands, options, and names behind commas", async () => {
  const script = await completions("bash");
  const words = async (...line: string[]) => {
    const quoted = line.map((word) => `'${word}'`).join(" ");
    const ask = `COMP_WORDS=(vault-config ${quoted}); COMP_CWORD=${line.length}; _vault_config`;
    return (await runProgram("bash", [], { input: `${script}\n${ask}; echo "\${COMPREPLY[*]}"` }))
      .out.trim();
  };
  assert.equal(await words("ver"), "verify");
  assert.equal(await words("plan", "--ex"), "--exit-code");
  assert.equal(await words("--mounts", "x", "disable", "co"), "codex");
  assert.equal(await words("apply", "--providers", "gh,co"), "gh,codex");
});

async function completions(shell: string): Promise<string> {
  const { code, out } = await runProgram(Deno.execPath(), [
    "run",
    "--no-prompt",
    CLI,
    "completions",
    shell,
  ]);
  assert.equal(code, 0);
  return out;
}

async function isInstalled(shell: string): Promise<boolean> {
  try {
    return (await runProgram(shell, ["-c", "exit 0"])).code === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
