/**
 * Deno's own libraries read what we wrote: tools on Deno will read these files with `@std/toml` and
 * `@std/yaml`. They live on a registry that mirrors often lack, so they are loaded here and now, and
 * where that is not possible the tests are ignored, and say so.
 *
 * @module
 */
import { loadAll } from "js-yaml";
import { parse as parseToml } from "smol-toml";
import { applySharedConfigPatches, loadRoster } from "../mod.ts";

/** What is used of the three packages. */
interface Std {
  readonly toml: { readonly parse: (text: string) => unknown };
  readonly yaml: { readonly parse: (text: string) => unknown };
  readonly assert: {
    readonly assertEquals: (actual: unknown, expected: unknown, message?: string) => void;
    readonly assertGreater: (actual: number, expected: number, message?: string) => void;
  };
}

const std = await loadStd();

interface File {
  readonly format: "toml" | "yaml";
  readonly before: string;
  /** What the file says afterwards beside what it said before. */
  readonly ours: Readonly<Record<string, unknown>>;
}

const FILES: Readonly<Record<string, File>> = {
  "_codex-config/config.toml": {
    format: "toml",
    before: '# mine\nmodel = "x"\n\n[tui]\ntheme = "dark" # the good one\n',
    ours: {
      openai_base_url: "http://localhost:9419/v1",
      chatgpt_base_url: "http://localhost:9419/backend-api/",
    },
  },
  "_vibe-config/config.toml": {
    format: "toml",
    before: 'active_model = "devstral"\n\n[[models]]\nname = "devstral"\n',
    ours: {
      providers: [{
        name: "mistral",
        api_base: "http://localhost:9419/v1",
        api_key_env_var: "MISTRAL_API_KEY",
      }],
    },
  },
  "_gh-config/config.yml": {
    format: "yaml",
    before: "# mine\ngit_protocol: ssh\naliases:\n  co: pr checkout\n",
    ours: { http_unix_socket: "/run/terok/vault.sock" },
  },
};

for (const from of ["an empty file", "a user's file"]) {
  withStd(`@std reads what we wrote for the built-in agents into ${from}`, async (std) => {
    const mounts = await Deno.makeTempDir({ prefix: "vault-config-std-" });
    const text = (file: File) => from === "an empty file" ? "" : file.before;
    try {
      for (const [path, file] of Object.entries(FILES)) {
        await Deno.mkdir(`${mounts}/${path.split("/")[0]}`);
        await Deno.writeTextFile(`${mounts}/${path}`, text(file));
      }
      await applySharedConfigPatches(await loadRoster([]), mounts);
      for (const [path, file] of Object.entries(FILES)) {
        const { parse } = std[file.format];
        const before = parse(text(file)) ?? {};
        const after = parse(await Deno.readTextFile(`${mounts}/${path}`));
        std.assert.assertEquals(after, { ...before, ...file.ours }, path);
      }
    } finally {
      await Deno.remove(mounts, { recursive: true });
    }
  });
}

const CHECKERS = { toml: parseToml, yaml: (text: string) => loadAll(text)[0] } as const;

for (const format of ["toml", "yaml"] as const) {
  withStd(
    `@std/${format} reads the edits of the style document as our checker does`,
    async (std) => {
      const document = await Deno.readTextFile(
        new URL(`./formats/style/${format}.md`, import.meta.url),
      );
      let compared = 0;
      for (const [title, before, after] of pairs(document)) {
        // Of what it cannot read before our edit, or reads in another way, it says nothing.
        const reads = (text: string) => plain(std[format].parse(text));
        const should = (text: string) => plain(CHECKERS[format](text));
        if (!agrees(() => std.assert.assertEquals(reads(before), should(before)))) continue;
        std.assert.assertEquals(reads(after), should(after), title);
        compared++;
      }
      std.assert.assertGreater(compared, 30, "too few documents were compared");
    },
  );
}

/** The pairs of a style document that have no flags, with their headings. */
function* pairs(document: string): Iterable<[title: string, before: string, after: string]> {
  for (const section of document.split(/^## /m).slice(1)) {
    const block = (kind: string) =>
      RegExp(`^\`\`\`\\w+ ${kind}\\n(.*?)^\`\`\``, "ms").exec(section)?.[1];
    const [before, after] = [block("before"), block("after")];
    if (before !== undefined && after !== undefined) {
      yield [section.slice(0, section.indexOf("\n")), before, after];
    }
  }
}

/** Values without the classes that each library has for dates and tables. */
function plain(value: unknown): unknown {
  const json = JSON.stringify(
    value ?? {},
    (_, inner) => typeof inner === "bigint" ? Number(inner) : inner,
  );
  return JSON.parse(json);
}

function agrees(compare: () => void): boolean {
  try {
    compare();
    return true;
  } catch {
    return false;
  }
}

function withStd(name: string, body: (std: Std) => Promise<void>): void {
  Deno.test({
    name: std === undefined ? `${name} (JSR cannot be reached)` : name,
    ignore: std === undefined,
    fn: async () => {
      if (std !== undefined) await body(std);
    },
  });
}

/** The packages, by names that no tool resolves before this runs; `undefined` without them. */
async function loadStd(): Promise<Std | undefined> {
  const load = (name: string) => import(`@std/${name}`);
  try {
    const [toml, yaml, assert] = await Promise.all(["toml", "yaml", "assert"].map(load));
    return { toml, yaml, assert };
  } catch (error) {
    console.log(`@std is not tried: ${String(error).split("\n")[0]}`);
    return undefined;
  }
}
