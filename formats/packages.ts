/** A package that cannot be fetched, told from a bug. @module */
import { ConfigPatchError } from "../errors.ts";

/**
 * The error for a package of the program that could not be fetched; `undefined` for any other error.
 *
 * @param error What an import has thrown.
 * @returns An error of code `package`, which names the package and says how to get it.
 *
 * @example
 * ```ts
 * import { packageError } from "@terok/vault-config";
 *
 * const error = packageError(new TypeError("Failed caching npm package 'js-yaml@5.5.0'"));
 * if (error?.code !== "package") throw new Error("not told from a bug");
 * if (packageError(new TypeError("x is not a function")) !== undefined) throw new Error("a bug");
 * ```
 */
export function packageError(error: unknown): ConfigPatchError | undefined {
  if (!(error instanceof Error) || !MISSING.test(error.message)) return undefined;
  // deno-lint-ignore no-control-regex
  const text = error.message.replaceAll(/\x1b\[[0-9;]*m/g, "");
  const name = /['"]((?:@[^/'"]+\/)?[^'"@]+)(?:@[^'"]*)?['"]/.exec(text)?.[1];
  const [, why = text.split("\n", 1)[0]] = /^\s*0: (.*)$/m.exec(text) ?? [];
  const what = name === undefined ? "a package" : `the package ${name}`;
  return new ConfigPatchError("package", `${what} could not be fetched: ${why}`, {
    remedy: "do not start the task; run `deno install` in the program's folder once, as the same " +
      "user and where the npm registry can be reached (a private authority needs DENO_CERT), or " +
      "use the bundle, which needs no package (deno task bundle)",
    cause: error,
  });
}

const MISSING =
  /npm package|npm registry|not a dependency|npm:\S+.*(?:could not|failed|not found)|(?:could not|failed).*npm:/i;
