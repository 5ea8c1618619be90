/**
 * Whether a text names an address of the vault, in whatever spelling a client takes: `127.0.0.1` or
 * `[::1]` for `localhost`, with a user, letters of another case, a dot or slash more or less. It decides what
 * is told, and never what is taken out.
 *
 * @module
 */

/**
 * Whether a text holds an address, alone or with something before or behind it.
 * `http://localhost:94190` does not hold `http://localhost:9419`.
 *
 * @param text Any text.
 * @param address A URL, an authority (`localhost:9419`), or the path of a socket.
 * @example
 * ```ts
 * import { namesAddress } from "./spellings.ts";
 *
 * const url = "http://localhost:9419";
 * if (!namesAddress("HTTP://me@127.0.0.1:09419/v1/", url)) throw new Error("not found");
 * if (namesAddress("http://127.0.0.1:9420/v1", url)) throw new Error("another port");
 * ```
 */
export function namesAddress(text: string, address: string): boolean {
  return address.startsWith("/") ? namesPath(text, address) : namesEndpoint(text, address);
}

function namesPath(text: string, path: string): boolean {
  // A text without its last part cannot name it.
  if (!text.toLowerCase().includes(path.slice(path.lastIndexOf("/") + 1).toLowerCase())) {
    return false;
  }
  const plain = text.replace(/\/(?:\.?\/)+/g, "/");
  // A path that only ends as ours does is another one.
  return new RegExp(`(?<![\\w./-])${RegExp.escape(path)}(?:$|[^\\w.:-])`, "i").test(plain);
}

function namesEndpoint(text: string, address: string): boolean {
  if (new RegExp(`${RegExp.escape(address)}(?:$|[^\\w.:-])`, "i").test(text)) return true;
  const ours = endpointOf(address);
  // Most texts hold no such number; no client leaves out a port that its scheme does not imply.
  if (ours === undefined || (!IMPLIED.has(ours.port) && !text.includes(ours.port))) return false;
  return wordsOf(text).some((word) => {
    const its = endpointOf(word.replace(/^[\w-]+=/, ""));
    return its !== undefined && its.port === ours.port && isSameHost(its.host, ours.host);
  });
}

/** What stands between blanks, quotes and the like. Brackets may be of a link, or of an IPv6 address. */
function wordsOf(text: string): string[] {
  const words = text.split(/[\s"'`<>,;|(){}]+/);
  return words.flatMap((word) => /[[\]]/.test(word) ? [word, ...word.split(/[[\]]/)] : [word]);
}

/** Ports that need not be written. */
const IMPLIED = new Set(["80", "443"]);

interface Endpoint {
  readonly host: string;
  readonly port: string;
}

/**
 * Where a URL or an authority leads to, in the words of {@linkcode URL}. A host without a port and
 * without a scheme of the web is a word like any other.
 */
function endpointOf(text: string): Endpoint | undefined {
  const web = /^(https?|wss?):[\\/]*(.*)$/is.exec(text);
  const [, scheme = "", rest = text] = web ?? /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text) ?? [];
  if (web === null && !/:\d+(?:[/?#]|$)/.test(rest)) return undefined;
  // What is no scheme of the web has no host to URL.
  const isSecure = /^(?:https|wss)$/i.test(scheme);
  const { hostname = "", port = "" } = URL.parse(`${isSecure ? "https" : "http"}://${rest}`) ?? {};
  if (hostname === "") return undefined;
  return { host: hostname.replace(/\.$/, ""), port: port || (isSecure ? "443" : "80") };
}

function isSameHost(one: string, other: string): boolean {
  return one === other || (isLoopback(one) && isLoopback(other));
}

/** Names and numbers by which a program reaches its own container. */
function isLoopback(host: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:(?:7f[0-9a-f]{2}:[0-9a-f]+|0:0)\])$/
    .test(host);
}
