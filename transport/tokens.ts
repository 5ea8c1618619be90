/**
 * The tokens by which a patch names the vault's addresses.
 *
 * | token | stands for |
 * |---|---|
 * | `{vault_url}` | the URL: `http://localhost:9419` |
 * | `{vault_socket}` | the path of the Unix socket: `/run/terok/vault.sock` |
 * | `{vault_tls_url}` | the URL for clients that refuse `http`: `https://localhost:9420` |
 * | `{vault_host}` | the authority of the URL: `localhost:9419` |
 *
 * `{{ vault_url }}` means the same, with or without the spaces. Any other text in braces belongs to
 * the program whose config it is, except where it begins with `vault_` or is a token in other letters
 * (`{VAULT_URL}`, but not `${VAULT_URL}`): that is a slip, and it would leave a task unrouted. So would
 * `{proxy_url}`, the token of rosters before April 2026.
 *
 * @module
 */
import { closest, ConfigPatchError } from "../errors.ts";
import type { ConfigTable, ConfigValue } from "../formats/types.ts";
import { isList, isTable, sameValue, tableOf } from "../formats/value.ts";
import type { VaultLocation } from "./location.ts";
import { knownLocations } from "./resolve.ts";
import { namesAddress } from "./spellings.ts";

/**
 * A value with the tokens in its strings replaced, at any depth; keys are left alone. What a token
 * stands for is not searched for tokens again.
 *
 * @param value A value of a patch.
 * @param location The vault's addresses.
 * @example
 * ```ts
 * import { resolveVaultLocation, substitute } from "@terok/vault-config/transport";
 *
 * const value = substitute("{vault_url}/v1?key={env:KEY}", resolveVaultLocation());
 * if (value !== "http://localhost:9419/v1?key={env:KEY}") throw new Error(String(value));
 * ```
 *
 * @throws {ConfigPatchError} `roster` for an unknown token, `location` for one whose address is
 * empty.
 */
export function substitute(value: ConfigTable, location: VaultLocation): ConfigTable;
/** The same for any value: what is no string, list or table comes back as it is. */
export function substitute(value: ConfigValue, location: VaultLocation): ConfigValue;
export function substitute(value: ConfigValue, location: VaultLocation): ConfigValue {
  return mapStrings(
    value,
    (text) =>
      text.replace(TOKEN, (written: string, ...groups: unknown[]) => {
        const [token, option] = tokenOf(written, groups);
        const address = ADDRESSES[token](location);
        if (address !== "") return address;
        throw new ConfigPatchError("location", `${written} is used, but there is no such address`, {
          remedy: `give one (${option}), or leave out the providers that need it`,
        });
      }),
  );
}

/**
 * Whether any string in a value, at any depth, holds a token, known or not.
 *
 * @param value A value of a patch.
 */
export function hasToken(value: ConfigValue): boolean {
  if (typeof value === "string") return value.search(TOKEN) !== -1;
  if (isList(value)) return value.some(hasToken);
  return isTable(value) && Object.values(value).some(hasToken);
}

/**
 * Finds slips before any address is known.
 *
 * @param value A value of a patch.
 * @throws {ConfigPatchError} `roster` for an unknown token.
 */
export function checkTokens(value: ConfigValue): void {
  mapStrings(value, (text) => {
    for (const match of text.matchAll(TOKEN)) tokenOf(match[0], match.slice(1));
    for (const [written, name = ""] of text.matchAll(ALIKE)) {
      if (!isToken(name)) throw noToken(written);
    }
    return text;
  });
}

/**
 * What a template can have led to: its value at each of the {@linkcode knownLocations} that has the
 * addresses it needs. Empty for a template without a token, whose value says nothing about who wrote
 * it.
 *
 * @example
 * ```ts
 * import { knownValues, resolveVaultLocation } from "@terok/vault-config/transport";
 *
 * const values = knownValues("{vault_socket}", resolveVaultLocation());
 * if (values[0] !== "/run/terok/vault.sock") throw new Error(values.join());
 * if (!values.includes("/tmp/terok-vault.sock")) throw new Error(values.join());
 * ```
 *
 * @param template A value with tokens.
 * @param given The location of this run.
 * @throws {ConfigPatchError} `roster` for an unknown token.
 */
export function knownValues(template: ConfigValue, given: VaultLocation): ConfigValue[] {
  if (!hasToken(template)) return [];
  const values = knownLocations(given).flatMap((location) => {
    try {
      return [substitute(template, location)];
    } catch (error) {
      // An address that does not exist cannot have been written.
      if (error instanceof ConfigPatchError && error.code === "location") return [];
      throw error;
    }
  });
  return values.filter((one, index) =>
    values.findIndex((other) => sameValue(one, other)) === index
  );
}

/**
 * The addresses that a template's tokens stand for in a value that was made of it. None where the value
 * is not what the template gives.
 *
 * @param template A value with tokens.
 * @param value What it has led to.
 */
export function addressesIn(template: ConfigValue, value: ConfigValue): string[] {
  if (typeof template === "string" && typeof value === "string") {
    let pattern = "";
    let end = 0;
    for (const { 0: token, index } of template.matchAll(TOKEN)) {
      pattern += `${RegExp.escape(template.slice(end, index))}(.+)`;
      end = index + token.length;
    }
    const found = new RegExp(`^${pattern}${RegExp.escape(template.slice(end))}$`, "s").exec(value);
    return found?.slice(1).map((address) => address.replace(/\/+$/, "")) ?? [];
  }
  if (isList(template) && isList(value)) {
    return template.flatMap((item, index) => addressesIn(item, value[index] ?? null));
  }
  if (!isTable(template) || !isTable(value)) return [];
  return Object.entries(template).flatMap(([key, item]) => addressesIn(item, value[key] ?? null));
}

/**
 * Whether a string in a value, at any depth, holds one of these addresses, in whatever spelling.
 *
 * @param value Any value.
 * @param addresses Addresses of a vault.
 */
export function holdsAddress(value: ConfigValue, addresses: readonly string[]): boolean {
  if (typeof value === "string") return addresses.some((one) => namesAddress(value, one));
  if (isList(value)) return value.some((item) => holdsAddress(item, addresses));
  return isTable(value) && Object.values(value).some((item) => holdsAddress(item, addresses));
}

type Token = "vault_url" | "vault_socket" | "vault_tls_url" | "vault_host";

const ADDRESSES: Readonly<Record<Token, (location: VaultLocation) => string>> = {
  vault_url: (location) => location.url,
  vault_socket: (location) => location.socket,
  vault_tls_url: (location) => location.tlsUrl,
  vault_host: (location) => location.url.replace(/^[a-z]+:\/\//, "").replace(/\/.*$/, ""),
};

/** The option that gives the address behind a token. */
const OPTIONS: Readonly<Record<Token, string>> = {
  vault_url: "--vault-url URL",
  vault_socket: "--vault-socket PATH",
  vault_tls_url: "--vault-tls-url URL",
  vault_host: "--vault-url URL",
};

/** Double braces come first, so that they are never taken for single ones in braces. */
const TOKEN =
  /\{\{\s*(vault_[^{}]*|proxy_url\s*)\}\}|\{(\s*(?:vault_[^{}]*|proxy_url\s*(?=\})))(\}?)/g;

/**
 * A token in whatever letters: `{VAULT_URL}`, `{vault-url}`, `{vaultUrl}`. Behind `$` it is a variable of
 * the client's own.
 */
const ALIKE = /(?<![${])\{\{?\s*(vault[-_ ]?(?:url|socket|tls[-_ ]?url|host))\s*\}\}?/gi;

/** The token that a match of {@linkcode TOKEN} means, and the option that gives its address. */
function tokenOf(written: string, groups: readonly unknown[]): readonly [Token, string] {
  const [double, single, end] = groups as readonly (string | undefined)[];
  const name = double?.trimEnd() ?? (end === "}" ? single : undefined);
  if (isToken(name)) return [name, OPTIONS[name]];
  throw noToken(written);
}

function noToken(written: string): ConfigPatchError {
  const word = written.replace(/[{}]/g, "").trim();
  const near = word === "proxy_url" ? "vault_url" : closest(word, Object.keys(ADDRESSES));
  const known = Object.keys(ADDRESSES).map((token) => `{${token}}`).join(", ");
  return new ConfigPatchError("roster", `there is no token ${JSON.stringify(written)}`, {
    remedy: near === undefined ? `known are ${known}` : `did you mean {${near}}?`,
  });
}

function isToken(name: string | undefined): name is Token {
  return name !== undefined && Object.hasOwn(ADDRESSES, name);
}

function mapStrings(value: ConfigValue, change: (text: string) => string): ConfigValue {
  if (typeof value === "string") return change(value);
  if (isList(value)) return value.map((item) => mapStrings(item, change));
  if (!isTable(value)) return value;
  return tableOf(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]));
}
