/** `settings`: what is in force, and where each of it comes from. @module */
import type { ConfigTable, ConfigValue } from "../formats/types.ts";
import type { JsonInput } from "../reconcile/json_text.ts";
import { SETTINGS } from "../reconcile/settings_schema.ts";
import { linesOfSettings, SETTINGS_FILE, settingsText } from "../reconcile/settings.ts";
import { documentJson } from "./json.ts";
import type { Flags, Invocation } from "./parse.ts";
import { columns } from "./report.ts";
import { type Setup, setUp } from "./setup.ts";
import { lineText, paintFor, write } from "./terminal.ts";

/** Where a value comes from. */
type Origin = "default" | "option" | "settings";

/** A setting in force. */
interface InForce {
  readonly key: string;
  readonly value: ConfigValue;
  readonly origins: readonly Origin[];
}

/** Runs it. */
export async function runSettings(invocation: Invocation): Promise<number> {
  const { flags } = invocation;
  const text = await settingsText(flags.mounts);
  const lines = text === undefined ? new Map<string, number>() : await linesOfSettings(text);
  const setup = await setUp({ ...invocation, command: "settings" });
  const rows = Object.keys(SETTINGS).map((key) => inForce(key, setup, flags, lines));
  if (flags.json) {
    const { mounts } = flags;
    const settings = rows.map(({ key, value, origins }): JsonInput => ({
      key,
      value,
      origins,
      line: lines.has(key) && origins.includes("settings")
        ? BigInt(lines.get(key) ?? 0)
        : undefined,
    }));
    const { off, missing } = setup;
    const facts = { command: "settings", exit: 0, mounts, missing, off };
    await write("stdout", documentJson(facts, { file: SETTINGS_FILE, settings }));
    return 0;
  }
  await write(
    "stdout",
    columns(rows.map(({ key, value, origins }) => [
      key,
      valueText(value),
      origins.map((origin) => originText(origin, key, lines)).join(" and "),
    ])),
  );
  const paint = paintFor("stderr", flags.color);
  const where = `${flags.mounts}/${SETTINGS_FILE}`;
  const file = text === undefined ? `there is no ${where}` : `the file is ${where}`;
  await write(
    "stderr",
    [file, ...setup.notes].map((line) => lineText("note", line, paint)).join(""),
  );
  return 0;
}

function inForce(
  key: string,
  setup: Setup,
  flags: Flags,
  lines: ReadonlyMap<string, number>,
): InForce {
  const { value, given, adds = false } = valueIn(key, setup, flags);
  const written = lines.has(key);
  const origins: Origin[] = [
    ...(written && (!given || adds) ? ["settings" as const] : []),
    ...(given ? ["option" as const] : []),
  ];
  return { key, value, origins: origins.length === 0 ? ["default"] : origins };
}

interface Value {
  readonly value: ConfigValue;
  /** Whether an option says so. */
  readonly given: boolean;
  /** Whether that option is laid over the setting instead of taking its place. */
  readonly adds?: boolean;
}

function valueIn(key: string, { request, settings }: Setup, flags: Flags): Value {
  const port = flags.tokenBrokerPort ?? settings.tokenBrokerPort;
  switch (key) {
    case "providers":
      return {
        value: flags.providers ?? settings.providers ?? "those on by default",
        given: flags.providers !== undefined,
      };
    case "enabled":
      return { value: settings.enabled, given: false };
    case "disabled":
      return {
        value: settings.disabled === "all"
          ? "all"
          : [...new Set([...settings.disabled, ...flags.disabled])],
        given: flags.disabled.length > 0,
        adds: true,
      };
    case "token_broker_port":
      return {
        value: port === undefined ? null : BigInt(port),
        given: flags.tokenBrokerPort !== undefined,
      };
    case "direct":
      return { value: flags.direct || settings.direct === true, given: flags.direct };
    case "vault_url":
      return { value: request.location.url, given: flags.vaultUrl !== undefined };
    case "vault_socket":
      return { value: request.location.socket, given: flags.vaultSocket !== undefined };
    case "vault_tls_url":
      return { value: request.location.tlsUrl, given: flags.vaultTlsUrl !== undefined };
    case "roster":
      return {
        value: [...settings.roster, ...flags.roster],
        given: flags.roster.length > 0,
        adds: true,
      };
    case "no_built_in":
      return { value: flags.noBuiltIn || settings.noBuiltIn === true, given: flags.noBuiltIn };
    case "allow_nested":
      return { value: request.allowNested === true, given: flags.allowNested };
    case "accept_bypass":
      return {
        value: [...request.acceptBypass ?? []],
        given: flags.acceptBypass.length > 0,
        adds: true,
      };
    case "lock_timeout":
      return {
        value: (request.lockTimeout ?? 30_000) / 1000,
        given: flags.lockTimeout !== undefined,
      };
    case "credentials":
      return {
        value: tableOf(request.credentials ?? {}),
        given: Object.keys(flags.credentials).length > 0,
        adds: true,
      };
    default:
      throw new Error(`${key} is not printed`);
  }
}

function tableOf(types: Readonly<Record<string, string>>): ConfigTable {
  return Object.assign(Object.create(null), types);
}

function valueText(value: ConfigValue): string {
  if (value === null || value === "") return "(none)";
  if (Array.isArray(value)) return value.length === 0 ? "(none)" : value.join(", ");
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value);
  return entries.length === 0 ? "(none)" : entries.map(([key, one]) => `${key}=${one}`).join(", ");
}

function originText(origin: Origin, key: string, lines: ReadonlyMap<string, number>): string {
  if (origin === "settings") return `settings.toml:${lines.get(key)}`;
  return origin === "option" ? `--${OPTION_OF[key] ?? key.replaceAll("_", "-")}` : "default";
}

const OPTION_OF: Readonly<Record<string, string>> = { credentials: "credential" };
