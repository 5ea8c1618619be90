/**
 * Where a container finds the vault, and the tokens by which patches name it.
 *
 * @example
 * ```ts
 * import { resolveVaultLocation, substitute } from "@terok/vault-config/transport";
 *
 * const location = resolveVaultLocation({ tokenBrokerPort: 18731, direct: true });
 * const value = substitute("{vault_url}/v1", location);
 * if (value !== "http://host.containers.internal:18731/v1") throw new Error(String(value));
 * ```
 *
 * @module
 */
export {
  LOOPBACK_VAULT_PORT,
  LOOPBACK_VAULT_TLS_URL,
  type Transport,
  type VaultLocation,
} from "./location.ts";
export { NEWER_VAULT_SOCKET, socketTransport } from "./socket.ts";
export { tcpTransport } from "./tcp.ts";
export {
  checkLocation,
  knownLocations,
  type LocationOptions,
  resolveVaultLocation,
} from "./resolve.ts";
export { checkTokens, hasToken, knownValues, substitute } from "./tokens.ts";

// The types of `@terok/vault-config/formats` that stand in what is exported here.
export type {
  ConfigList,
  ConfigScalar,
  ConfigTable,
  ConfigValue,
  OpaqueScalar,
} from "../formats/types.ts";
