/** From options to the vault's location. @module */
import { ConfigPatchError } from "../errors.ts";
import { shownValue, type Transport, type VaultLocation } from "./location.ts";
import { NEWER_VAULT_SOCKET, socketTransport } from "./socket.ts";
import { tcpTransport } from "./tcp.ts";

/** What decides where the vault is. Nothing given: the socket transport. `null` counts as absent. */
export interface LocationOptions {
  /** The port on the host at which the vault listens for this container: the TCP transport. */
  readonly tokenBrokerPort?: number | null | undefined;
  /** With a port: HTTP clients go to the host themselves instead of to the loopback bridge. */
  readonly direct?: boolean | null | undefined;
  /** A transport of your own, instead of `tokenBrokerPort` and `direct`. */
  readonly transport?: Transport | null | undefined;
  /**
   * The URL to use instead of the transport's: `http` or `https`, an authority, perhaps a path; no
   * user, query, fragment or slash at the end, because patches append paths to it (`{vault_url}/v1`)
   * and nothing is stripped silently. `""`: there is none.
   */
  readonly url?: string | null | undefined;
  /** The socket's absolute path to use instead of the transport's. `""`: there is none. */
  readonly socket?: string | null | undefined;
  /** The URL to use for clients that refuse `http`: as `url`, but only `https`. `""`: there is none. */
  readonly tlsUrl?: string | null | undefined;
}

/**
 * Where a container finds the vault.
 *
 * @param given The token broker's port, or options; nothing or `null` means the socket transport.
 * @returns The addresses, checked.
 * @throws {ConfigPatchError} `option` for a port, URL or socket that cannot be one, and for options
 * that contradict each other.
 *
 * @example
 * ```ts
 * import { resolveVaultLocation } from "@terok/vault-config/transport";
 *
 * const { url, socket } = resolveVaultLocation({ tokenBrokerPort: 18731 });
 * if (url !== "http://localhost:9419") throw new Error(url);
 * if (socket !== "/tmp/terok-vault.sock") throw new Error(socket);
 * if (resolveVaultLocation(18731).socket !== socket) throw new Error("a port is no short form");
 * ```
 */
export function resolveVaultLocation(given?: number | LocationOptions | null): VaultLocation {
  const options = optionsOf(given);
  const { url, socket, tlsUrl } = transportOf(options).location;
  return checkLocation({
    url: options.url ?? url,
    socket: options.socket ?? socket,
    tlsUrl: options.tlsUrl ?? tlsUrl,
  });
}

/**
 * A location that somebody has put together without {@linkcode resolveVaultLocation}, if it is one.
 *
 * @param location The addresses; `""` for those that there are not.
 * @returns The same addresses, and nothing else.
 * @throws {ConfigPatchError} `option` for a URL or a socket that cannot be one.
 */
export function checkLocation({ url, socket, tlsUrl }: VaultLocation): VaultLocation {
  checkUrl(url);
  checkSocket(socket);
  checkTlsUrl(tlsUrl);
  return { url, socket, tlsUrl };
}

/**
 * Every location at which a value counts as ours: the given one first, then the defaults of the
 * built-in transports and the socket of newer deployments, so that a value from before a change of
 * transport is still recognised.
 *
 * @param given The location of this run.
 * @returns Each of them once.
 */
export function knownLocations(given: VaultLocation): VaultLocation[] {
  // Only the direct form depends on the port, and that one is the given location or not known.
  const locations = [
    given,
    socketTransport.location,
    tcpTransport(1).location,
    { ...socketTransport.location, socket: NEWER_VAULT_SOCKET },
  ];
  const isSame = (one: VaultLocation, other: VaultLocation) =>
    one.url === other.url && one.socket === other.socket && one.tlsUrl === other.tlsUrl;
  return locations.filter((one, index) =>
    locations.findIndex((other) => isSame(one, other)) === index
  );
}

function optionsOf(given: number | LocationOptions | null | undefined): LocationOptions {
  if (given === undefined || given === null) return {};
  if (typeof given === "object") return given;
  if (typeof given === "number") return { tokenBrokerPort: given };
  throw new ConfigPatchError(
    "option",
    `the vault's location cannot be found from a ${typeof given}`,
    {
      remedy: "give the token broker's port as a number, or an object of options",
    },
  );
}

function transportOf(options: LocationOptions): Transport {
  const { direct } = options;
  const transport = options.transport ?? undefined;
  const port = options.tokenBrokerPort ?? undefined;
  if (transport !== undefined && (port !== undefined || direct === true)) {
    throw new ConfigPatchError("option", "a transport of your own excludes a token broker's port", {
      remedy: "give either `transport`, or `tokenBrokerPort` and `direct`",
    });
  }
  if (transport !== undefined) return requireTransport(transport);
  if (port !== undefined) return tcpTransport(port, { direct: direct === true });
  if (direct === true) {
    throw new ConfigPatchError("option", "the direct form needs the token broker's port", {
      remedy: "give the port on the host at which the vault listens, or leave `direct` out",
    });
  }
  return socketTransport;
}

function requireTransport(transport: Transport): Transport {
  const { location } = transport;
  if (typeof location === "object" && location !== null) return transport;
  throw new ConfigPatchError("option", "a transport of your own must have a `location`", {
    remedy: "give an object with `url`, `socket` and `tlsUrl`",
  });
}

function checkUrl(url: string): void {
  if (url === "" || isUrl(url)) return;
  throw new ConfigPatchError("option", `${shownValue(url)} cannot be the vault's URL`, {
    remedy: urlRemedy(url, "`url`", "http:// or https://", "http://localhost:9419"),
  });
}

function checkTlsUrl(url: string): void {
  if (url === "" || (isUrl(url) && url.startsWith("https:"))) return;
  throw new ConfigPatchError("option", `${shownValue(url)} cannot be the vault's TLS URL`, {
    remedy: urlRemedy(url, "`tlsUrl`", "https://", "https://localhost:9420"),
  });
}

function isUrl(url: unknown): boolean {
  // RFC 3986: scheme, authority without user information, path. Its other parts have no meaning here.
  const form =
    /^https?:\/\/(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@\\:[\]{}]+)(?::[1-9][0-9]*)?(?:\/[^\s?#\\{}]*[^\s?#\\/{}])?$/;
  return typeof url === "string" && /^[\x21-\x7e]*$/.test(url) && form.test(url) &&
    URL.canParse(url);
}

function urlRemedy(url: unknown, option: string, schemes: string, example: string): string {
  const text = String(url);
  return text.endsWith("/") && isUrl(text.replace(/\/+$/, ""))
    ? `leave out the slash at the end of ${option}: patches append their own path`
    : `for ${option} give ${schemes}, a host, perhaps a port and a path, and nothing else, ` +
      `such as ${example}`;
}

/** The most that `sun_path` of a Unix socket's address holds on Linux, in bytes; see unix(7). */
const LONGEST_SOCKET = 107;

function checkSocket(socket: string): void {
  // A control character could not be shown, and a slash at the end names a directory.
  // deno-lint-ignore no-control-regex
  const form = /^\/(?:[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f/])$/;
  const fits = typeof socket === "string" && form.test(socket) && socket.isWellFormed();
  if (socket === "" || (fits && new TextEncoder().encode(socket).length <= LONGEST_SOCKET)) return;
  throw new ConfigPatchError("option", `${shownValue(socket)} cannot be the vault's socket`, {
    remedy: fits
      ? `for \`socket\` give a path of at most ${LONGEST_SOCKET} bytes: Linux takes no longer one`
      : "for `socket` give an absolute path in the container, such as /run/terok/vault.sock",
  });
}
