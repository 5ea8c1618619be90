/** What a vault location is, and what a transport is: a way to reach the vault. @module */

/** How a container reaches the vault. Addresses, never secrets. */
export interface VaultLocation {
  /** The base URL for clients that speak HTTP over TCP, without a slash at its end; `""`: none. */
  readonly url: string;
  /** The absolute path, in the container, of a Unix socket that speaks HTTP; `""`: none. */
  readonly socket: string;
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
