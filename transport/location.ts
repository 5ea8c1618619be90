/** What a vault location is, and what a transport is: a way to reach the vault. @module */

/** How a container reaches the vault. Addresses, never secrets. */
export interface VaultLocation {
  /** The base URL for clients that speak HTTP over TCP, without a slash at its end; `""`: none. */
  readonly url: string;
  /** The absolute path, in the container, of a Unix socket that speaks HTTP; `""`: none. */
  readonly socket: string;
  /**
   * The base URL for clients that refuse an `http` address, as Codex does for a ChatGPT login: the
   * same as `url`, but `https`; `""`: none.
   */
  readonly tlsUrl: string;
}

/**
 * One way of carrying requests from a container to the vault. Another one is another value like
 * this one, passed as the option `transport` of {@linkcode resolveVaultLocation}.
 */
export interface Transport {
  /** A short name for messages: `socket`, `tcp`. */
  readonly name: string;
  /** Where a container finds the vault. */
  readonly location: VaultLocation;
}

/**
 * The TCP port, on a container's own loopback, of the bridge that carries HTTP to the vault. It is
 * the same in every transport, so that a config needs no change when the transport does.
 */
export const LOOPBACK_VAULT_PORT = 9419;

/** The address of the bridge that speaks TLS, on a container's own loopback; in every transport. */
export const LOOPBACK_VAULT_TLS_URL = "https://localhost:9420";

/** What a caller gave for an address or a port, as it is told; not everything can be written. */
export function shownValue(value: unknown): string {
  const isPlain = typeof value === "string" || typeof value === "number";
  return isPlain ? JSON.stringify(value) : `a value of type ${typeof value}`;
}
