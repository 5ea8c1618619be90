/** `deno task compile`, with stand-ins for the programs that cannot be here. @module */
import assert from "node:assert/strict";
import { CannotCompile, compile, type CompileOptions, TARGETS } from "../../release/compile.ts";

const TARGET = "x86_64-unknown-linux-gnu";

/** Says what a real `deno compile` says where the server cannot be reached. */
const OFFLINE = `echo "error: Writing deno compile executable to temporary file" >&2
echo "    0: Setting up base binary." >&2; exit 1`;

/** Makes a "binary" that says this as its version. */
const makes = (version: string) =>
  `printf '#!/bin/sh\\necho "${version}"\\n' > "$output"; chmod +x "$output"
echo "with <$DENORT_BIN>" >> "$0.log"`;

const RUNTIME = `echo "error: Could not find standalone binary section." >&2; exit 1`;

trial("without a runtime it says where one comes from, and what else there is", async (fake) => {
  const deno = await fake.deno(OFFLINE);
  await assert.rejects(compile(fake.with({ deno })), (error) => {
    assert.ok(error instanceof CannotCompile);
    assert.match(error.message, /the runtime for x86_64-unknown-linux-gnu cannot be fetched/);
    assert.match(error.message, /DENORT_BIN to a denort of deno \d/);
    assert.match(error.message, /dist\/vault-config\.js/);
    assert.match(error.message, /Setting up base binary/);
    return true;
  });
});

trial("a runtime that was brought along is used", async (fake) => {
  const deno = await fake.deno(makes("vault-config 0.1.0"));
  const denort = await fake.program("denort", RUNTIME);
  const binaries = await compile(fake.with({ deno, denort }));
  assert.deepEqual(binaries, [`${fake.directory}/dist/vault-config-${TARGET}`]);
  assert.equal(await Deno.readTextFile(`${deno}.log`), `with <${denort}>\n`);
});

trial("deno in the place of its runtime is refused, before anything is made", async (fake) => {
  const deno = await fake.deno(makes("vault-config 0.1.0"));
  for (
    const denort of [await fake.program("denort", `echo "deno 2.9.6 (stable)"`), Deno.execPath()]
  ) {
    await assert.rejects(compile(fake.with({ deno, denort })), /is deno itself, not denort/);
  }
  await assert.rejects(Deno.stat(`${fake.directory}/dist`), Deno.errors.NotFound);
});

trial("what is no program, or not there, is no runtime", async (fake) => {
  const deno = await fake.deno(makes("vault-config 0.1.0"));
  const denort = `${fake.directory}/text`;
  await assert.rejects(compile(fake.with({ deno, denort })), /cannot be run/);
  await Deno.writeTextFile(denort, "denort");
  await assert.rejects(compile(fake.with({ deno, denort })), /cannot be run/);
});

trial("a runtime that does not fit is named as that", async (fake) => {
  const deno = await fake.deno(`echo "error: Invalid object: Not an ELF file" >&2; exit 1`);
  const denort = await fake.program("denort", RUNTIME);
  await assert.rejects(compile(fake.with({ deno, denort })), /no runtime of deno .*Not an ELF/s);
});

trial("a failure of another kind is told as it is", async (fake) => {
  const deno = await fake.deno(`echo "error: No space left on device" >&2; exit 1`);
  await assert.rejects(
    compile(fake.with({ deno })),
    /^CannotCompile: deno compile failed.*No space/s,
  );
});

trial("a binary that is not the program is no success", async (fake) => {
  const deno = await fake.deno(makes("deno 2.9.6"));
  await assert.rejects(compile(fake.with({ deno })), /is not vault-config: it says "deno 2\.9\.6"/);
});

trial("all targets are compiled, and only this machine's binary is tried", async (fake) => {
  const deno = await fake.deno(makes("vault-config 0.1.0"));
  const binaries = await compile(fake.with({ deno, targets: TARGETS }));
  assert.equal(binaries.length, 5);
  assert.match(binaries.at(-1) ?? "", /windows-msvc\.exe$/);
});

trial("one runtime does not serve several targets, and unknown targets are named", async (fake) => {
  const deno = await fake.deno(makes("vault-config 0.1.0"));
  const denort = await fake.program("denort", RUNTIME);
  const all = compile(fake.with({ deno, denort, targets: TARGETS }));
  await assert.rejects(all, /the runtime of one target/);
  await assert.rejects(compile(fake.with({ deno, targets: ["linux"] })), /no target "linux"/);
});

interface Fake {
  readonly directory: string;
  /** A deno that bundles, and does this when it is to compile; `$output` is the file to make. */
  deno(compiling: string): Promise<string>;
  /** A program that does this. */
  program(name: string, script: string): Promise<string>;
  /** Options with stand-ins in them. */
  with(options: Partial<CompileOptions> & { readonly deno: string }): CompileOptions;
}

function trial(name: string, body: (fake: Fake) => Promise<void>): void {
  Deno.test(name, async () => {
    const directory = await Deno.makeTempDir({ prefix: "vault-config-compile-" });
    const program = async (name: string, script: string) => {
      const path = `${directory}/${name}`;
      await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      return path;
    };
    const fake: Fake = {
      directory,
      program,
      deno: (compiling) =>
        program(
          "deno",
          `command=$1
while [ $# -gt 0 ]; do [ "$1" = --output ] && output=$2; shift; done
mkdir -p "$(dirname "$output")"
if [ "$command" = bundle ]; then : > "$output"; exit 0; fi
${compiling}`,
        ),
      with: (options) => ({
        denort: undefined,
        targets: [TARGET],
        host: TARGET,
        directory: `${directory}/dist`,
        ...options,
      }),
    };
    try {
      await body(fake);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}
