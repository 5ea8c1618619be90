/** The worst that a container can plant below the cap of a config: CPU time and memory of a whole run. @module */
import { MAX_NODES } from "../formats/limits.ts";
import { LIMITS } from "../storage/limits.ts";
import { fill, type FormatName } from "./samples.ts";
import { printCells, verdict } from "./table.ts";

/** Measures and prints; whether a run succeeds is not the question here. */
export async function benchWorstFiles(directory: string): Promise<void> {
  const rows: string[][] = [];
  for (const [format, { file, provider, texts }] of Object.entries(PLANTED)) {
    for (const [name, text] of Object.entries(texts)) {
      const mounts = `${directory}/worst`;
      fill(mounts, { [file]: text });
      const { cpu, peak, exit } = await apply(mounts, provider);
      rows.push([
        `${format}: ${name}`,
        (cpu / 1000).toFixed(2),
        verdict(cpu / 1000, 5),
        peak.toFixed(0),
        verdict(peak, 500),
        String(exit),
      ]);
    }
  }
  const header = ["planted file", "CPU s", "budget", "peak MiB", "budget", "exit code"];
  printCells(`One run on a file of ${CAP / 1024} KiB`, header, rows);
}

interface Ran {
  readonly cpu: number;
  readonly peak: number;
  readonly exit: number;
}

async function apply(mounts: string, provider: string): Promise<Ran> {
  const program = new URL("./peak.ts", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, "apply", "--mounts", mounts, "--providers", provider],
    stdout: "piped",
    stderr: "null",
  });
  const { stdout } = await command.output();
  const last = new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(last);
  } catch {
    return { cpu: NaN, peak: NaN, exit: -1 };
  }
}

/** As large as is read, with room for our values: what would grow beyond the cap is refused early. */
const CAP = LIMITS.config - 4096;

/** Repeats, up to the cap, between a head and a tail. */
function full(unit: string | ((i: number) => string), head = "", tail = ""): string {
  const units: string[] = [];
  let size = head.length + tail.length;
  for (let i = 0;; i++) {
    const next = typeof unit === "string" ? unit : unit(i);
    if (size + next.length > CAP) break;
    units.push(next);
    size += next.length;
  }
  return head + units.join("") + tail;
}

/** As {@linkcode full}, but with no more values and comments than are read: the worst that is. */
function most(
  unit: string | ((i: number) => string),
  nodes: number,
  head = "",
  tail = "",
): string {
  const units = Math.floor((MAX_NODES - 100) / nodes);
  const next = (i: number) => typeof unit === "string" ? unit : unit(i);
  return full((i) => i < units ? next(i) : " ".repeat(CAP), head, tail);
}

/** A key that is as short as keys of so many can be. */
const short = (i: number) => `k${i.toString(36)}`;

/** As deep as the cap allows. */
function nested(open: string, close: string, head = "", tail = ""): string {
  const levels = Math.floor((CAP - head.length - tail.length) / (open.length + close.length));
  return head + open.repeat(levels) + close.repeat(levels) + tail;
}

interface Planted {
  readonly file: string;
  readonly provider: string;
  readonly texts: Readonly<Record<string, string>>;
}

const PLANTED: Readonly<Record<FormatName, Planted>> = {
  toml: {
    file: "_vibe-config/config.toml",
    provider: "vibe",
    texts: {
      "flat keys": full((i) => `k${i}=0\n`),
      "tables": full((i) => `[t${i}]\n`),
      "tables of tables": full((i) => `[t${i}.a.b.c]\nd=1\n`),
      "entries of a list": full("[[p]]\n"),
      "entries of ours": full('[[providers]]\nname="mistral"\n'),
      "one-line lists": full("0,", "a=[", "]\n"),
      "nested lists": nested("[", "]", "a=", "\n"),
      "dotted keys": full("a.", "", "b=1\n"),
      "comments": full("#\n"),
      "short keys": most((i) => `${short(i)}=0\n`, 1),
      "most entries": most("[[p]]\n", 2),
      "most of one-line lists": most("0,", 1, "a=[", "]\n"),
      "most empty lists": most("[],", 2, "a=[", "]\n"),
      "most inline tables": most("{a=0},", 3, "a=[", "]\n"),
      "most comments": most("#\n", 1),
      "dotted keys that branch": most((i) => `${short(i)}.${"a.".repeat(78)}b=0\n`, 80),
      "deep tables": most((i) => `[${short(i)}.${"a.".repeat(78)}b]\n`, 80),
      "entries with routes": most('[[providers]]\nname="mistral"\napi_base="x"\n', 4),
      "dates": full((i) => `k${i}=1979-05-27\n`),
    },
  },
  yaml: {
    file: "_gh-config/config.yml",
    provider: "gh",
    texts: {
      "flat keys": full((i) => `k${i}: 0\n`),
      "entries of a list": full("- a\n", "l:\n"),
      "nested flow": nested("[", "]", "a: ", "\n"),
      "nested maps": full((i) => `${" ".repeat(i)}a:\n`),
      "short keys": most((i) => `${short(i)}: 0\n`, 1),
      "most entries": most("- a\n", 1, "l:\n"),
      "most of a flow list": most("0,", 1, "l: [", "]\n"),
      "most empty lists": most("[],", 1, "l: [", "]\n"),
      "most small maps": most("{a: b},", 2, "l: [", "]\n"),
      "most comments": most("#\n", 1, "", "a: 0\n"),
      "merges": most((i) => `${short(i)}: {<<: *a}\n`, 2, "a: &a {b: c}\n"),
      "anchors": full((i) => `k${i}: &a${i} 0\n`),
      "aliases": full((i) => `k${i}: *a\n`, "a: &a [0,0,0,0,0,0,0,0]\n"),
      "bombs": full((i) => `k${i}: &a${i} [*a${i - 1},*a${i - 1}]\n`, "k: &a-1 [0]\n"),
      "comments": full("#\n", "", "a: 0\n"),
      "one block scalar": full(" x\n", "a: |\n"),
      "quoted texts": full((i) => `"k${i}": "\\n"\n`),
    },
  },
  json: {
    file: "_claude-config/settings.json",
    provider: "claude",
    texts: {
      "flat keys": full((i) => `"k${i}":0,`, "{", '"z":0}\n'),
      "entries of a list": full("0,", '{"l":[', "0]}\n"),
      "empty objects": full("{},", '{"l":[', "0]}\n"),
      "nested lists": nested("[", "]", '{"a":', "}\n"),
      "short keys": most((i) => `"${short(i)}":0,`, 1, "{", '"z":0}\n'),
      "most entries": most("0,", 1, '{"l":[', "0]}\n"),
      "most empty objects": most("{},", 1, '{"l":[', "0]}\n"),
      "most small objects": most('{"a":0},', 2, '{"l":[', "0]}\n"),
      "most comments": most("/**/", 2, "{", '"a":0}\n'),
      "blanks": full(" ", "{", '"a":0}\n'),
      "one text": full("\\n", '{"a":"', '"}\n'),
      "the same key": full('"env":0,', "{", '"env":{}}\n'),
    },
  },
};
