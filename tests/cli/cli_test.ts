/**
 * The command line: the real program, in a process of its own, with exactly the permissions that a
 * user gives it.
 */
import assert from "node:assert/strict";
import { startFor } from "../../cli/apply.ts";
import { parse } from "../../cli/parse.ts";
import schema from "../../cli/report.schema.json" with { type: "json" };
import { textOf } from "../../reconcile/steady.ts";
import { Mounts } from "../../storage/mounts.ts";
import { differences, treeOf } from "../support/tree.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const SCOPED = ["--allow-read=mounts,agents", "--allow-write=mounts"];
const READING = ["--allow-read=mounts,agents"];
const URL_TEXT = "http://localhost:9419";
const A = "mounts/_a/settings.json";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface RunOptions {
  readonly grants?: readonly string[];
  readonly stdin?: string;
}

/** A directory in which the program is run, with `mounts` and a roster in `agents` below it. */
class Place {
  readonly dir: string = Deno.makeTempDirSync({ prefix: "cli-" });

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    Deno.mkdirSync(`${this.dir}/${path.replace(/[^/]*$/, "")}`, { recursive: true });
    Deno.writeTextFileSync(`${this.dir}/${path}`, text);
  }

  read(path: string): string | undefined {
    try {
      return Deno.readTextFileSync(`${this.dir}/${path}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Runs a command with the built-in roster. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const { grants = SCOPED, stdin } = options;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...grants, CLI, ...args],
      cwd: this.dir,
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (stdin !== undefined) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(stdin));
      await writer.close();
    }
    const { code, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
  }

  /** Runs a command with the roster in `agents` and no other. */
  own(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.run([...args, "--no-built-in", "--roster", "agents"], options);
  }
}

/** The text of an agent file with a patch of `_a/settings.json`. */
function agent(set: Record<string, unknown>, file = "settings.json"): string {
  return JSON.stringify({ host_dir: "_a", shared_config_patch: { file, json_set: set } });
}

/** A place with one agent, `tool`. */
function withTool(files: Readonly<Record<string, string>> = {}): Place {
  return new Place({ "agents/tool.json": agent({ url: "{vault_url}" }), ...files });
}

Deno.test("apply: one line for each provider, then nothing to do, and not one file touched", async () => {
  const place = new Place();
  const first = await place.run(["apply", "--mounts", "mounts"]);
  assert.deepEqual(first, {
    code: 0,
    out: `codex  created  _codex-config/config.toml  openai_base_url, chatgpt_base_url
gh     created  _gh-config/config.yml      http_unix_socket
vibe   created  _vibe-config/config.toml   ${
      ["api_base", "api_key_env_var"].map((key) => `providers[name=mistral].${key}`).join(", ")
    }
3 providers: 3 created
`,
    err: "",
  });
  const before = treeOf(`${place.dir}/mounts`);
  const second = await place.run(["apply", "--mounts", "mounts"]);
  const quiet = { code: 0, out: "nothing to do: 3 providers are routed\n", err: "" };
  assert.deepEqual(second, quiet);
  assert.deepEqual(differences(before, treeOf(`${place.dir}/mounts`)), []);

  await new Promise((resolve) => setTimeout(resolve, 2100));
  assert.deepEqual(await place.run(["apply", "--mounts", "mounts"]), quiet);
  const settled = treeOf(`${place.dir}/mounts`);
  const own = ["/.vault-config/lock", "/.vault-config/steady.json"];
  assert.deepEqual(differences(before, settled), own);
  assert.deepEqual(await place.run(["apply", "--mounts", "mounts"]), quiet);
  assert.deepEqual(differences(settled, treeOf(`${place.dir}/mounts`)), []);

  // Each of these is another question, so the memory must not answer it.
  const gh = ["--providers", "gh", "--mounts", "mounts"];
  const other = await place.run(["apply", "--mounts", "mounts", "--vault-socket", "/x.sock"]);
  assert.equal(other.out.split("\n")[0], "gh  updated  _gh-config/config.yml  http_unix_socket");
  assert.match((await place.run(["apply", ...gh])).out, /^gh {2}updated/);
  const gone = await place.run(["apply", "--mounts", "mounts", "--disabled", "gh"]);
  assert.match(gone.out, /^gh {2}removed/);
});

Deno.test("whatever the outcome depends on is part of what a run remembers", async () => {
  const place = withTool({ "agents2/tool.json": agent({ url: "{vault_url}/v2" }) });
  const own = ["apply", "--no-built-in", "--roster", `${place.dir}/agents`];
  const all = [
    own,
    ["apply", "--no-built-in", "--roster", `${place.dir}/agents2`],
    ["apply", "--no-built-in"],
    ["apply", "--roster", `${place.dir}/agents`],
    ["apply"],
    [...own, "--providers", "tool"],
    [...own, "--providers="],
    [...own, "--disabled", "tool"],
    [...own, "--token-broker-port", "1234"],
    [...own, "--token-broker-port", "1234", "--direct"],
    [...own, "--vault-url", "http://v"],
    [...own, "--vault-socket", "/v.sock"],
    [...own, "--allow-nested"],
  ];
  const inputs = await Promise.all(all.map(async (args) => (await startFor(parse(args))).inputs));
  assert.equal(new Set(inputs.map((one) => textOf(one))).size, all.length);
  assert.match(JSON.stringify(inputs[4]), /chatgpt_base_url/, "the built-in texts");
  const named = (await startFor(parse(["apply", "--providers", "claude"]))).inputs;
  assert.match(JSON.stringify(named), /ANTHROPIC_BASE_URL/, "the text of a catalog's agent");
  for (const args of [["disable", "codex"], ["write", "codex"]]) {
    assert.equal((await startFor(parse(args))).inputs, undefined);
  }
});

Deno.test("disable gives the user's own bytes back; write applies one provider", async () => {
  const text = '{ "url": "mine", "x": 1 }';
  const place = withTool({ [A]: text, "agents/other.json": agent({ url: "{vault_url}", n: 7 }) });
  const mounts = ["--mounts", "mounts"];
  const one = await place.own(["write", "tool", ...mounts]);
  assert.deepEqual(one, {
    code: 0,
    out: "tool  updated  _a/settings.json  url\n1 provider: 1 updated\n",
    err: "note: tool: in _a/settings.json a value of the user's own gave way at url; " +
      "it comes back when routing is taken back\n",
  });
  await place.own(["apply", ...mounts]);
  assert.deepEqual(JSON.parse(place.read(A) ?? ""), { url: URL_TEXT, x: 1, n: 7 });
  // Only the named one is taken back, and nothing else is applied.
  const other = await place.own(["disable", "other", ...mounts]);
  assert.deepEqual([other.code, other.out.split("\n")[0]], [
    0,
    "other  removed  _a/settings.json  n",
  ]);
  assert.deepEqual(JSON.parse(place.read(A) ?? ""), { url: URL_TEXT, x: 1 });
  const back = await place.own(["disable", "tool", ...mounts]);
  assert.equal(back.out, "tool  restored  _a/settings.json  url\n1 provider: 1 restored\n");
  assert.equal(place.read(A), text);
  assert.equal((await place.own(["disable", "tool", ...mounts])).code, 0);
});

Deno.test("disable --all takes back what the roster has forgotten", async () => {
  const place = withTool();
  await place.own(["apply", "--mounts", "mounts"]);
  const all = await place.run(["disable", "--all", "--no-built-in", "--mounts", "mounts"]);
  assert.deepEqual([all.code, all.out.split("\n")[0]], [0, "tool  removed  _a/settings.json  url"]);
  assert.equal(place.read(A), undefined);
  const again = await place.run(["disable", "--all", "--no-built-in", "--mounts", "mounts"]);
  assert.deepEqual(again, { code: 0, out: "nothing to do\n", err: "" });
});

Deno.test("disable --all goes by value where state and records are lost", async () => {
  const place = new Place();
  await place.run(["apply"]);
  Deno.removeSync(`${place.dir}/mounts/.vault-config`, { recursive: true });
  for (const dir of ["_codex-config", "_gh-config", "_vibe-config"]) {
    Deno.removeSync(`${place.dir}/mounts/${dir}/.terok-managed-config.json`);
  }
  assert.match((await place.run(["disable", "--all"])).out, /3 providers: 3 removed/);
  assert.equal(place.read("mounts/_codex-config/config.toml"), undefined);
});

Deno.test("plan prints a diff and writes nothing; verify tells by its exit code", async () => {
  const place = withTool({ [A]: '{\n  "x": 1\n}\n', "agents/new.json": agent({ n: 1 }, "b.json") });
  const before = treeOf(place.dir);
  const args = ["--mounts", "mounts"];
  const reading = { grants: READING };
  const planned = await place.own(["plan", ...args], reading);
  assert.deepEqual(planned, {
    code: 0,
    out: `--- /dev/null
+++ b/_a/b.json
@@ -0,0 +1,3 @@
+{
+  "n": 1
+}
--- a/_a/settings.json
+++ b/_a/settings.json
@@ -1,3 +1,4 @@
 {
+  "url": "http://localhost:9419",
   "x": 1
 }
`,
    err: `new   create  _a/b.json         n
tool  update  _a/settings.json  url
2 providers: 1 to create, 1 to update
`,
  });
  assert.equal((await place.own(["plan", "--exit-code", ...args], reading)).code, 2);
  assert.equal((await place.own(["verify", ...args], reading)).code, 2);
  const silent = await place.own(["verify", "--quiet", ...args], reading);
  assert.deepEqual(silent, { code: 2, out: "", err: "" });
  assert.deepEqual(differences(before, treeOf(place.dir)), []);

  await place.own(["apply", ...args]);
  assert.equal((await place.own(["verify", ...args], reading)).code, 0);
  const nothing = await place.own(["plan", "--exit-code", ...args], reading);
  assert.deepEqual(nothing, {
    code: 0,
    out: "",
    err: "nothing to do: 2 providers are routed\n",
  });
  const removal = await place.own(["plan", "--disabled", "new", ...args], reading);
  assert.equal(removal.out, '--- a/_a/b.json\n+++ /dev/null\n@@ -1,3 +0,0 @@\n-{\n-  "n": 1\n-}\n');

  place.write(A, "{");
  for (const command of ["plan", "verify"]) {
    assert.equal((await place.own([command, ...args], reading)).code, 1);
  }
});

Deno.test("what plan shows is what apply writes", async () => {
  const text = '{\n  "a": "x",\n  "url": "mine"\n}';
  const place = withTool({ [A]: text });
  const { out } = await place.own(["plan", "--mounts", "mounts"]);
  await place.own(["apply", "--mounts", "mounts"]);
  const lines = out.split("\n").slice(3);
  const side = (sign: string) =>
    lines.filter((line) => line.startsWith(sign) || line.startsWith(" "))
      .map((line) => line.slice(1)).join("\n");
  assert.equal(side("-"), text);
  assert.equal(side("+"), place.read(A));
});

Deno.test("status tells how each provider stands, who owns what, and what looks odd", async () => {
  const place = withTool({
    "agents/bad.json": agent({ x: "{vault_url}" }, "bad.json"),
    "agents/bare.json": '{ "host_dir": "_a" }',
    "agents/edited.json": agent({ x: "{vault_url}" }, "edited.json"),
    "agents/late.json": agent({ x: "{vault_url}" }, "late.json"),
    "agents/link.json": agent({ x: "{vault_url}" }, "link.json"),
    "agents/second.json": agent({ url: "{vault_url}" }),
    "secret": "the content of a file outside",
    [A]: '{ "url": "mine" }',
  });
  await place.own(["apply", "--mounts", "mounts", "--providers", "bad,edited,second,tool"]);
  place.write("mounts/_a/bad.json", '{ "x": ');
  place.write("mounts/_a/edited.json", '{ "x": "mine" }');
  Deno.symlinkSync(`${place.dir}/secret`, `${place.dir}/mounts/_a/link.json`);
  place.write("mounts/_a/.terok-managed-config.json", "forged");
  const { code, out, err } = await place.own(["status", "--mounts", "mounts"], { grants: READING });
  assert.deepEqual([code, out], [
    0,
    `bad     malformed           _a/bad.json
edited  edited by the user  _a/edited.json    x
late    not routed          _a/late.json      x
link    failed              _a/link.json
second  routed              _a/settings.json
tool    routed              _a/settings.json

what is ours, and for whom:
  _a/bad.json       x    bad
  _a/edited.json    x    edited
  _a/settings.json  url  second, tool  instead of the user's value
`,
  ]);
  assert.match(
    err,
    /error: link: it must be a plain file, but is a symbolic link\n {2}at _a\/link/,
  );
  assert.match(err, /warning: _a\/.terok-managed-config.json: /);
  assert.match(err, /at _a\/bad.json:1:8\n/);
  assert.doesNotMatch(err, /more permissions/);
  assert.doesNotMatch(out + err, /content of a file outside/);
  const known = await place.run(["status", "--mounts", "mounts", "--no-built-in"]);
  assert.match(known.out, /^tool +not in the roster$/m);
});

Deno.test("status says when it was given more than it needs", async () => {
  const place = withTool();
  const status = async (grants: string[]) => (await place.own(["status"], { grants })).err;
  const blanket = "note: more permissions than needed: " +
    "--allow-read (everything), --allow-write (everything)";
  assert.equal(await status(["--allow-read", "--allow-write"]), `${blanket}\n`);
  assert(
    (await status(["-A"])).startsWith(
      `${blanket}, --allow-env, --allow-net, --allow-run, --allow-ffi`,
    ),
  );
  assert.equal(await status(["--allow-read=mounts,agents"]), "");
});

Deno.test("it works with blanket permissions as it does with scoped ones", async () => {
  const seen = await Promise.all([SCOPED, ["--allow-read", "--allow-write"], ["-A"]].map(
    async (grants) => {
      const place = withTool();
      const { code, out, err } = await place.own(["apply", "--mounts", "mounts"], { grants });
      return [code, out, err, place.read(A)];
    },
  ));
  assert.deepEqual(seen[1], seen[0]);
  assert.deepEqual(seen[2], seen[0]);
});

Deno.test("the mounts may be reached through a link, with grants that name the link", async () => {
  const place = new Place();
  for (const path of ["real", "deep/real/mounts"]) {
    Deno.mkdirSync(`${place.dir}/${path}`, { recursive: true });
  }
  Deno.symlinkSync("real", `${place.dir}/mounts`);
  Deno.symlinkSync("deep/real", `${place.dir}/above`);
  for (const mounts of ["mounts", `${place.dir}/above/mounts`]) {
    const grants = [`--allow-read=${mounts}`, `--allow-write=${mounts}`];
    const run = (...args: string[]) => place.run([...args, "--mounts", mounts], { grants });
    assert.deepEqual([(await run("apply")).code, (await run("verify")).code], [0, 0]);
    assert.equal((await run("apply", "--token-broker-port", "1")).err, "");
    assert.match((await run("disable", "--all")).out, /3 removed/);
  }
});

Deno.test("a nested file is made with the directories on its way, and taken back", async () => {
  const place = new Place();
  const cline = ["--providers", "cline", "--allow-nested"];
  const applied = await place.run(["apply", ...cline]);
  assert.match(applied.out, /created {2}_cline-config\/data\/settings\/providers\.json/);
  assert.match((await place.run(["apply", ...cline])).out, /nothing to do/);
  assert.equal((await place.run(["disable", "cline", "--allow-nested"])).code, 0);
  assert.equal(place.read("mounts/_cline-config/data/settings/providers.json"), undefined);
});

Deno.test("mounts that are a file are called so by every command", async () => {
  const place = new Place({ mounts: "a file" });
  for (const command of ["apply", "plan", "verify", "status"]) {
    const { code, err } = await place.run([command]);
    assert.deepEqual([code, err.split("\n")[0]], [
      1,
      "error: the mounts directory is not a directory",
    ]);
  }
});

Deno.test("status tells an address of before from what nobody has routed", async () => {
  const place = new Place();
  await place.run(["apply", "--token-broker-port", "5", "--direct", "--providers", "codex"]);
  const { out } = await place.run(["status"]);
  assert.match(out, /^codex {2}routed to another address/m);
  assert.match(out, /^vibe {3}not routed/m);
});

Deno.test("a slip in a provider's name is answered with the name", async () => {
  const place = new Place();
  const { code, err } = await place.run(["disable", "codx"]);
  assert.equal(code, 1);
  assert.match(err, /did you mean codex\?/);
  assert.match(err, /\nerror: 1 of 1 provider failed\n$/);
});

Deno.test("a run that fails again and again leaves nothing more each time", async () => {
  const place = new Place();
  await place.run(["apply"]);
  Deno.removeSync(`${place.dir}/mounts/_vibe-config`, { recursive: true });
  place.write("mounts/_vibe-config", "in the way");
  const first = await place.run(["apply"]);
  assert.equal(first.code, 1);
  const state = place.read("mounts/.vault-config/state.json");
  for (let run = 0; run < 3; run++) assert.deepEqual(await place.run(["apply"]), first);
  assert.equal(place.read("mounts/.vault-config/state.json"), state);
});

Deno.test("a missing permission is named by the flag that gives it", async () => {
  const place = new Place({ "roster file.json": agent({ url: "{vault_url}" }) });
  const remedy = async (args: string[], grants: string[]) => {
    const { code, err } = await place.run(["apply", ...args], { grants });
    return [code, err.split("\n").find((line) => line.startsWith("  do: "))];
  };
  const mounts = ["--mounts", "mounts"];
  assert.deepEqual(await remedy(mounts, []), [
    1,
    "  do: add exactly --allow-read=mounts --allow-write=mounts",
  ]);
  assert.deepEqual(await remedy([], ["--allow-read=./mounts"]), [
    1,
    "  do: add exactly --allow-write=./mounts",
  ]);
  const roster = [...mounts, "--roster", "roster file.json"];
  assert.deepEqual(await remedy(roster, SCOPED), [1, "  do: add --allow-read='roster file.json'"]);
  assert.equal(
    (await place.run(["apply", ...roster], {
      grants: ["--allow-read=mounts,roster file.json", "--allow-write=mounts"],
    })).code,
    0,
  );
  for (const args of [["--mounts", "a,b"], [...mounts, "--roster", "a,b.json"]]) {
    assert.match(String((await remedy(args, SCOPED))[1]), /comma/);
  }
});

Deno.test("a roster comes from files, directories and standard input; later ones win", async () => {
  const place = withTool({ "agents/b/tool.yaml": "host_dir: _b\n" });
  const mounts = ["--mounts", "mounts", "--no-built-in"];
  const first = async (args: string[], stdin?: string) => {
    const run = await place.run(["providers", ...args, "--no-built-in"], {
      grants: SCOPED,
      ...(stdin === undefined ? {} : { stdin }),
    });
    return run.out.trimEnd();
  };
  assert.equal(
    await first(["--roster", "agents/tool.json"]),
    "tool  on  _a/settings.json  agents/tool.json",
  );
  assert.equal(
    await first(["--roster", "agents", "--roster", "agents/b/tool.yaml"]),
    "tool  on  _b/settings.json  agents/b/tool.yaml",
  );
  const stdin = JSON.stringify({ piped: JSON.parse(agent({ p: "{vault_url}" }, "p.json")) });
  assert.equal(
    await first(["--roster", "agents", "--roster", "-"], stdin),
    "piped  on  _a/p.json         standard input\ntool   on  _a/settings.json  agents/tool.json",
  );
  const run = await place.run(["apply", ...mounts, "--roster", "-"], { stdin });
  assert.equal(run.out, "piped  created  _a/p.json  p\n1 provider: 1 created\n");
  const broken = await place.run(["apply", ...mounts, "--roster", "-"], { stdin: '{ "x": 1, ' });
  assert.equal(broken.code, 1);
  assert.match(broken.err, /at standard input:1:\d+/);
});

Deno.test("an empty list of providers means none, and disabled wins over enabled", async () => {
  const place = withTool();
  const mounts = ["--mounts", "mounts"];
  for (const none of [["--providers", ""], ["--providers="], ["--providers", " "]]) {
    assert.deepEqual(await place.own(["apply", ...mounts, ...none]), {
      code: 0,
      out: "nothing to do\n",
      err: "",
    });
  }
  assert.equal(place.read(A), undefined);
  const both = [...mounts, "--providers", "tool", "--disabled", "tool"];
  await place.own(["apply", ...mounts]);
  assert.match((await place.own(["apply", ...both])).out, /^tool {2}removed/);
  assert.deepEqual(await place.own(["apply", ...both]), {
    code: 0,
    out: "nothing to do: 1 has nothing of ours\n",
    err: "",
  });
});

Deno.test("an error says what, where, why, and what to do", async () => {
  const place = withTool({ [A]: '{\n\t"a": 1,\n\t"b" 2\n}\n' });
  const { code, out, err } = await place.own(["apply", "--mounts", "mounts"]);
  assert.deepEqual([code, out], [1, "tool  failed  _a/settings.json\n1 provider: 1 failed\n"]);
  const [what, where, line, caret] = err.split("\n");
  assert.match(what ?? "", /^error: tool: /);
  assert.equal(where, "  at _a/settings.json:3:6");
  assert.equal(line, ' 3 |  "b" 2');
  assert.equal(caret, "   |      ^");
  assert.match(err, /\nerror: 1 of 1 provider failed: do not start the task\n$/);
  assert.equal(place.read(A), '{\n\t"a": 1,\n\t"b" 2\n}\n');
});

Deno.test("a long line is cut around the column, and control characters are escaped", async () => {
  const place = withTool({ [A]: `{ "a": "${"x".repeat(5000)}", "\u{202e}b": \u001b[31m }` });
  const { err } = await place.own(["apply", "--mounts", "mounts"]);
  const [, , line = "", caret = ""] = err.split("\n");
  assert.match(line, /^ 1 \| …x+", "\\u\{202e\}b": \\u\{1b\}\[31m \}$/);
  assert.equal(line.slice(caret.length - 1).startsWith("\\u{1b}"), true, line + "\n" + caret);
  assert(line.length < 150);

  // JSON takes these two in strings as they are, and a diff shows them.
  place.write(A, '{ "\u202e": "\u009b" }\n');
  const { out } = await place.own(["plan", "--mounts", "mounts"]);
  assert.match(out, /^-\{ "\\u\{202e\}": "\\u\{9b\}" \}$/m);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(out + err, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
});

Deno.test("one failure is told once, however many providers it fails", async () => {
  const place = withTool({ "agents/also.json": agent({ n: 1 }), [A]: "[" });
  const { err } = await place.own(["apply", "--mounts", "mounts"]);
  assert.match(err, /^error: also, tool: /);
  assert.equal(err.match(/at _a\/settings.json/g)?.length, 1);
});

Deno.test("disable fails on a file that does not parse; apply --disabled warns", async () => {
  const place = withTool();
  await place.own(["apply", "--mounts", "mounts"]);
  place.write(A, "{ nonsense");
  const disabled = await place.own(["disable", "tool", "--mounts", "mounts"]);
  assert.equal(disabled.code, 1);
  const applied = await place.own(["apply", "--disabled", "tool", "--mounts", "mounts"]);
  assert.equal(applied.code, 0);
  assert.match(
    applied.err,
    /^warning: _a\/settings.json: what is of tool in it, if anything, stays/,
  );
  assert.equal(place.read(A), "{ nonsense");
});

Deno.test("what fails as a whole: a state that is damaged, a lock that is taken, no parent", async () => {
  const place = withTool();
  const mounts = new Mounts(`${place.dir}/mounts`);
  await mounts.prepare();
  {
    using _lock = await mounts.lock({ command: "test" });
    const { code, err } = await place.own([
      "apply",
      "--mounts",
      "mounts",
      "--lock-timeout",
      "0.05",
    ]);
    assert.deepEqual([code, err.split(" holds")[0]], [
      1,
      `error: the lock was not free within 0.05 s: process ${Deno.pid} (test, since ${
        err.match(/since ([^)]*)/)?.[1]
      })`,
    ]);
  }
  place.write("mounts/.vault-config/state.json", "{}");
  for (const command of ["apply", "verify", "status"]) {
    const { code, err } = await place.own([command, "--mounts", "mounts"]);
    assert.equal(code, 1);
    assert.match(err, /at .vault-config\/state.json\n {2}do: /);
  }
  const orphan = await place.own(["apply", "--mounts", "no/mounts"], { grants: ["-A"] });
  assert.equal(orphan.code, 1);
  assert.match(orphan.err, /the parent of the mounts directory does not exist/);
});

const WRONG: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [["aply"], /did you mean apply\?/],
  [["apply", "--provider", "x"], /did you mean --providers\?/],
  [["apply", "--providers", "--json"], /--providers needs a value/],
  [["apply", "--mounts"], /--mounts needs a value/],
  [["apply", "--mounts="], /--mounts needs a path/],
  [["apply", "--mounts", "a", "--mounts", "b"], /given twice/],
  [["apply", "codex"], /"codex" is one word too many/],
  [["apply", "--quiet=yes"], /takes no value/],
  [["apply", "-q"], /there is no option "-q"/],
  [["apply", "-xy=3"], /there is no option "-xy"/],
  [["apply", "--all"], /apply takes no --all/],
  [["apply", "--providers", "a,,b"], /empty name/],
  [["apply", "--token-broker-port", "65536"], /no port/],
  [["apply", "--token-broker-port", "1e3"], /no port/],
  [["apply", "--direct"], /needs --token-broker-port/],
  [["apply", "--vault-url", "http://x/"], /slash at its end/],
  [["apply", "--vault-socket", "relative"], /absolute path/],
  [["apply", "--lock-timeout", "soon"], /no number of seconds/],
  [["apply", "--lock-timeout=-1"], /no number of seconds/],
  [["apply", "--roster", "-", "--roster", "-"], /only once/],
  [["apply", "--constructor"], /there is no option/],
  [["disable"], /needs the names/],
  [["disable", "x", "--all"], /either names or --all/],
  [["disable", "a,b"], /separate the names with spaces/],
  [["write"], /needs NAME/],
  [["write", "a", "b"], /one word too many/],
  [["completions", "nu"], /give one of bash, zsh, fish/],
  [["help", "plam"], /did you mean plan\?/],
  [["--mounts", "x"], /a command is missing/],
];

Deno.test("what is not exactly understood is refused with 64, in words and as JSON", async () => {
  const place = new Place();
  const runs = async ([args, says]: (typeof WRONG)[number]) => {
    const grants: string[] = [];
    const plain = await place.run(args, { grants });
    assert.deepEqual([plain.code, plain.out === ""], [64, args[2] !== "--json"], args.join(" "));
    assert.match(plain.err, says);
    assert.match(plain.err, /^error: .*\n {2}do: .*\n$/);
  };
  // A few at a time, for the sake of the machine.
  for (let i = 0; i < WRONG.length; i += 4) await Promise.all(WRONG.slice(i, i + 4).map(runs));
  const json = await place.run(["apply", "--json", "--nonsense"]);
  assert.equal(json.code, 64);
  assert.deepEqual(JSON.parse(json.out), {
    version: 1,
    error: {
      code: "option",
      message: 'there is no option "--nonsense"',
      remedy: "see vault-config help",
    },
  });
  checkSchema(JSON.parse(json.out));
});

Deno.test("words may hold dashes, and -- ends the options", async () => {
  const place = withTool();
  const dashed = await place.own(["apply", "--mounts", "mounts/../my--mounts"], {
    grants: ["--allow-read=agents,my--mounts", "--allow-write=my--mounts"],
  });
  assert.equal(dashed.code, 0, dashed.err);
  assert(place.read("my--mounts/_a/settings.json") !== undefined);
  const { code, err } = await place.run(["disable", "--mounts", "mounts", "--", "--all"]);
  assert.deepEqual([code, err.split("\n")[0]], [
    1,
    "error: --all: there is no provider of this name",
  ]);
});

Deno.test("every --json output is of the schema, and integers keep their digits", async () => {
  const big = "12345678901234567890";
  const nested = agent({ x: "{vault_url}" }, "deep/down.json");
  const place = withTool({
    "agents/big.json": agent({ n: 0 }, "b.json").replace('"n":0', `"n":${big}`),
    "agents/bad.json": agent({ x: 1 }, "bad.json"),
    "agents/bare.json": '{ "host_dir": "_a" }',
    "agents/deep.json": nested.replace("_a", "_d"),
    "mounts/_a/bad.json": '{ "secret": "s3cret", ',
    "mounts/_a/b.json": '{ "n": 1.5 }',
    "mounts/_a/.terok-managed-config.json": "[]",
  });
  const json = async (args: string[], options: RunOptions = {}) => {
    const run = await place.own([...args, "--json"], options);
    checkSchema(JSON.parse(run.out));
    return run;
  };
  const mounts = ["--mounts", "mounts"];
  const applied = await json(["apply", ...mounts]);
  assert.equal(applied.code, 1);
  assert(applied.out.includes(`"after": ${big}`));
  assert(!applied.out.includes("s3cret"));
  const report = JSON.parse(applied.out);
  assert.equal(report.changed, true);
  assert.equal(report.error.message, "2 of 4 providers failed: do not start the task");
  const rows = report.providers.map((row: { provider: string; outcome: string }) =>
    `${row.provider}: ${row.outcome}`
  );
  assert.deepEqual(rows, [
    "bad: failed",
    "big: updated",
    "deep: failed",
    "tool: created",
  ]);
  assert.deepEqual(report.providers[1].edits, [
    { path: ["n"], before: 1.5, after: Number(big), overrode: true },
  ]);
  assert.equal(report.providers[0].error.line, 1);
  assert.match(report.warnings[0].file, /terok-managed-config/);

  assert.equal((await json(["plan", ...mounts])).code, 1);
  assert.equal((await json(["verify", ...mounts, "--providers", "tool"])).code, 0);
  assert.equal((await json(["disable", "big", ...mounts])).code, 0);
  assert.equal((await json(["write", "bare", ...mounts])).code, 0);
  const status = JSON.parse((await json(["status", ...mounts])).out);
  assert.deepEqual(status.owned, [
    { file: "_a/settings.json", path: ["url"], owners: ["tool"], overrode: false },
  ]);
  const denied = await json(["apply", ...mounts], { grants: [] });
  assert.equal(JSON.parse(denied.out).error.code, "permission");
  await json(["providers"]);
  for (const args of [["formats", "--json"], ["location", "--json"]]) {
    checkSchema(JSON.parse((await place.run(args, { grants: [] })).out));
  }
});

Deno.test("the schema's validator finds what is wrong", () => {
  const location = { url: "", socket: "" };
  const good = { version: 1, location, changed: false, providers: [], warnings: [] };
  checkSchema(good);
  for (
    const bad of [
      {},
      { ...good, version: 2 },
      { ...good, more: 1 },
      { ...good, changed: "no" },
      { ...good, warnings: [{}] },
      { ...good, providers: [{ provider: "p", action: "apply", outcome: "lost", edits: [] }] },
      { version: 1, error: { code: "x", message: "" } },
    ]
  ) assert.throws(() => checkSchema(bad), /no kind of document/);
});

Deno.test("--quiet says nothing unless something is wrong", async () => {
  const place = withTool({ [A]: '{ "url": "mine" }' });
  const silent = { code: 0, out: "", err: "" };
  const quiet = ["--mounts", "mounts", "--quiet"];
  assert.deepEqual(await place.own(["plan", ...quiet]), silent);
  assert.deepEqual(await place.own(["apply", ...quiet]), silent);
  assert.deepEqual(await place.own(["apply", ...quiet]), silent);
  assert.deepEqual(await place.own(["disable", "tool", ...quiet]), silent);
  place.write(A, "{");
  const failed = await place.own(["apply", ...quiet]);
  assert.deepEqual([failed.code, failed.out], [1, ""]);
  assert.match(failed.err, /^error: tool/);
});

Deno.test("location, providers and formats need no permission", async () => {
  const place = new Place();
  const run = async (...args: string[]) => (await place.run(args, { grants: [] })).out;
  assert.equal(
    await run("location", "--token-broker-port", "18731", "--direct"),
    "url     http://host.containers.internal:18731\nsocket  /tmp/terok-vault.sock\n",
  );
  assert.equal(
    await run("location", "--vault-url="),
    "url     (none)\nsocket  /run/terok/vault.sock\n",
  );
  assert.equal(await run("formats"), "toml  .toml\nyaml  .yaml .yml\njson  .json .jsonc\n");
  const providers = (await run("providers")).split("\n");
  assert(providers.some((line) => /^codex +on +_codex-config\/config.toml +built-in/.test(line)));
  assert(providers.some((line) => /^claude +when named +_claude-config\/settings.json/.test(line)));
});

Deno.test("help of everything, the version, and no command", async () => {
  const place = new Place();
  const run = async (...args: string[]) => {
    const { code, out, err } = await place.run(args, { grants: [] });
    assert.deepEqual([code, err], [0, ""], args.join(" "));
    return out;
  };
  const overview = await run();
  for (const args of [["help"], ["--help"], ["-h"]]) assert.equal(await run(...args), overview);
  for (const word of ["apply", "NAME...", "completions", "--mounts DIR", "64"]) {
    assert(overview.includes(word), word);
  }
  const plan = await run("help", "plan");
  assert.equal(await run("plan", "--help"), plan);
  assert(plan.includes("--exit-code") && !plan.includes("--lock-timeout"));
  assert.match(await run("--version"), /^vault-config \d+\.\d+\.\d+\n$/);
});

Deno.test("completions are scripts that their shells read", async () => {
  const place = new Place();
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, out } = await place.run(["completions", shell], { grants: [] });
    assert.equal(code, 0);
    for (const word of ["apply", "exit-code", "claude"]) assert(out.includes(word), word);
    place.write(`completions.${shell}`, out);
    try {
      const check = await new Deno.Command(shell, {
        args: ["-n", `completions.${shell}`],
        cwd: place.dir,
      })
        .output();
      assert.equal(new TextDecoder().decode(check.stderr), "");
    } catch (error) {
      // That shell is not installed here.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  const words = async (...line: string[]) => {
    const script = `. ./completions.bash; COMP_WORDS=(vault-config ${
      line.map((word) => `'${word}'`).join(" ")
    }); COMP_CWORD=${line.length}; _vault_config; echo "\${COMPREPLY[*]}"`;
    const { stdout } = await new Deno.Command("bash", { args: ["-c", script], cwd: place.dir })
      .output();
    return new TextDecoder().decode(stdout).trim();
  };
  assert.equal(await words("ver"), "verify");
  assert.equal(await words("plan", "--ex"), "--exit-code");
  assert.equal(await words("--mounts", "x", "disable", "cod"), "codex");
  assert.equal(await words("apply", "--providers", "gh,cod"), "gh,codex");
});

Deno.test("a reader that goes away is no failure; a full disk is one", async () => {
  const place = withTool();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", CLI, "providers", "--json"],
    cwd: place.dir,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  const err = await new Response(child.stderr).text();
  assert.deepEqual([(await child.status).code, err], [0, ""]);

  const full = await new Deno.Command("sh", {
    args: ["-c", `"$0" run --no-prompt "$1" location > /dev/full`, Deno.execPath(), CLI],
    cwd: place.dir,
  }).output();
  assert.equal(full.code, 1);
  assert.match(new TextDecoder().decode(full.stderr), /^error: cannot write to standard output: /);
});

type Schema = { readonly [key: string]: unknown };

/** Checks a document against the schema in the repository. */
function checkSchema(document: unknown): void {
  const faults = faultsOf(document, schema as Schema, "$");
  assert.equal(faults.length, 0, `no kind of document: ${faults.join("; ")}`);
}

/** The part of JSON Schema that the schema uses; any other keyword is an error. */
function faultsOf(value: unknown, rules: Schema, at: string): string[] {
  const object = typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : undefined;
  return Object.entries(rules).flatMap(([keyword, rule]): string[] => {
    const fault = (holds: boolean) => holds ? [] : [`${at}: ${keyword}`];
    switch (keyword) {
      case "$schema":
      case "$defs":
      case "title":
      case "description":
        return [];
      case "$ref": {
        const name = String(rule).replace("#/$defs/", "");
        const target = (schema.$defs as Record<string, Schema>)[name];
        assert(target !== undefined, `the schema has no ${name}`);
        return faultsOf(value, target, at);
      }
      case "anyOf": {
        const tries = (rule as Schema[]).map((one) => faultsOf(value, one, at));
        return tries.some((one) => one.length === 0) ? [] : [`${at}: none of`, ...tries.flat()];
      }
      case "const":
        return fault(value === rule);
      case "enum":
        return fault((rule as unknown[]).includes(value));
      case "type":
        return fault(
          [rule].flat().includes(kindOf(value)) ||
            ([rule].flat().includes("number") && kindOf(value) === "integer"),
        );
      case "minimum":
        return fault(typeof value !== "number" || value >= Number(rule));
      case "required":
        return object === undefined
          ? []
          : fault((rule as string[]).every((key) => Object.hasOwn(object, key)));
      case "properties":
        return Object.entries(rule as Record<string, Schema>).flatMap(([key, one]) =>
          object !== undefined && Object.hasOwn(object, key)
            ? faultsOf(object[key], one, `${at}.${key}`)
            : []
        );
      case "additionalProperties": {
        const known = Object.keys((rules.properties ?? {}) as Schema);
        const more = Object.entries(object ?? {}).filter(([key]) => !known.includes(key));
        if (rule === false) return fault(more.length === 0);
        return more.flatMap(([key, one]) => faultsOf(one, rule as Schema, `${at}.${key}`));
      }
      case "items":
        return Array.isArray(value)
          ? value.flatMap((one, index) => faultsOf(one, rule as Schema, `${at}[${index}]`))
          : [];
      default:
        throw new Error(`the validator does not know ${keyword}`);
    }
  });
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}
