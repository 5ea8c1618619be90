/** The manual as a page for the web and as pages for man(1), from the tables that the help has. @module */
import { SETTINGS } from "../../reconcile/settings_schema.ts";
import { optionRow, usageOf } from "../../cli/help.ts";
import { DETAILS, EXITS, PERMISSIONS, PURPOSE } from "../../cli/manual.ts";
import {
  commandInfo,
  type CommandName,
  COMMANDS,
  COMMON,
  isCommand,
  isOption,
  optionInfo,
  optionsOf,
} from "../../cli/schema.ts";
import { VERSION } from "../../cli/setup.ts";

const NAMES = Object.keys(COMMANDS).filter(isCommand);

/** Every generated page, by its path in the repository. */
export function pages(): ReadonlyMap<string, string> {
  return new Map([
    ["docs/command-line.md", markdown()],
    ["man/vault-config.1", mainPage()],
    ...NAMES.map((name) => [`man/vault-config-${name}.1`, commandPage(name)] as const),
  ]);
}

function markdown(): string {
  const commands = NAMES.map((name) => {
    const { summary } = commandInfo(name);
    const details = paragraphsOf(name).map((text) => `\n${marked(text)}\n`);
    const options = ownOptions(name).map((option) => item(...optionRow(option)));
    const rows = options.length === 0 ? "" : `\n${options.join("")}`;
    return `\n### ${name}\n\n\`${usageOf(name)}\`\n\n${sentence(summary)}\n${
      details.join("")
    }${rows}`;
  });
  return `<!-- Made from the tables in cli/ by deno task manual. -->

# The command line

vault-config ${PURPOSE}. The names below are for an installed program; in a clone, it is
\`deno run --no-prompt --allow-read=mounts --allow-write=mounts cli.ts\`.

## Commands
${commands.join("")}
## Options of all commands

${COMMON.map((option) => item(...optionRow(option))).join("")}
## Exit codes

| code | meaning |
| ---- | ------- |
${EXITS.map(([code, meaning]) => `| ${code} | ${meaning} |\n`).join("")}
## Settings

\`.vault-config/settings.toml\` in the mounts directory says what counts at every start. An option
goes before the setting of its name; \`--disabled\`, \`--accept-bypass\`, \`--roster\` and
\`--credential\` add to it. The program itself writes only \`disabled\`, \`enabled\` and
\`credentials\`, and keeps comments. What it does not know is an error. If the file is a link, it is
read, but never written.

| setting | what it says | what to write |
| ------- | ------------ | ------------- |
${
    Object.entries(SETTINGS).map(([key, { remedy }]) =>
      `| \`${key}\` | ${marked(meaningOf(key))} | ${remedy.replace(/^give /, "")} |\n`
    ).join("")
  }
\`\`\`toml
disabled = ["vibe"] # its container does not route yet
enabled = ["claude"]
token_broker_port = 18731

[credentials]
codex = "oauth"
\`\`\`

## JSON

\`--json\` prints one document on standard output, also on failure;
[its schema](../cli/report.schema.json) is part of the package
(\`@terok/vault-config/report.schema.json\`). Ignore the fields that you do not know: a later version
may have more. No line of a config is in it, and values of the user's own are masked.

## Permissions

${PERMISSIONS.join("\n\n")}
`;
}

/** What a setting says; most are options, and say what those say. */
function meaningOf(key: string): string {
  const option = key.replaceAll("_", "-");
  const own = OWN_MEANINGS[key];
  if (own !== undefined) return own;
  if (isOption(option)) return optionInfo(option).summary;
  throw new Error(`nobody says what the setting ${key} means`);
}

const OWN_MEANINGS: Readonly<Record<string, string>> = {
  providers: "apply these instead of those that are on by default",
  enabled: "apply these as well; `enable` writes it",
  disabled: "keep these off; `disable` writes it",
  credentials: "the type of credential in use; `write` and `enable` write it for --credential",
  roster: "agent files or directories of them, from `.vault-config/` on; a later one wins",
};

function mainPage(): string {
  const commands = NAMES.map((name) => {
    const { operands, summary } = commandInfo(name);
    return tagged(
      `${name} ${operands}`.trimEnd(),
      `${sentence(summary)} See vault-config-${name}(1).`,
    );
  });
  return `${head("vault-config", PURPOSE)}.SH SYNOPSIS
.B vault\\-config
.I COMMAND
.RI [ OPTION ...]
.SH DESCRIPTION
${roff(`vault-config ${PURPOSE}.`)}
.SH COMMANDS
${commands.join("")}.SH OPTIONS
${COMMON.map((option) => tagged(...optionRow(option))).join("")}${end()}`;
}

function commandPage(name: CommandName): string {
  const { operands, summary } = commandInfo(name);
  const details = (DETAILS[name] ?? []).map((text) =>
    text.startsWith(" ") ? `.PP\n.nf\n${roff(text.trim())}\n.fi\n` : `.PP\n${roff(plain(text))}\n`
  );
  return `${head(`vault-config-${name}`, summary)}.SH SYNOPSIS
.B vault\\-config ${name}
${operands === "" ? "" : `.I ${roff(operands)}\n`}.RI [ OPTION ...]
.SH DESCRIPTION
${roff(sentence(summary))}
${details.join("")}.SH OPTIONS
${optionsOf(name).map((option) => tagged(...optionRow(option))).join("")}${end()}`;
}

function head(name: string, purpose: string): string {
  return `.\\" Made from the tables in cli/ by deno task manual.
.TH ${roff(name.toUpperCase())} 1 "" "vault\\-config ${VERSION}" "User Commands"
.SH NAME
${roff(name)} \\- ${roff(purpose)}
`;
}

function end(): string {
  return `.SH EXIT STATUS
${EXITS.map(([code, meaning]) => tagged(code, meaning)).join("")}.SH PERMISSIONS
${PERMISSIONS.map(roff).join("\n.PP\n")}
`;
}

function tagged(term: string, text: string): string {
  return `.TP\n.B ${roff(term)}\n${roff(text)}\n`;
}

/** A text for man(1): dashes that can be copied, and no line that begins with a request. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/gm, "\\&");
}

function ownOptions(name: CommandName) {
  const common = new Set<string>(COMMON);
  return optionsOf(name).filter((option) => !common.has(option));
}

function paragraphsOf(name: CommandName): readonly string[] {
  const paragraphs: string[] = [];
  let code: string[] = [];
  for (const text of [...DETAILS[name] ?? [], ""]) {
    if (text.startsWith(" ")) code.push(text.trim());
    else {
      if (code.length > 0) paragraphs.push(`\`\`\`text\n${code.join("\n")}\n\`\`\``);
      code = [];
      if (text !== "") paragraphs.push(text);
    }
  }
  return paragraphs;
}

function item(left: string, right: string): string {
  return `- \`${left}\`: ${marked(right)}\n`;
}

/** Options and commands within a sentence as code. */
function marked(text: string): string {
  if (text.startsWith("```")) return text;
  return text.replaceAll(/(?<![\w`-])--[a-z][a-z-]*(?:=[A-Z]+)?/g, (option) => `\`${option}\``);
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
