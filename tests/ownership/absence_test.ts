/** Files that go away, empty, and come back between two runs. */
import { table } from "./table.ts";

const URL = { p: [[["url"], "http://vault/v1"]] } as const;
const ROUTED = 'url = "http://vault/v1"\n';

table("absence", [
  {
    name: "the copy that comes back is given back as it was",
    given: 'url = "mine"\n',
    wants: URL,
    running: [
      { apply: "p" },
      { file: undefined },
      { apply: "p" },
      { holds: ROUTED },
      { file: ROUTED },
      { disable: "p" },
    ],
    expected: 'url = "mine"\n',
  },
  {
    name: "a config that was away for two starts",
    given: '# of mine\nurl = "mine"\n',
    wants: URL,
    running: [
      { apply: "p" },
      { file: undefined },
      { apply: "p" },
      { apply: "p" },
      { file: `# of mine\n${ROUTED}` },
      { apply: "p" },
      { disable: "p" },
    ],
    expected: '# of mine\nurl = "mine"\n',
  },
  {
    name: "a config that was emptied, and restored with an edit of the user's",
    given: "# of mine\nurl = 'mine'\n",
    wants: URL,
    running: [
      { apply: "p" },
      { file: "" },
      { apply: "p" },
      { file: "# of mine\nurl = 'http://vault/v1'\nmore = 1\n" },
      { apply: "p" },
      { disable: "p" },
    ],
    expected: "# of mine\nurl = 'mine'\nmore = 1\n",
  },
  {
    name: "disable while it is away keeps what was set aside",
    given: '# of mine\nurl = "mine"\n',
    wants: URL,
    running: [
      { apply: "p" },
      { file: undefined },
      { disable: "p" },
      { holds: undefined },
      { file: `# of mine\n${ROUTED}` },
      { disable: "p" },
    ],
    expected: '# of mine\nurl = "mine"\n',
  },
  {
    name: "a text that we wrote last is not taken for the one that was away",
    given: "# of mine\n",
    wants: {
      p: [[["url"], "http://vault/v1"], [["key"], "http://vault/v1"]],
      q: [[["table", "q"], "http://vault/v1"]],
    },
    running: [
      { apply: "p" },
      { file: undefined },
      { apply: "q" },
      // It is back, but somebody has taken out a line of ours, and one of the record made since.
      { file: '# of mine\nurl = "http://vault/v1"\nmine = 1\n' },
      { apply: "p" },
      { holds: '# of mine\nurl = "http://vault/v1"\nmine = 1\nkey = "http://vault/v1"\n' },
      { steady: "p" },
    ],
    expected: '# of mine\nurl = "http://vault/v1"\nmine = 1\nkey = "http://vault/v1"\n',
  },
]);
