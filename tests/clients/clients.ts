/**
 * The proof with real programs: installs them, runs each in a world with nothing but a stand-in
 * vault, and prints what holds.
 *
 * ```sh
 * deno task clients                # all of them; takes a quarter of an hour
 * deno task clients codex claude   # these
 * deno task clients --write        # all, and write what was seen last of each to docs/clients.md
 * ```
 *
 * Exit code: 0 if all holds, 1 if not, 2 if this machine cannot tell.
 */
import { certificate } from "./certificate.ts";
import { install } from "./install.ts";
import { NOT_RUN } from "./not_run.ts";
import type { Program } from "./program.ts";
import { programs } from "./programs/all.ts";
import { COLUMNS, prove, type Row } from "./prove.ts";
import { keep, kept } from "./rows.ts";
import { line, page, table } from "./table.ts";
import type { Doors } from "./vault.ts";
import { lacking } from "./world.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith("--"));
  const unknown = names.filter((name) => !programs.some((program) => program.name === name));
  if (unknown.length > 0) {
    console.error(`no such client: ${unknown.join(", ")}`);
    console.error(`there are: ${programs.map(({ name }) => name).join(", ")}`);
    return 2;
  }
  const lack = await lacking();
  if (lack !== undefined) {
    console.error(`clients cannot be run here: this machine lacks ${lack}`);
    return 2;
  }
  const chosen = programs.filter(({ name }) => names.length === 0 || names.includes(name));
  const { rows, missing } = await proveAll(chosen);
  console.log(table(rows));
  for (const line of missing) console.log(`not run: ${line}`);
  if (args.includes("--write")) await writePage();
  if (rows.some(({ cells }) => COLUMNS.some((column) => cells[column]?.holds === false))) return 1;
  return missing.length > 0 ? 2 : 0;
}

/** Writes the page of what was seen last of each client, as `deno fmt` leaves it. */
async function writePage(): Promise<void> {
  const { pathname } = new URL("../../docs/clients.md", import.meta.url);
  await Deno.writeTextFile(pathname, page(await kept(programs.map(({ name }) => name)), NOT_RUN));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", pathname] }).output();
}

/** One after the other: a client may use all of a small machine. */
async function proveAll(
  chosen: readonly Program[],
): Promise<{ rows: Row[]; missing: string[] }> {
  const doors: Doors = {
    port: 9419,
    socket: "/run/terok/vault.sock",
    tls: await certificate(9420),
  };
  const rows: Row[] = [];
  const missing: string[] = [];
  for (const program of chosen) {
    const installed = await install(program).catch((error: Error) => error.message);
    if (typeof installed === "string") {
      missing.push(`${program.name}: ${installed}`);
      continue;
    }
    const proven: Row[] = [];
    for (const login of program.logins) {
      console.error(`${program.name} ${installed.version}, ${login.name} …`);
      const row = await prove(program, login, installed, doors);
      console.error(`  ${line(row)}`);
      proven.push(row);
    }
    await keep(proven);
    rows.push(...proven);
  }
  return { rows, missing };
}
