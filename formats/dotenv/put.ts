/**
 * Planning a put: which one splice makes a name of a `.env` text have a value.
 *
 * A new line goes behind the last one that says anything; a value is replaced where it stands.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../../errors.ts";
import { refuseLength } from "../limits.ts";
import { nextLine } from "../lines.ts";
import type { ConfigValue, Put } from "../types.ts";
import type { Assignment, DotenvIndex } from "./spans.ts";
import { type Quoting, writeValue } from "./text.ts";

/** Another value for an assignment. */
export function replacement(index: DotenvIndex, held: Assignment, value: ConfigValue): Put {
  const { start, end } = held.value;
  const text = writeValue(value, held.quote === "" ? UNQUOTED : { quote: held.quote });
  // Not all readers see a comment in what follows a value without a blank.
  const tail = index.text[end] === "#" ? " " : "";
  return {
    offset: start,
    remove: index.text.slice(start, end),
    insert: text + tail,
    value: { start: 0, end: text.length },
    created: [],
  };
}

const UNQUOTED: Quoting = { quote: "" };

/** An assignment of a name that does not stand. */
export function insertion(index: DotenvIndex, name: string, value: ConfigValue): Put {
  const { anchor, eol } = index;
  refuseLength(name);
  if (!NEW_NAME.test(name) || name === "export") {
    throw new ConfigPatchError("unsupported", `"${name}" is not a name for every reader`, {
      remedy: "use letters, digits and underscores, a letter first",
    });
  }
  const exported = index.assignments.length > 0 &&
    index.assignments.every((assignment) => assignment.exported);
  const before = `${exported ? "export " : ""}${name}=`;
  const text = writeValue(value, quotingOf(index));
  const [offset, lead, tail] = anchor === undefined
    ? topOf(index)
    : index.text.includes("\n", anchor.end)
    ? [nextLine(index.text, anchor.end), "", eol]
    : [anchor.end, eol, ""];
  const start = lead.length + before.length;
  return {
    offset,
    remove: "",
    insert: lead + before + text + tail,
    value: { start, end: start + text.length },
    created: [],
  };
}

const NEW_NAME = /^[A-Za-z_][\w.-]*$/;

/** Behind a byte order mark a name begins a line of its own: some readers take the mark into it. */
function topOf({ text, eol, assignments }: DotenvIndex): [at: number, lead: string, tail: string] {
  if (!text.startsWith("\uFEFF")) return [0, "", eol];
  if (assignments.length > 0) {
    throw new ConfigPatchError(
      "unsupported",
      "the file begins with a byte order mark, which some readers take into the first name",
      { ...locate(text, 0), remedy: "save the file without it" },
    );
  }
  return [1, eol, eol];
}

/** The quotes that all values nearby have. */
function quotingOf({ assignments }: DotenvIndex): Quoting {
  const near = assignments.slice(-NEIGHBOURS).filter(({ value }) => value.end > value.start);
  const quotes = new Set(near.map((assignment) => assignment.quote));
  const [quote = ""] = quotes;
  return { quote: quotes.size === 1 ? quote : "" };
}

/** Neighbours that are looked at: the nearest ones show the style. */
const NEIGHBOURS = 16;
