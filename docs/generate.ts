/**
 * Writes what is made of the table of keys: `deno task keys`. With `--check`, writes nothing and
 * fails if anything is out of date.
 *
 * @module
 */
import { agentReference, agentSchema, agentTypes } from "../roster/reference.ts";

/** The files that are made of the table of keys, by their path in the repository. */
export async function generated(): Promise<Readonly<Record<string, string>>> {
  const page = await Deno.readTextFile(urlOf("docs/agent-files.md"));
  return {
    "roster/agent_object.ts": await formatted("ts", agentTypes()),
    "agent.schema.json": await formatted("json", JSON.stringify(agentSchema(), null, 2)),
    "docs/agent-files.md": await formatted("md", withReference(page)),
  };
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
