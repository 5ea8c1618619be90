/** The socket transport: the host's vault socket is mounted into the container. @module */
import { LOOPBACK_VAULT_PORT, type Transport } from "./location.ts";

/** Clients that cannot use a Unix socket go through the loopback bridge in front of it. */
export const socketTransport: Transport = {
  name: "socket",
  location: {
    url: `http://localhost:${LOOPBACK_VAULT_PORT}`,
    socket: "/run/terok/vault.sock",
  },
};
