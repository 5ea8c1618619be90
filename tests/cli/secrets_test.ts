/** Task starts are logged: secrets that stand in configs are in no output of any command. */
import assert from "node:assert/strict";
import { runProgram } from "../support/process.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

/** Each is in a config, in another kind of place. */
const SECRETS = {
  quoted: "short",
  bare: "ghp_0123456789abcdef",
  former: "https://me:pass@relay.example/v1",
  late: "sk-late-0123456789",
};

const CONFIGS: Record<string, readonly (readonly [file: string, text: string])[]> = {
  "files that parse": [
    [
      "_codex-config/config.toml",
      `openai_base_url = "${SECRETS.former}"\nkey = "${SECRETS.quoted}"\n# ${SECRETS.bare}\n`,
    ],
    [
      "_gh-config/config.yml",
      `a: 1\noauth_token: ${SECRETS.bare}\nhttp_unix_socket: '${SECRETS.former}'\n`,
    ],
    [
      "_vibe-config/config.toml",
      `[[providers]]\nname = "mistral"\napi_base = "${SECRETS.former}"\nk = "${SECRETS.quoted}"\n`,
    ],
    [
      "_claude-config/settings.json",
      `{ "env": { "KEY": "${SECRETS.quoted}", "ANTHROPIC_BASE_URL": "${SECRETS.former}" } }\n`,
    ],
  ],
  "files that do not parse": [
    [
      "_codex-config/config.toml",
      `a = "${SECRETS.quoted}"\nb = "${SECRETS.late}\nc = ${SECRETS.bare}\n`,
    ],
    [
      "_gh-config/config.yml",
      `token: ${SECRETS.bare}\n  x: ${SECRETS.late}\n- "${SECRETS.quoted}"\n`,
    ],
    ["_vibe-config/config.toml", `key = ${SECRETS.bare}\nx = "${SECRETS.quoted}"\n`],
    [
      "_claude-config/settings.json",
      `{\n  "a": "${SECRETS.quoted}",\n  "b" "${SECRETS.late}",\n  "c": ${SECRETS.bare}\n}\n`,
    ],
  ],
};

CONFIGS["names that are secrets"] = [
  ["_gh-config/config.yml", `a: "${SECRETS.quoted}"\npassword: *${SECRETS.bare}\n`],
  ["_codex-config/config.toml", `openai_base_url = """\n${SECRETS.quoted}\n"""\n`],
];

const NAMES = ["--providers", "codex,gh,vibe,claude"];
const COMMANDS: readonly (readonly string[])[] = [
  ["plan", ...NAMES],
  ["plan", ...NAMES, "--json"],
  ["verify", ...NAMES],
  ["verify", ...NAMES, "--json"],
  ["status", ...NAMES],
  ["status", ...NAMES, "--json"],
  ["apply", ...NAMES],
  ["apply", ...NAMES, "--json", "--debug"],
  ["write", "claude", "--json"],
  ["enable", "claude"],
  ["settings", "--json"],
  ["plan", "--disabled", "codex,gh,vibe,claude"],
  ["plan", "--disabled", "codex,gh,vibe,claude", "--json"],
  ["disable", "claude", "--json"],
  ["disable", "--all"],
  ["apply", "--json"],
];

for (const [title, configs] of Object.entries(CONFIGS)) {
  Deno.test(`no secret is printed by any command: ${title}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "secrets-" });
    const write = () => {
      for (const [path, text] of configs) {
        Deno.mkdirSync(`${directory}/mounts/${path}/..`.replace(/[^/]*\/\.\.$/, ""), {
          recursive: true,
        });
        Deno.writeTextFileSync(`${directory}/mounts/${path}`, text);
      }
    };
    write();
    const grants = ["--no-prompt", "--allow-read=mounts", "--allow-write=mounts"];
    const run = (args: readonly string[]) =>
      runProgram(Deno.execPath(), ["run", ...grants, CLI, ...args], { cwd: directory });
    for (const args of COMMANDS) {
      const { out, err } = await run([...args, "--mounts", "mounts"]);
      for (const secret of Object.values(SECRETS)) {
        assert.ok(!(out + err).includes(secret), `${args.join(" ")}: ${secret} in\n${out}${err}`);
      }
    }
    for (const [path, text] of configs) {
      assert.equal(Deno.readTextFileSync(`${directory}/mounts/${path}`), text, "nothing is lost");
    }
    const told = await run(["plan", ...NAMES, "--mounts", "mounts", "--show-secrets"]);
    assert.ok((told.out + told.err).includes(SECRETS.quoted), "--show-secrets shows them");
    await Deno.remove(directory, { recursive: true });
  });
}

Deno.test("with --show-secrets, what plan prints is what patch(1) applies, CRLF included", async () => {
  try {
    await new Deno.Command("patch", { args: ["--version"] }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return console.log("not tried: patch is not installed (apt-get install patch)");
  }
  const texts = {
    "_codex-config/config.toml":
      'model = "x" # secret\r\nopenai_base_url = "mine"\r\n\r\n[a]\r\nb = 1\r\n',
    "_gh-config/config.yml": "token: ghp_0123456789abcdef\na: b\nc: \u202e\u0085x\n".replace(
      "\u0085",
      "",
    ),
    "_claude-config/settings.json": '{\n\t"a": "one",\n\t"b": "two"\n}',
  };
  const directory = await Deno.makeTempDir({ prefix: "patch-" });
  for (const [path, text] of Object.entries(texts)) {
    for (const root of ["mounts", "copy"]) {
      Deno.mkdirSync(`${directory}/${root}/${path.replace(/\/.*/, "")}`, { recursive: true });
      Deno.writeTextFileSync(`${directory}/${root}/${path}`, text);
    }
  }
  const run = (...args: string[]) =>
    runProgram(Deno.execPath(), ["run", "-A", CLI, ...args, "--mounts", "mounts", ...NAMES], {
      cwd: directory,
    });
  const text = (root: string, path: string) => {
    try {
      return Deno.readTextFileSync(`${directory}/${root}/${path}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  };
  // As docs/command-line.md says it; the second time files go.
  for (const wishes of [[], ["--disabled", "codex,gh,vibe,claude"]]) {
    const { out } = await run("plan", "--show-secrets", ...wishes);
    const patched = await runProgram("patch", ["-d", "copy", "-p1"], {
      cwd: directory,
      input: out,
    });
    assert.equal(patched.code, 0, patched.out + out);
    assert.equal((await run("apply", ...wishes)).code, 0);
    for (const path of [...Object.keys(texts), "_vibe-config/config.toml"]) {
      assert.equal(text("copy", path), text("mounts", path), path);
    }
  }
  for (const [path, original] of Object.entries(texts)) {
    assert.equal(text("copy", path), original, path);
  }
  await Deno.remove(directory, { recursive: true });
});
