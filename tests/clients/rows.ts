/**
 * What was proven last, on this machine: a run of all clients takes long, so that the page can be put
 * together from runs of some of them. Each row has its own date.
 */
import { cacheDirectory } from "./install.ts";
import type { Row } from "./prove.ts";

/** Keeps the rows of one client in place of its earlier ones. */
export async function keep(rows: readonly Row[]): Promise<void> {
  const proven = new Set(rows.map(({ client }) => client));
  const others = (await read()).filter(({ client }) => !proven.has(client));
  await Deno.mkdir(cacheDirectory(), { recursive: true });
  await Deno.writeTextFile(file(), JSON.stringify([...others, ...rows], undefined, 2));
}

/** All rows of these clients, in their order. */
export async function kept(clients: readonly string[]): Promise<Row[]> {
  const rows = await read();
  return clients.flatMap((name) => rows.filter(({ client }) => client === name));
}

async function read(): Promise<Row[]> {
  try {
    return JSON.parse(await Deno.readTextFile(file()));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function file(): string {
  return `${cacheDirectory()}/rows.json`;
}
