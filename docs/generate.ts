/**
 * Writes what is made of the table of keys: `deno task keys`. With `--check`, writes nothing and
 * fails if anything is out of date.
 *
 * @module
 */
import { loadRoster } from "../roster/load.ts";
import { agentReference, agentSchema, agentTypes } from "../roster/reference.ts";

/** The files that are made of the table of keys and of the agents, by their path in the repository. */
export async function generated(): Promise<Readonly<Record<string, string>>> {
  const page = await Deno.readTextFile(urlOf("docs/agent-files.md"));
  return {
    "roster/agent_object.ts": await formatted("ts", agentTypes()),
    "roster/built_in_providers.ts": await formatted("ts", await builtInProviders()),
    "agent.schema.json": await formatted("json", JSON.stringify(agentSchema(), null, 2)),
    "docs/agent-files.md": await formatted("md", withReference(page)),
  };
}

/** What the agents that are on by default amount to, so that a run without others reads no agent. */
async function builtInProviders(): Promise<string> {
  const roster = await loadRoster([], { catalog: [] });
  const providers = roster.names().map((name) => roster.get(name));
  return `/**
 * The built-in agents as they are once they are read: what most runs are about, and all that they need
 * to know of agents. Written by \`deno task keys\` from \`agents/\`.
 *
 * @module
 */
import type { Provider } from "./types.ts";

/** The providers that are on by default. */
export const builtInProviders: readonly Provider[] = ${literal(providers)};
`;
}

/** A value as it stands in a program. */
function literal(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const entries = Object.entries(value).map(([key, one]) =>
    `${JSON.stringify(key)}: ${literal(one)}`
  );
  return `{ ${entries.join(", ")} }`;
}

/** A page with the text between each pair of marks replaced by what is made. */
function withReference(page: string): string {
  return Object.entries(agentReference()).reduce((text, [name, made]) => {
    const [begin, end] = [`<!-- keys of ${name} -->`, `<!-- end of keys of ${name} -->`];
    const [before, rest = ""] = text.split(begin);
    const [, after] = rest.split(end);
    if (after === undefined) throw new Error(`docs/agent-files.md has no ${begin} … ${end}`);
    return `${before}${begin}\n\n${made}\n${end}${after}`;
  }, page);
}

/** The text as `deno fmt` leaves it, so that both never fight. */
async function formatted(extension: string, text: string): Promise<string> {
  const args = ["fmt", "--ext", extension, "--config", urlOf("deno.json").pathname, "-"];
  const running = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" })
    .spawn();
  const writer = running.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await running.output();
  if (!success) throw new Error(`deno fmt refuses the generated .${extension}`);
  return new TextDecoder().decode(stdout);
}

function urlOf(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(await generated())) {
    await Deno.writeTextFile(urlOf(path), text);
  }
}
