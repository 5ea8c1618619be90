/**
 * The rules for proxies: a client that is told to use one sends it everything, what is meant for the
 * vault too.
 *
 * @module
 */
import type { BypassObject } from "./agent_object.ts";

/** The names of variables by which programs find a proxy. */
const NAMES = [
  "HTTP_PROXY",
  "http_proxy",
  "HTTPS_PROXY",
  "https_proxy",
  "ALL_PROXY",
  "all_proxy",
] as const;

/**
 * Rules for a client that reads variables of the environment from a file.
 *
 * @param client Its name, for people.
 * @param where The file, if it is not the patch's own, and the table of the variables in it.
 */
export function proxyRules(
  client: string,
  { file, table = [] }: {
    readonly file?: string | undefined;
    readonly table?: readonly string[] | undefined;
  },
): BypassObject[] {
  return NAMES.map((name) => ({
    file,
    path: [...table, name],
    unless: [""],
    why: `${client} sends all its requests to that proxy.`,
  }));
}
