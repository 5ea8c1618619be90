/** What settings there are, and what each may be: one table. Pure. @module */
import { closest } from "../errors.ts";

/** What an operator has set. What the file does not say is `undefined`, or empty. */
export interface Settings {
  /** Names to apply instead of those that are on by default. */
  readonly providers: readonly string[] | undefined;
  /** Names to apply beside those. */
  readonly enabled: readonly string[];
  /** Names that take no part, or `"all"`. */
  readonly disabled: readonly string[] | "all";
  /** The port of the TCP transport. */
  readonly tokenBrokerPort: number | undefined;
  /** The direct form of the TCP transport. */
  readonly direct: boolean | undefined;
  /** The vault's URL instead of the transport's. */
  readonly vaultUrl: string | undefined;
  /** The vault's socket instead of the transport's. */
  readonly vaultSocket: string | undefined;
  /** The vault's https URL instead of the default. */
  readonly vaultTlsUrl: string | undefined;
  /** Agent files and directories of them, as written: relative to `.vault-config/`. */
  readonly roster: readonly string[];
  /** Leave out the agents that come with the program. */
  readonly noBuiltIn: boolean | undefined;
  /** Accept files below a host dir's own level. */
  readonly allowNested: boolean | undefined;
  /** Names whose bypasses are accepted. */
  readonly acceptBypass: readonly string[];
  /** How long to wait for the lock, in milliseconds. */
  readonly lockTimeout: number | undefined;
  /** The type of credential in use, by provider. */
  readonly credentials: Readonly<Record<string, string>>;
}

/** What a value of a setting may be. */
export interface SettingKind {
  /** What to write. */
  readonly remedy: string;
  /** Whether a value is one. */
  readonly fits: (value: unknown) => boolean;
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);

const NAMES: SettingKind = {
  remedy: 'give a list of names, such as ["codex", "vibe"]',
  fits: isNames,
};
const SWITCH: SettingKind = {
  remedy: "give true or false",
  fits: (value) => typeof value === "boolean",
};
const ADDRESS: SettingKind = {
  remedy: 'give a text; "" means that there is none',
  fits: (value) => typeof value === "string",
};

/** Every setting by its key in the file. */
export const SETTINGS: Readonly<Record<string, SettingKind>> = {
  providers: NAMES,
  enabled: NAMES,
  disabled: {
    remedy: 'give a list of names, such as ["vibe"], or "all"',
    fits: (value) => value === "all" || isNames(value),
  },
  token_broker_port: {
    remedy: "give a whole number from 1 to 65535",
    fits: (value) => typeof value === "bigint" && value >= 1n && value <= 65535n,
  },
  direct: SWITCH,
  vault_url: ADDRESS,
  vault_socket: ADDRESS,
  vault_tls_url: ADDRESS,
  roster: { remedy: 'give a list of paths, such as ["agents"]', fits: isNames },
  no_built_in: SWITCH,
  allow_nested: SWITCH,
  accept_bypass: NAMES,
  lock_timeout: {
    remedy: "give a number of seconds from 0 on, such as 2.5",
    fits: (value) => secondsOf(value) !== undefined,
  },
  credentials: {
    remedy: 'give a table of names and types, such as codex = "oauth"',
    fits: (value) => isRecord(value) && Object.values(value).every(isText),
  },
};

/** What is wrong with settings, and where. */
export interface Fault {
  /** What is wrong. */
  readonly message: string;
  /** The key that it is about. */
  readonly path: readonly string[];
  /** What to write instead. */
  readonly remedy: string;
}

/** The first fault of a table of settings. */
export function faultIn(table: unknown): Fault | undefined {
  if (!isRecord(table)) {
    return { message: "it must be a table", path: [], remedy: "see the manual" };
  }
  for (const [key, value] of Object.entries(table)) {
    const kind = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
    if (kind === undefined) return unknownKey(key);
    if (!kind.fits(value)) {
      return { message: `"${key}" cannot be this`, path: [key], remedy: kind.remedy };
    }
  }
  return undefined;
}

/** The settings of a table without faults. */
export function settingsFrom(table: Readonly<Record<string, unknown>>): Settings {
  const names = (key: string): readonly string[] | undefined =>
    isNames(table[key]) ? table[key] : undefined;
  const text = (key: string) => typeof table[key] === "string" ? table[key] : undefined;
  const flag = (key: string) => typeof table[key] === "boolean" ? table[key] : undefined;
  const port = table.token_broker_port;
  const { credentials } = table;
  return {
    providers: names("providers"),
    enabled: names("enabled") ?? [],
    disabled: table.disabled === "all" ? "all" : names("disabled") ?? [],
    tokenBrokerPort: port === undefined ? undefined : Number(port),
    direct: flag("direct"),
    vaultUrl: text("vault_url"),
    vaultSocket: text("vault_socket"),
    vaultTlsUrl: text("vault_tls_url"),
    roster: names("roster") ?? [],
    noBuiltIn: flag("no_built_in"),
    allowNested: flag("allow_nested"),
    acceptBypass: names("accept_bypass") ?? [],
    lockTimeout: secondsOf(table.lock_timeout),
    credentials: isRecord(credentials)
      ? Object.fromEntries(Object.entries(credentials).map(([name, type]) => [name, String(type)]))
      : {},
  };
}

function unknownKey(key: string): Fault {
  const keys = Object.keys(SETTINGS);
  const near = closest(key, keys);
  return {
    message: `there is no setting ${JSON.stringify(key)}`,
    path: [key],
    remedy: near === undefined ? `there are: ${keys.join(", ")}` : `did you mean ${near}?`,
  };
}

/** Milliseconds of a number of seconds. */
function secondsOf(value: unknown): number | undefined {
  if (typeof value !== "number" && typeof value !== "bigint") return undefined;
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
