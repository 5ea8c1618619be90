/** Texts that a container can plant: each as large as one wants it, by the number of its units. */
import { MAX_DEPTH, MAX_NODES } from "../../formats/limits.ts";
import { MAX_PLACES } from "../../ownership/bounds.ts";
import { EVERY, type WantedPath } from "../../ownership/claims.ts";

/** A shape of texts, and up to where it is edited. */
export interface Shape {
  readonly what: string;
  readonly format: "toml" | "yaml" | "json" | "dotenv";
  /** The text of so many units. */
  readonly text: (units: number) => string;
  /** As many units are edited, though it is a full file. */
  readonly below: number;
  /** As many are refused; absent: only the size of the file bounds it. */
  readonly above?: number;
  /** The place that is wanted; `zz` unless given. */
  readonly path?: WantedPath;
  readonly kind?: "set" | "each";
}

const many = (count: number, text: (i: number) => string, between = "") =>
  Array.from({ length: Math.max(0, Math.floor(count)) }, (_, i) => text(i)).join(between);

const NEARLY = MAX_NODES - 50;
const OVER = MAX_NODES + 50;
const nodes = (each: number) => ({
  below: Math.floor(NEARLY / each),
  above: Math.ceil(OVER / each),
});
/** A path of entries that match. */
const MATCHING = { path: ["list", { name: "m" }, "zz"] as WantedPath };
const PLACES = { below: MAX_PLACES, above: MAX_PLACES + 1 };
/** One level is the root, one the value. */
const DEEP = { below: MAX_DEPTH - 2, above: MAX_DEPTH + 1 };
const EVERY_ENTRY = { path: ["list", EVERY, {}, "zz"] as WantedPath, kind: "each" } as const;

/** All shapes. */
export const SHAPES: readonly Shape[] = [
  // TOML
  ...([
    ["many keys", (n) => many(n, (i) => `k${i.toString(36)}=0\n`), { below: 65_000, above: OVER }],
    ["many tables", (n) => many(n, (i) => `[t${i.toString(36)}]\n`), { below: 60_000 }],
    ["many entries", (n) => "[[p]]\n".repeat(n), nodes(2)],
    ["a list on one line", (n) => `l=[${"0,".repeat(n)}]\n`, nodes(1)],
    ["lists in a list", (n) => `l=[${"[],".repeat(n)}]\n`, nodes(2)],
    ["tables in a list", (n) => `l=[${"{a=0},".repeat(n)}]\n`, nodes(3)],
    ["dotted keys that branch", (n) => many(n, (i) => `k${i}.${"a.".repeat(78)}b=0\n`), nodes(80)],
    ["headers that branch", (n) => many(n, (i) => `[k${i}.${"a.".repeat(78)}b]\n`), nodes(80)],
    ["comment lines", (n) => "#\n".repeat(n), nodes(1)],
    ["blank lines", (n) => "\n".repeat(n), { below: 500_000 }],
    ["dates", (n) => many(n, (i) => `k${i}=1979-05-27 07:32:00\n`), { below: 18_000 }],
    ["a long string", (n) => `a="${"x".repeat(n)}"\n`, { below: 500_000 }],
    ["a long string of many lines", (n) => `a="""${"\\\n".repeat(n)}"""\n`, { below: 250_000 }],
    ["lists in lists", (n) => `a=${"[".repeat(n)}${"]".repeat(n)}\n`, DEEP],
    ["entries that match", (n) => '[[list]]\nname="m"\n'.repeat(n), PLACES, MATCHING],
  ] as const satisfies readonly Row[]).map(shapeOf("toml")),
  // YAML
  ...([
    ["many keys", (n) => many(n, (i) => `k${i.toString(36)}: 0\n`), { below: 55_000 }],
    ["many entries", (n) => `l:\n${"- a\n".repeat(n)}`, nodes(1)],
    ["a list on one line", (n) => `l: [${"0,".repeat(n)}]\n`, nodes(1)],
    ["maps in a list", (n) => `l: [${"{a: b},".repeat(n)}]\n`, nodes(2)],
    ["maps on one line", (n) => `{${many(n, (i) => `k${i}: {x: 1},`)}}\n`, {
      below: 28_000,
      above: OVER,
    }],
    ["anchors", (n) => many(n, (i) => `k${i}: &a${i} 0\n`), { below: 30_000 }],
    ["aliases", (n) => `a: &a [0,0]\nl: [${"*a,".repeat(n)}]\n`, nodes(1)],
    [
      "a bomb of aliases",
      (n) => `k: &a-1 [0]\n${many(n, (i) => `k${i}: &a${i} [*a${i - 1},*a${i - 1}]\n`)}`,
      {
        below: 15_000,
      },
    ],
    ["merge keys", (n) => `a: &a {b: c}\n${many(n, (i) => `k${i}: {<<: *a}\n`)}`, {
      below: 25_000,
    }],
    ["comment lines", (n) => `a: 0\n${"#\n".repeat(n)}`, nodes(1)],
    ["a block of text", (n) => `a: |\n${" x\n".repeat(n)}`, { below: 170_000 }],
    ["quoted lines", (n) => `a: "x\n${" x\n".repeat(n)} "\n`, { below: 150_000 }],
    ["lists in lists", (n) => `a: ${"[".repeat(n)}${"]".repeat(n)}\n`, DEEP],
    ["maps in maps", (n) => many(n, (i) => `${" ".repeat(i)}a:\n`), DEEP],
    ["entries that match", (n) => `list:\n${"- name: m\n".repeat(n)}`, PLACES, MATCHING],
    [
      "entries, each wanted",
      (n) => `list:\n${many(n, (i) => `- name: n${i}\n`)}`,
      PLACES,
      EVERY_ENTRY,
    ],
  ] as const satisfies readonly Row[]).map(shapeOf("yaml")),
  // JSON
  ...([
    ["many keys", (n) => `{${many(n, (i) => `"k${i}":0,`)}"z":0}\n`, { below: 42_000 }],
    ["a list on one line", (n) => `{"l":[${"0,".repeat(n)}0]}\n`, nodes(1)],
    ["objects in a list", (n) => `{"l":[${"{},".repeat(n)}0]}\n`, nodes(1)],
    ["objects on one line", (n) => `{${many(n, (i) => `"k${i}":{"x":0},`)}"z":0}\n`, {
      below: 27_000,
    }],
    ["comments on one line", (n) => `{${"/**/".repeat(n)}"z":0}\n`, nodes(1)],
    ["comment lines", (n) => `{\n${"//\n".repeat(n)}"z":0}\n`, nodes(1)],
    ["one key again and again", (n) => `{${'"k":0,'.repeat(n)}"z":0}\n`, { below: 80_000 }],
    ["a long string", (n) => `{"a":"${"\\n".repeat(n)}"}\n`, { below: 250_000 }],
    ["blanks", (n) => `{${" ".repeat(n)}"a":0}\n`, { below: 500_000 }],
    ["lists in lists", (n) => `{"a":${"[".repeat(n)}${"]".repeat(n)}}\n`, DEEP],
    [
      "entries that match",
      (n) => `{"list":[${many(n, () => '{"name":"m"}', ",")}]}\n`,
      PLACES,
      MATCHING,
    ],
    [
      "entries, each wanted",
      (n) => `{"list":[${many(n, () => '{"a":0}', ",")}]}\n`,
      PLACES,
      EVERY_ENTRY,
    ],
  ] as const satisfies readonly Row[]).map(shapeOf("json")),
  // .env
  ...([
    ["many names", (n) => many(n, (i) => `K${i}=1\n`), { below: 50_000 }],
    ["quotes that do not end", (n) => "A='\n".repeat(n), { below: 90_000 }],
    ["comment lines", (n) => "#\n".repeat(n), { below: 90_000 }],
  ] as const satisfies readonly Row[]).map(shapeOf("dotenv")),
];

type Row = readonly [
  what: string,
  text: (units: number) => string,
  bounds: Pick<Shape, "below" | "above">,
  more?: Pick<Shape, "path" | "kind">,
];

function shapeOf(format: Shape["format"]): (row: Row) => Shape {
  return ([what, text, bounds, more]) => ({ what, format, text, ...bounds, ...more });
}
