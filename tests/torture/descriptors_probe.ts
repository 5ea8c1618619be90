/**
 * A process that has nearly no file descriptors left: runs the program with so many free ones, from
 * none to more than it needs, and prints the exit codes as JSON. To be started with a low limit.
 */
import { main } from "../../cli/main.ts";

const [mounts = "", filler = ""] = Deno.args;
const apply = ["apply", "--direct", "--token-broker-port"];
const where = ["--mounts", mounts, "--quiet"];
/** More than the program ever has open at once. */
const MOST = 16;

// Everything is loaded while there still are some: Deno panics where it cannot open a module.
for (const folder of ["cli", "storage", "reconcile", "ownership", "roster", "formats"]) {
  const url = new URL(`../../${folder}/`, import.meta.url);
  for (const { name } of Deno.readDirSync(url)) {
    if (name.endsWith(".ts")) await import(new URL(name, url).href);
  }
}
await main([...apply, "1000", ...where]);

const held: Deno.FsFile[] = [];
const codes: number[] = [];
for (let free = 0; free <= MOST; free++) {
  try {
    for (;;) held.push(Deno.openSync(filler));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EMFILE")) throw error;
  }
  for (let i = 0; i < free; i++) held.pop()?.close();
  codes.push(await main([...apply, String(1001 + free), ...where]));
}
for (const file of held) file.close();
console.log(JSON.stringify(codes));
