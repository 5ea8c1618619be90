/** From options to the vault's location. @module */
import { ConfigPatchError } from "../errors.ts";
import type { Transport, VaultLocation } from "./location.ts";
import { socketTransport } from "./socket.ts";
import { tcpTransport } from "./tcp.ts";

/** What decides where the vault is. Nothing given: the socket transport. */
export interface LocationOptions {
  /** The port on the host at which the vault listens for this container: the TCP transport. */
  readonly tokenBrokerPort?: number | undefined;
  /** With a port: HTTP clients go to the host themselves instead of to the loopback bridge. */
  readonly direct?: boolean | undefined;
  /** A transport of your own, instead of `tokenBrokerPort` and `direct`. */
  readonly transport?: Transport | undefined;
  /**
   * The URL to use instead of the transport's: `http` or `https`, an authority, perhaps a path; no
   * user, query, fragment or slash at the end, because patches append paths to it (`{vault_url}/v1`)
   * and nothing is stripped silently. `""`: there is none.
   */
  readonly url?: string | undefined;
  /** The socket's absolute path to use instead of the transport's. `""`: there is none. */
  readonly socket?: string | undefined;
}

/**
 * Where a container finds the vault.
 *
 * @example
 * ```ts
 * import { resolveVaultLocation } from "@terok/vault-config/transport";
 *
 * const { url, socket } = resolveVaultLocation({ tokenBrokerPort: 18731 });
 * if (url !== "http://localhost:9419") throw new Error(url);
 * if (socket !== "/tmp/terok-vault.sock") throw new Error(socket);
 * ```
 *
 * @throws {ConfigPatchError} `option` for a port, URL or socket that cannot be one, and for options
 * that contradict each other.
 */
export function resolveVaultLocation(options: LocationOptions = {}): VaultLocation {
  const { url, socket } = transportOf(options).location;
  return checkLocation({ url: options.url ?? url, socket: options.socket ?? socket });
}

/**
 * A location that somebody has put together without {@linkcode resolveVaultLocation}, if it is one.
 *
 * @throws {ConfigPatchError} `option` for a URL or a socket that cannot be one.
 */
export function checkLocation({ url, socket }: VaultLocation): VaultLocation {
  checkUrl(url);
  checkSocket(socket);
  return { url, socket };
}

/**
 * Every location at which a value counts as ours: the given one first, then the defaults of the
 * built-in transports, so that a value from before a change of transport is still recognised.
 */
export function knownLocations(given: VaultLocation): VaultLocation[] {
  // Only the direct form depends on the port, and that one is the given location or not known.
  const locations = [given, socketTransport.location, tcpTransport(1).location];
  return locations.filter((one, index) =>
    locations.findIndex((other) => other.url === one.url && other.socket === one.socket) === index
  );
}

function transportOf(options: LocationOptions): Transport {
  const { tokenBrokerPort, direct, transport } = options;
  if (transport !== undefined && (tokenBrokerPort !== undefined || direct === true)) {
    throw new ConfigPatchError("option", "a transport of your own excludes a token broker's port", {
      remedy: "give either `transport`, or `tokenBrokerPort` and `direct`",
    });
  }
  if (transport !== undefined) return transport;
  if (tokenBrokerPort !== undefined) {
    return tcpTransport(tokenBrokerPort, { direct: direct === true });
  }
  if (direct === true) {
    throw new ConfigPatchError("option", "the direct form needs the token broker's port", {
      remedy: "give the port on the host at which the vault listens, or leave `direct` out",
    });
  }
  return socketTransport;
}

function checkUrl(url: string): void {
  // RFC 3986: scheme, authority without user information, path. Its other parts have no meaning here.
  const form =
    /^https?:\/\/(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@\\:[\]{}]+)(?::[1-9][0-9]*)?(?:\/[^\s?#\\{}]*[^\s?#\\/{}])?$/;
  const fits = (text: unknown) =>
    typeof text === "string" && /^[\x21-\x7e]*$/.test(text) && form.test(text) &&
    URL.canParse(text);
  if (url === "" || fits(url)) return;
  throw new ConfigPatchError("option", `${JSON.stringify(url)} cannot be the vault's URL`, {
    remedy: fits(String(url).replace(/\/+$/, ""))
      ? "leave out the slash at its end: patches append their own path"
      : "give http:// or https://, a host, perhaps a port and a path, and nothing else, " +
        "such as http://localhost:9419",
  });
}

/** The most that `sun_path` of a Unix socket's address holds on Linux, in bytes; see unix(7). */
const LONGEST_SOCKET = 107;

function checkSocket(socket: string): void {
  // A control character could not be shown, and a slash at the end names a directory.
  // deno-lint-ignore no-control-regex
  const form = /^\/(?:[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f/])$/;
  const fits = typeof socket === "string" && form.test(socket) && socket.isWellFormed();
  if (socket === "" || (fits && new TextEncoder().encode(socket).length <= LONGEST_SOCKET)) return;
  throw new ConfigPatchError("option", `${JSON.stringify(socket)} cannot be the vault's socket`, {
    remedy: fits
      ? `give a path of at most ${LONGEST_SOCKET} bytes: Linux takes no longer one for a socket`
      : "give an absolute path in the container, such as /run/terok/vault.sock",
  });
}
