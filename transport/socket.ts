/** The socket transport: the host's vault socket is mounted into the container. @module */
import { LOOPBACK_VAULT_PORT, LOOPBACK_VAULT_TLS_URL, type Transport } from "./location.ts";

/** Clients that cannot use a Unix socket go through the loopback bridge in front of it. */
export const socketTransport: Transport = {
  name: "socket",
  location: {
    url: `http://localhost:${LOOPBACK_VAULT_PORT}`,
    socket: "/run/terok/vault.sock",
    tlsUrl: LOOPBACK_VAULT_TLS_URL,
  },
};

/** Where newer deployments mount the socket: known as an address of ours, and never written unasked. */
export const NEWER_VAULT_SOCKET = "/run/terok/vault/vault.sock";
