#!/usr/bin/env -S deno run --no-prompt --allow-read --allow-write
/**
 * The command line of vault-config.
 *
 * It needs `--allow-read=MOUNTS --allow-write=MOUNTS` and nothing else, and confines itself to the
 * mounts whatever it is given.
 *
 * @example Print the vault's addresses
 * ```ts
 * import { main } from "@terok/vault-config/cli";
 *
 * const code = await main(["location"]);
 * if (code !== 0) throw new Error(`exit code ${code}`);
 * ```
 *
 * @module
 */
import { main, type MainOptions } from "./cli/main.ts";

export { main, type MainOptions };
export type {
  ConfigDocument,
  ConfigList,
  ConfigPath,
  ConfigRoot,
  ConfigScalar,
  ConfigTable,
  ConfigValue,
  DropOptions,
  FormatHandler,
  FormatInfo,
  FormatRegistry,
  LazyFormat,
  Merged,
  OpaqueScalar,
  ParseOptions,
  Put,
  Readings,
  Selector,
  Slot,
  Span,
  Splice,
} from "./formats/mod.ts";

if (import.meta.main) {
  // In a turn of its own. Whoever throws, as looking for a file that is not there does, has V8 find the
  // places of all functions below; in a bundle the lowest one is the whole program, read again for it.
  const code = await Promise.resolve().then(() => main(Deno.args));
  // Deno keeps the compiled program for the next start only if its event loop gets a turn, and a
  // steady run has none. This is the cheapest; standard error may be closed.
  await Deno.stderr.write(new Uint8Array()).catch(() => {});
  Deno.exit(code);
}
