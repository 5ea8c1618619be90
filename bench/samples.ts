/** What the benchmarks work on: mounts, rosters of any size, config files of any size. @module */

/** The formats with the names of their libraries' parses. */
export type FormatName = "toml" | "yaml" | "json";

/** All of them. */
export const FORMATS: readonly FormatName[] = ["toml", "yaml", "json"];

/** The text of a config of about this many bytes: sections with values of several kinds. */
export function configText(format: FormatName, bytes: number): string {
  const sections: string[] = [];
  for (let size = 0, i = 0; size < bytes; i++) {
    const section = SECTION[format](i);
    sections.push(section);
    size += section.length;
  }
  return format === "json" ? `{\n${sections.join(",\n")}\n}\n` : sections.join("");
}

const SECTION: Readonly<Record<FormatName, (i: number) => string>> = {
  toml: (i) =>
    `# section ${i}\n[section_${i}]\nname = "model-${i}"\nretries = ${i}\nratio = 0.${i}5\n` +
    `enabled = true\nhosts = ["a${i}.example", "b${i}.example"]\n\n`,
  yaml: (i) =>
    `# section ${i}\nsection_${i}:\n  name: "model-${i}"\n  retries: ${i}\n  ratio: 0.${i}5\n` +
    `  enabled: true\n  hosts:\n    - a${i}.example\n    - b${i}.example\n`,
  json: (i) =>
    `  "section_${i}": {\n    "name": "model-${i}",\n    "retries": ${i},\n    "ratio": 0.${i}5,\n` +
    `    "enabled": true,\n    "hosts": ["a${i}.example", "b${i}.example"]\n  }`,
};

/** The file's name in its host dir. */
export function fileOf(format: FormatName): string {
  return `config.${format}`;
}

/** An agent that sets one key of its own. */
export function agent(
  name: string,
  dir: string,
  format: FormatName,
): Readonly<Record<string, unknown>> {
  return {
    host_dir: dir,
    shared_config_patch: {
      file: fileOf(format),
      [`${format}_set`]: { [`${name}_url`]: "{vault_url}/v1" },
    },
  };
}

/** Many agents, each with a host dir and file of its own, in all formats by turns. */
export function separateAgents(
  count: number,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  return agentsOf(
    count,
    (name, i) => agent(name, `_${name}`, FORMATS[i % FORMATS.length] ?? "toml"),
  );
}

/** Many agents with one key each in one file. */
export function sharingAgents(
  count: number,
  format: FormatName,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  return agentsOf(count, (name) => agent(name, "_shared", format));
}

function agentsOf(
  count: number,
  make: (name: string, index: number) => Readonly<Record<string, unknown>>,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const names = Array.from({ length: count }, (_, i) => `p${String(i).padStart(5, "0")}`);
  return Object.fromEntries(names.map((name, i) => [name, make(name, i)]));
}

/** Removes a directory if it is there. */
export function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Writes files below a directory that is made anew. */
export function fill(directory: string, files: Readonly<Record<string, string>>): void {
  remove(directory);
  for (const [path, text] of Object.entries(files)) {
    const full = `${directory}/${path}`;
    Deno.mkdirSync(full.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(full, text);
  }
}
