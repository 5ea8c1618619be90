/** Completions, typed into the real shells where they are installed. */
import assert from "node:assert/strict";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

/** A terminal with a shell in it, for as long as it is in use. */
class Terminal implements AsyncDisposable {
  readonly #socket = `vault-config-${crypto.randomUUID()}`;

  /** Starts a shell without anybody's own settings, in a directory. */
  static async with(command: string, directory: string): Promise<Terminal> {
    const terminal = new Terminal();
    const size = ["-x", "160", "-y", "50"];
    await terminal.#tmux("-f", "/dev/null", "new-session", "-d", ...size, "-c", directory, command);
    return terminal;
  }

  /** Types a text and waits until something stands on the screen. */
  async type(text: string, expected: RegExp): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
    for (let tries = 0; tries < 400; tries++) {
      if (expected.test(await this.#tmux("capture-pane", "-p"))) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`${JSON.stringify(text)} gave:\n${await this.#tmux("capture-pane", "-p")}`);
  }

  /** Clears line and screen. */
  async clear(prompt: RegExp): Promise<void> {
    await this.#tmux("send-keys", "C-e", "C-u", "C-l");
    await this.type("", prompt);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
  }

  async #tmux(...args: string[]): Promise<string> {
    const command = new Deno.Command("tmux", { args: ["-L", this.#socket, ...args] });
    return new TextDecoder().decode((await command.output()).stdout);
  }
}

/** How each shell is started, and the script read in it. */
const SHELLS: Readonly<Record<string, { readonly start: string; readonly source: string }>> = {
  bash: { start: "env PS1='ready> ' bash --norc --noprofile -i", source: ". ./script\r" },
  zsh: {
    start: "env PS1='ready> ' zsh -f -i",
    source: "autoload -U compinit; compinit -u -D; setopt nolistbeep; . ./script\r",
  },
  fish: {
    start: "env HOME=. XDG_CONFIG_HOME=./config XDG_DATA_HOME=./data fish --no-config -i",
    source: "function fish_prompt; echo 'ready> '; end; source script\r",
  },
};

/** What is typed (with the tabulator), and what the line becomes. */
const TYPED: readonly (readonly [typed: string, line: RegExp])[] = [
  ["vault-config ver\t", /config verify/],
  ["vault-config plan --exi\t", /plan --exit-code/],
  ["vault-config disable code\t", /disable codex/],
  ["vault-config enable gh code\t", /enable gh codex/],
  ["vault-config disable mine\t", /disable mine-own/],
  ["vault-config apply --providers code\t", /--providers codex/],
  ["vault-config apply --providers=code\t", /--providers=codex/],
  ["vault-config apply --providers gh,code\t", /--providers gh,codex/],
  ["vault-config apply --providers=gh,code\t", /--providers=gh,codex/],
  ["vault-config status --mounts ./moun\t", /--mounts \.\/mounts/],
  ["vault-config status --mounts=./moun\t", /--mounts=\.\/mounts/],
  ["vault-config providers --show code\t", /--show codex/],
  ["vault-config completions fi\t", /completions fish/],
];

async function hasProgram(name: string): Promise<boolean> {
  try {
    await new Deno.Command(name, { args: [name === "tmux" ? "-V" : "--version"] }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

for (const [shell, { start, source }] of Object.entries(SHELLS)) {
  Deno.test(`completions in ${shell}: commands, options, lists, paths, one's own roster`, async (t) => {
    for (const program of ["tmux", shell]) {
      if (await hasProgram(program)) continue;
      console.log(`not tried: ${program} is not installed (apt-get install ${program})`);
      return;
    }
    const directory = await Deno.makeTempDir({ prefix: "completions-" });
    Deno.mkdirSync(`${directory}/mounts`);
    Deno.mkdirSync(`${directory}/agents`);
    const agent = { host_dir: "_m", shared_config_patch: { file: "a.json", json_set: { a: 1 } } };
    Deno.writeTextFileSync(`${directory}/agents/mine-own.json`, JSON.stringify(agent));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-read=agents", CLI, "completions", shell]
        .concat("--roster", "agents"),
      cwd: directory,
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    Deno.writeFileSync(`${directory}/script`, stdout);
    await using terminal = await Terminal.with(start, directory);
    await terminal.type("", /[>$%#]/);
    await terminal.type(source, /ready> *$/m);
    for (const [typed, line] of TYPED) {
      await t.step(JSON.stringify(typed), async () => {
        await terminal.clear(/^\s*ready> *\s*$/);
        await terminal.type(typed, line);
      });
    }
    await Deno.remove(directory, { recursive: true });
  });
}
