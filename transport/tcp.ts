/** The TCP transport: the vault listens on a port of the host, one for each container. @module */
import { ConfigPatchError } from "../errors.ts";
import {
  LOOPBACK_VAULT_PORT,
  LOOPBACK_VAULT_TLS_URL,
  shownValue,
  type Transport,
} from "./location.ts";

/**
 * Bridges in the container forward its loopback and a Unix socket to the port on the host. With
 * `direct`, HTTP clients go to the host's port themselves: the older form of this transport.
 *
 * @throws {ConfigPatchError} `option` for a port that is not an integer in 1…65535.
 */
export function tcpTransport(
  port: number,
  options: { readonly direct?: boolean } = {},
): Transport {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new ConfigPatchError(
      "option",
      `${shownValue(port)} cannot be the token broker's port`,
      {
        remedy: "give a whole number from 1 to 65535",
      },
    );
  }
  const url = options.direct === true
    ? `http://host.containers.internal:${port}`
    : `http://localhost:${LOOPBACK_VAULT_PORT}`;
  return { name: "tcp", location: { url, socket: BRIDGE_SOCKET, tlsUrl: LOOPBACK_VAULT_TLS_URL } };
}

/** Where the bridge in a container listens for clients that only know Unix sockets. */
const BRIDGE_SOCKET = "/tmp/terok-vault.sock";
