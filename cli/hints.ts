/** What people try that is called otherwise here, and what to give instead. @module */

/**
 * What to give instead of what was tried, as a {@linkcode UsageError} has it: a word or an option that
 * there is not, or a command and a word that it does not take.
 */
export function hintFor([word = "", operand]: readonly string[]): string | undefined {
  if (operand !== undefined) return hintForOperand(word, operand);
  return Object.hasOwn(HINTS, word) ? HINTS[word] : undefined;
}

function hintForOperand(command: string, word: string): string | undefined {
  switch (command) {
    case "apply":
      return `for one provider: \`vault-config write ${word}\`; ` +
        `for these and no others: \`vault-config apply --providers ${word}\`; ` +
        `to let one take part for good: \`vault-config enable ${word}\``;
    case "plan":
    case "verify":
    case "status":
      return `to name providers: \`vault-config ${command} --providers ${word}\``;
    case "providers":
      return `to see one: \`vault-config providers --show ${word}\``;
    case "write":
      return "give one name; for several: vault-config apply --providers A,B";
    case "settings":
      return "it only prints them: write to .vault-config/settings.toml in the mounts directory";
    default:
      return undefined;
  }
}

const use = (command: string) => `use vault-config ${command}`;
const PLAN = use("plan");
const STATUS = use("status");
const ON = "use vault-config enable NAME";
const OFF = "use vault-config disable NAME";
const VERSION = "use vault-config --version";
const QUIET = "use --quiet";
const NOTHING_ASKS =
  "leave it out: nothing asks, and a run can be taken back (vault-config disable)";

const HINTS: Readonly<Record<string, string>> = {
  // Commands
  diff: PLAN,
  preview: PLAN,
  "dry-run": PLAN,
  dryrun: PLAN,
  list: "use vault-config providers, or vault-config status to see which are routed",
  ls: "use vault-config providers, or vault-config status to see which are routed",
  agents: use("providers"),
  catalog: use("providers"),
  roster: use("providers"),
  show: "use vault-config status, or vault-config providers --show NAME for an agent file",
  info: STATUS,
  state: STATUS,
  check: "use vault-config verify, or vault-config status",
  test: use("verify"),
  doctor: STATUS,
  run: use("apply"),
  sync: use("apply"),
  patch: use("apply"),
  install: use("apply"),
  init: use("apply"),
  start: use("apply"),
  up: use("apply"),
  route: use("apply"),
  update: use("apply"),
  add: ON,
  on: ON,
  off: OFF,
  remove: OFF,
  rm: OFF,
  down: "use vault-config disable --all",
  stop: OFF,
  undo: OFF,
  revert: OFF,
  restore: OFF,
  reset: "use vault-config disable --all",
  uninstall: "use vault-config disable --all",
  unroute: OFF,
  config: use("settings"),
  set: "use vault-config enable NAME or disable NAME, or write to the settings",
  version: VERSION,
  completion: "use vault-config completions SHELL",
  man: use("help"),
  url: use("location"),
  address: use("location"),
  // Options
  "--dry-run": PLAN,
  "-n": PLAN,
  "--diff": PLAN,
  "--check": use("verify"),
  "-v": `${VERSION}; to see more of a run: vault-config status`,
  "-V": VERSION,
  "--verbose": "use vault-config status, or --json, which tell all there is",
  "-q": QUIET,
  "--silent": QUIET,
  "-m": "use --mounts DIR",
  "--dir": "use --mounts DIR",
  "-d": "use --mounts DIR",
  "-C": "use --mounts DIR",
  "--directory": "use --mounts DIR",
  "-p": "use --providers A,B, or --token-broker-port N for a port",
  "--only": "use --providers A,B",
  "--enable": "use --providers A,B, or vault-config enable NAME",
  "--enabled": "use --providers A,B, or vault-config enable NAME",
  "--disable": "use --disabled A,B, or vault-config disable NAME",
  "--exclude": "use --disabled A,B",
  "--skip": "use --disabled A,B",
  "--port": "use --token-broker-port N",
  "--tcp": "use --token-broker-port N",
  "--socket": "use --vault-socket PATH",
  "--url": "use --vault-url URL",
  "--config": "use --mounts DIR; the settings are .vault-config/settings.toml in it",
  "--settings": use("settings"),
  "--format": "use --json",
  "--output": "use --json",
  "-o": "use --json",
  "-j": "use --json",
  "--timeout": "use --lock-timeout SECONDS",
  "--force": NOTHING_ASKS,
  "-f": NOTHING_ASKS,
  "--yes": NOTHING_ASKS,
  "-y": NOTHING_ASKS,
  "-r": "use --roster PATH",
  "--agents": "use --roster PATH",
  "--no-builtin": "use --no-built-in",
  "--no-colour": "use --no-color",
  // An option that a command does not take
  "apply --all": "leave it out: apply is for all that are on by default",
  "apply --once": "leave it out: apply keeps nothing in the settings",
  "plan --all": "leave it out: plan is for all that are on by default",
  "write --providers": "give the name alone: vault-config write NAME",
  "disable --providers": "give the names alone: vault-config disable NAME...",
  "enable --providers": "give the names alone: vault-config enable NAME...",
  "apply --exit-code": "use vault-config plan --exit-code",
  "verify --exit-code": "leave it out: verify always tells by its exit code",
};
