/** Taking back, in its three ways: rewind, undo of single claims, removal. */
import { table } from "./table.ts";

table("rewind", [
  {
    name: "a container that two share goes with the second",
    given: "a = 1\n",
    wants: { p: [[["outer", "p"], "http://vault/p"]], q: [[["outer", "q"], "http://vault/q"]] },
    running: [{ apply: "p" }, { apply: "q" }, { disable: "p" }, { disable: "q" }],
    expected: "a = 1\n",
  },
  {
    name: "in the other order as well",
    given: "a = 1\n",
    wants: { p: [[["outer", "p"], "http://vault/p"]], q: [[["outer", "q"], "http://vault/q"]] },
    running: [{ apply: "p" }, { apply: "q" }, { disable: "q" }, { disable: "p" }],
    expected: "a = 1\n",
  },
  {
    name: "the first of two that lie in the braces of an object brings its comma back",
    format: "json",
    given: '{ "a": 1 }',
    wants: { p: [[["p"], "http://vault/p"]], q: [[["q"], "http://vault/q"]] },
    running: [{ apply: "p" }, { apply: "q" }, { disable: "p" }, { disable: "q" }],
    expected: '{ "a": 1 }',
  },
]);

table("undo of single claims, where the user has edited into the bytes of another one", [
  {
    name: "a key without a value has none again",
    format: "yaml",
    given: "model: x\nouter:\n",
    wants: {
      p: [[["outer", "p"], "http://vault/p"]],
      q: [[["list", { name: "ours" }, "q"], "http://vault/q"]],
    },
    running: [
      { apply: "p" },
      { apply: "q" },
      { user: ["q: ", "q:  "] },
      { disable: "p" },
      { disable: "q" },
    ],
    expected: "model: x\nouter:\n",
  },
  {
    name: "a table in braces keeps its blanks",
    format: "json",
    given: '{\n  "outer": { },\n  "list": []\n}\n',
    wants: {
      p: [[["outer", "p"], "http://vault/p"]],
      q: [[["list", { name: "ours" }, "q"], "http://vault/q"]],
    },
    running: [
      { apply: "p" },
      { apply: "q" },
      { user: ['"q": ', '"q":  '] },
      { disable: "p" },
      { disable: "q" },
    ],
    expected: '{\n  "outer": { },\n  "list": []\n}\n',
  },
]);

table("lines of ours that the user has indented otherwise", [
  {
    name: "a header goes with its indentation, where the user has a table below it",
    given: "[own.deep]\na = 1\n",
    wants: { p: [[["own", "url"], "http://vault/v1"]] },
    running: [
      { apply: "p" },
      { holds: '[own]\nurl = "http://vault/v1"\n\n[own.deep]\na = 1\n' },
      { user: ["[own]\n", "  [own]\n"] },
      { disable: "p" },
    ],
    expected: "[own.deep]\na = 1\n",
  },
  {
    name: "a mapping goes from another depth",
    format: "yaml",
    given: "a: 1\n# last\n",
    wants: { p: [[["x", "z", "p"], "http://vault/p"], [["x", "z", "q"], "http://vault/q"]] },
    running: [
      { apply: "p" },
      { user: ["  z:\n    p", "    z:\n          p"] },
      { user: ["    q: ", "          q: "] },
      { disable: "p" },
    ],
    expected: "a: 1\n# last\n",
  },
]);

table("removal, where the bytes no longer stand", [
  {
    name: "a comment behind our line stays, on a line of its own",
    given: "a = 1\n",
    wants: { p: [[["url"], "http://vault/v1"]] },
    running: [
      { apply: "p" },
      { user: ['url = "http://vault/v1"', 'url = "http://vault/v1" # why'] },
      { disable: "p" },
    ],
    expected: "a = 1\n# why\n",
  },
  {
    name: "a table of ours stays for a key of the user's",
    given: undefined,
    wants: { p: [[["outer", "url"], "http://vault/v1"]] },
    running: [
      { apply: "p" },
      { user: ["[outer]\n", "[outer]\nmine = 1\n"] },
      { disable: "p" },
    ],
    expected: "[outer]\nmine = 1\n",
  },
  {
    name: "our value goes, however the user has spelled and indented it",
    given: "[own]\na = 1\n",
    wants: { p: [[["own", "url"], "http://vault/v1"]] },
    running: [
      { apply: "p" },
      { user: ['url = "http://vault/v1"', "  url   =   'http://vault/v1'"] },
      { disable: "p" },
    ],
    expected: "[own]\na = 1\n",
  },
  {
    name: "a key that had no value has none again, though its line was spelled anew",
    format: "yaml",
    given: "a: b\nk:\n# about c\nc:\n",
    wants: { p: [[["k"], "http://vault/p"]] },
    running: [{ apply: "p" }, { user: ['"http://vault/p"', "http://vault/p"] }, { disable: "p" }],
    expected: "a: b\nk:\n# about c\nc:\n",
  },
  {
    name: "also within another one, and with a comment behind it",
    format: "yaml",
    given: "a:\n  k: # mine\n\n  # about c\n  c: 1\n",
    wants: { p: [[["a", "k"], "http://vault/p"]] },
    running: [{ apply: "p" }, { user: ['"http://vault/p"', "'http://vault/p'"] }, { disable: "p" }],
    expected: "a:\n  k: # mine\n\n  # about c\n  c: 1\n",
  },
  {
    name: "no value comes back to where none was: top: # c\na: 1\n",
    format: "yaml",
    given: "top: # c\na: 1\n",
    wants: { p: [[["top"], "http://vault/p"]] },
    running: [{ apply: "p" }, { user: ['"http://vault/p"', "http://vault/p"] }, { disable: "p" }],
    expected: "top: # c\na: 1\n",
  },
  {
    name: "no value comes back to where none was: {top: , x: 1}\n",
    format: "yaml",
    given: "{top: , x: 1}\n",
    wants: { p: [[["top"], "http://vault/p"]] },
    running: [{ apply: "p" }, { user: ['"http://vault/p"', "http://vault/p"] }, { disable: "p" }],
    expected: "{top: , x: 1}\n",
  },
  {
    name: "no value comes back to where none was: {top, x: 1}\n",
    format: "yaml",
    given: "{top, x: 1}\n",
    wants: { p: [[["top"], "http://vault/p"]] },
    running: [{ apply: "p" }, { user: ['"http://vault/p"', "http://vault/p"] }, { disable: "p" }],
    expected: "{top, x: 1}\n",
  },
  {
    name: "no value comes back to where none was: top: &a\nb: 1\n",
    format: "yaml",
    given: "top: &a\nb: 1\n",
    wants: { p: [[["top"], "http://vault/p"]] },
    running: [{ apply: "p" }, { user: ['"http://vault/p"', "http://vault/p"] }, { disable: "p" }],
    expected: "top: &a\nb: 1\n",
  },
  {
    name: "no value comes back to where none was: ? top\n:\nb: 1\n",
    format: "yaml",
    given: "? top\n:\nb: 1\n",
    wants: { p: [[["top"], "http://vault/p"]] },
    running: [{ apply: "p" }, { user: ['"http://vault/p"', "http://vault/p"] }, { disable: "p" }],
    expected: "? top\n:\nb: 1\n",
  },
  {
    name: "an empty value comes back in a .env line with blanks, which are the user's and stay",
    format: "dotenv",
    given: "A=1\nTOP=\nB=2\n",
    wants: { p: [[["TOP"], "http://vault/p"]] },
    running: [{ apply: "p" }, { user: ["TOP=", "TOP = "] }, { disable: "p" }],
    expected: "A=1\nTOP = \nB=2\n",
  },
  {
    name: "an empty value comes back in a .env line with a comment",
    format: "dotenv",
    given: "TOP= # c\nB=2\n",
    wants: { p: [[["TOP"], "http://vault/p"]] },
    running: [{ apply: "p" }, { user: ["TOP=", "TOP = "] }, { disable: "p" }],
    expected: "TOP =  # c\nB=2\n",
  },
  {
    name: "the user's value comes back though its line was spelled anew",
    given: 'url = "mine"\n',
    wants: { p: [[["url"], "http://vault/v1"]] },
    running: [
      { apply: "p" },
      { user: ['url = "http://vault/v1"', "url    = 'http://vault/v1' # now"] },
      { disable: "p" },
    ],
    expected: 'url    = "mine" # now\n',
  },
  {
    name: "no comma stays behind that nobody wrote",
    format: "json",
    given: "// c\n{\n}\n",
    wants: { p: [[["p"], "http://vault/p"]], q: [[["q"], "http://vault/q"]] },
    running: [
      { apply: "p" },
      { apply: "q" },
      { user: ['"q": "http://vault/q",', '"q": "http://vault/q", // via the vault'] },
      { disable: "p" },
    ],
    expected: '// c\n{\n  "q": "http://vault/q" // via the vault\n}\n',
  },
]);
