/**
 * What the help, the manual page and the web page say besides the tables of commands and options:
 * one text for all three.
 *
 * @module
 */
import type { CommandName } from "./schema.ts";

/** What the program does, in one line. */
export const PURPOSE =
  "makes the configs of coding agents go to the vault, and takes it back exactly";

/** What the exit codes mean. */
export const EXITS: readonly (readonly [code: string, meaning: string])[] = [
  ["0", "done"],
  ["1", "failed: do not start the task; of verify: it cannot be told"],
  [
    "2",
    "verify: something is not routed, bypassed, left behind, or would change; " +
    "plan --exit-code: there are differences",
  ],
  ["64", "the command line is wrong"],
];

/** What the program has to be allowed. */
export const PERMISSIONS: readonly string[] = [
  "Run it with deno run --no-prompt --allow-read=MOUNTS --allow-write=MOUNTS and nothing else. A " +
  "roster that lies elsewhere needs --allow-read=PATH as well. A path with a comma cannot be " +
  "granted. Whatever it is given, it confines itself to the mounts.",
];

/** Paragraphs on what a command does; a line that begins with a blank is shown as it is. */
export const DETAILS: Readonly<Partial<Record<CommandName, readonly string[]>>> = {
  apply: [
    "Every task start runs this before the container starts. If it exits with anything but 0, do " +
    "not start the container. A second run changes nothing.",
    "Wanted are the names of --providers; else those of `providers` in the settings; else those " +
    "that are on by default, and those of `enabled`. Off are those of `disabled` in the settings, " +
    "less the names of --providers, and those of --disabled. Wanted and off is off. A run with " +
    "--providers does not fail for who is only off in the settings: what cannot be taken back is a " +
    "warning then, and stays for a later run.",
  ],
  disable: [
    "Takes the values back and writes the names to `disabled` in the settings, so that no later " +
    "start puts them in again; enable undoes that. With --once nothing is kept. --all is for " +
    "everybody: those wanted, those on by default, and those of whom something is ours. It can be " +
    "run before the first start; then it makes the mounts directory.",
    "A name may be that of a provider which has left the roster. A config that does not parse is a " +
    "failure here, while apply --disabled only warns of it.",
  ],
  enable: [
    "Applies the providers. If that succeeds, it takes the names out of `disabled` in the settings " +
    "and adds those that are not on by default to `enabled`; with --credential, it keeps the type " +
    "in `credentials`. Other options count for this run alone, and it says which. With --once " +
    "nothing is kept.",
  ],
  write: [
    "Does nothing, and says so, if the settings keep the provider off. With --credential the type " +
    "is kept in the settings.",
  ],
  plan: [
    "Needs no write permission. The diffs go to standard output, a summary to standard error. " +
    "Values of the user's own are masked, and lines around that would have to be masked are left " +
    "out. With --show-secrets, nothing is masked, and patch(1) applies what it prints:",
    " vault-config plan --show-secrets | patch -d MOUNTS -p1",
  ],
  verify: ["Needs no write permission, takes no lock, and writes nothing."],
  status: [
    "Needs no write permission. Without --providers, it tells of those that are on by default and " +
    "those of whom something is ours. That one is not routed is an answer and no failure: the exit " +
    "code is 0 unless nothing could be read.",
  ],
  settings: [
    "The settings are .vault-config/settings.toml in the mounts directory. The program itself " +
    "writes only `disabled`, `enabled` and `credentials`, and keeps comments.",
  ],
  location: ["Needs no permission; the settings count where they may be read."],
  providers: [
    "Needs no permission; the settings count where they may be read. With --show, it prints one " +
    "agent file, to begin one of your own with.",
  ],
  completions: [
    ' bash: eval "$(vault-config completions bash)"',
    ' zsh:  eval "$(vault-config completions zsh)", after compinit',
    " fish: vault-config completions fish | source",
    "They know the providers of --roster and of the settings.",
  ],
};
