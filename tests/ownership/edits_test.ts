/** Putting values and claiming them: what counts as ours, and what is kept of what stood there. */
import { table } from "./table.ts";

const URL = { p: [[["url"], "http://vault/v1"]] } as const;

table("put", [
  {
    name: "a value goes into a file that was not there, and the file goes with it",
    given: undefined,
    wants: URL,
    running: [{ apply: "p" }, { holds: 'url = "http://vault/v1"\n' }, { disable: "p" }],
    expected: undefined,
  },
  {
    name: "a file that was empty is empty again",
    given: "",
    wants: URL,
    running: [{ apply: "p" }, { disable: "p" }],
    expected: "",
  },
  {
    name: "the user's value gives place, and comes back with its quotes and its comment",
    given: "url = 'mine' # why\n",
    wants: URL,
    running: [{ apply: "p" }, { holds: "url = 'http://vault/v1' # why\n" }, { disable: "p" }],
    expected: "url = 'mine' # why\n",
  },
  {
    name: "the former value is carried on when the vault moves",
    given: 'url = "mine"\n',
    wants: URL,
    running: [
      { apply: "p" },
      { apply: "p", wants: [[["url"], "http://vault2/v1"]] },
      { apply: "p" },
      { disable: "p" },
    ],
    expected: 'url = "mine"\n',
  },
  {
    name: "a value that stood there already is nobody's, and stays",
    given: "level = 3\n",
    wants: { p: [[["level"], 3n]] },
    running: [{ apply: "p" }, { disable: "p" }],
    expected: "level = 3\n",
  },
  {
    name: "what the user made of our place starts anew, and their last text comes back",
    given: 'url = "first"\n',
    wants: URL,
    running: [
      { apply: "p" },
      { user: ["http://vault/v1", "second"] },
      { apply: "p" },
      { holds: 'url = "http://vault/v1"\n' },
      { disable: "p" },
    ],
    expected: 'url = "second"\n',
  },
  {
    name: "a value that the user changed after us stays theirs",
    given: "a = 1\n",
    wants: URL,
    running: [{ apply: "p" }, { user: ["http://vault/v1", "mine"] }, { disable: "p" }],
    expected: 'a = 1\nurl = "mine"\n',
  },
  {
    name: "the last owner out gives the place back",
    given: "a = 1\n",
    wants: { p: URL.p, q: URL.p },
    running: [
      { apply: "p" },
      { apply: "q" },
      { disable: "p" },
      { holds: 'a = 1\nurl = "http://vault/v1"\n' },
      { disable: "q" },
    ],
    expected: "a = 1\n",
  },
  {
    name: "a place that the patch means no more is taken back on the next apply",
    given: "a = 1\n",
    wants: URL,
    running: [
      { apply: "p" },
      { apply: "p", wants: [[["other"], "http://vault/v1"]] },
      { holds: 'a = 1\nother = "http://vault/v1"\n' },
      { disable: "p" },
    ],
    expected: "a = 1\n",
  },
  {
    name: "what the client needs beside the route comes only with what we create",
    format: "json",
    given: undefined,
    wants: { p: [[["url"], "http://vault/v1"], [["version"], 1n, "default"]] },
    running: [
      { apply: "p" },
      { holds: '{\n  "version": 1,\n  "url": "http://vault/v1"\n}\n' },
      { disable: "p" },
    ],
    expected: undefined,
  },
  {
    name: "it is not written where the user has a file, nor when they take it out",
    format: "json",
    given: '{\n  "a": 1\n}\n',
    wants: { p: [[["url"], "http://vault/v1"], [["version"], 1n, "default"]] },
    running: [
      { apply: "p" },
      { holds: '{\n  "url": "http://vault/v1",\n  "a": 1\n}\n' },
      { apply: "p" },
      { disable: "p" },
    ],
    expected: '{\n  "a": 1\n}\n',
  },
  {
    name: "it stays, and is the user's, where the user wrote something beside it",
    format: "json",
    given: undefined,
    wants: { p: [[["url"], "http://vault/v1"], [["version"], 1n, "default"]] },
    running: [
      { apply: "p" },
      { user: ['"version": 1', '"version": 1,\n  "mine": true'] },
      { disable: "p" },
    ],
    expected: '{\n  "version": 1,\n  "mine": true\n}\n',
  },
]);
