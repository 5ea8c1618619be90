/** Whether our bytes still stand: then they go, and everything else stays where it is. */
import { table } from "./table.ts";

const NESTED = {
  p: [[["outer", "inner", "p"], "http://vault/p"]],
  q: [[["outer", "inner", "q"], "http://vault/q"]],
} as const;

table("fit", [
  {
    name: "the bytes of a container are whole once a later value in it is passed over",
    given: "a = 1\n",
    wants: NESTED,
    running: [{ apply: "p" }, { apply: "q" }, { disable: "q" }, { disable: "p" }],
    expected: "a = 1\n",
  },
  {
    name: "a text that looks like ours and stands elsewhere is not taken for ours",
    given: '[a]\nurl = "http://vault/v1"\n',
    wants: { p: [[["b", "url"], "http://vault/v1"]] },
    running: [{ apply: "p" }, { disable: "p" }],
    expected: '[a]\nurl = "http://vault/v1"\n',
  },
  {
    name: "the user's blank lines around ours stay",
    given: "a = 1\n",
    wants: { p: [[["url"], "http://vault/v1"]] },
    running: [{ apply: "p" }, { user: ["url", "\n\nurl"] }, { disable: "p" }],
    expected: "a = 1\n\n\n",
  },
  {
    name: "keys of the user's before and behind ours stay",
    format: "yaml",
    given: "a: 1\n",
    wants: { p: [[["url"], "http://vault/v1"]] },
    running: [
      { apply: "p" },
      { user: ["url", "before: 1\nurl"] },
      { user: ['vault/v1"\n', 'vault/v1"\nbehind: 2\n'] },
      { disable: "p" },
    ],
    expected: "a: 1\nbefore: 1\nbehind: 2\n",
  },
  {
    name: "a final newline that was not there does not stay",
    given: "a = 1",
    wants: { p: [[["url"], "http://vault/v1"]] },
    running: [{ apply: "p" }, { holds: 'a = 1\nurl = "http://vault/v1"' }, { disable: "p" }],
    expected: "a = 1",
  },
  {
    name: "line ends and the byte order mark are as they were",
    format: "json",
    given: '\uFEFF{\r\n\t"a": 1\r\n}\r\n',
    wants: { p: [[["outer", "url"], "http://vault/v1"]] },
    running: [{ apply: "p" }, { disable: "p" }],
    expected: '\uFEFF{\r\n\t"a": 1\r\n}\r\n',
  },
]);
