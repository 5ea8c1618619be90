/** What the user may have before our first run, in each format. Comments are numbered. */

/** TOML. */
export const TOML: readonly (string | undefined)[] = [
  undefined,
  "",
  "# c1\n",
  '# c1\nmine = "u" # c2\n\n[nested]\nuser = 1 # c3\n# c4\n',
  '[[providers]]\nname = "other"\nbase = "x" # c1\n\n# c2\n[[providers]]\nname = "ours"\n# c3\n\n[last]\nk = 1',
  'mine = "u"\nproviders = [\n  { name = "other", base = "x" }, # c1\n]\nnested.inner.a = "user\'s" # c2\n',
  '\uFEFFurl = "https://user.example"\r\n\r\n[nested.inner] # c1\r\nuser = true\r\n',
  'providers = [{name = "other", base = "x"}, {name = "ours"}] # c1\nnested = { inner = { user = 1 } }\n',
  "[[providers]] # c1\nname = 'ours' # c2\nkey = 'mine' # c3\n  [providers.sub]\n  user = 1\n\n[nested.inner.user]\nk = 1\n[nested] # c4\n",
  'text = """\none\n# two"""\nproviders = [] # c1\n\n# c2\n\n\n[nested]\n\n\n# c3\n[last]\n\n',
  '[[models]]\nname = "m1"\nlabel = "of m1"\nkind = "x"\nbase = "mine" # c1\n\n# c2\n[[models]]\nname = "m2"\nlabel = "of m2"\nkind = "x" # c3\n\n[[models]]\nname = "m3"\nlabel = "of m3"\nkind = "y"\nmore = "user\'s"\n\n[accounts.first]\nuser = 1\n[accounts.second] # c4\nurl = "https://user.example"\n',
  'models = [{ name = "m1", label = "of m1", kind = "y" }, { name = "m2", label = "of m2", kind = "x", more = "mine" }] # c1\naccounts = { first = { url = "mine" }, second = {} } # c2\n',
  'text = "one"\n\n[[models]] # c1\nkind = "y"\nlabel = "of m1"\nname = "m1"\n\n  [[models]]\n  # c2\n  name = "m2"\n  label = "of m2"\n  kind = "y"\n\n[accounts] # c3\n[accounts.first] # c4\n\n[fresh]\nuser = 1\n',
  '[accounts.first]\r\nuser = "u" # c1\r\n\r\n[[models]]\r\nname = "m1"\r\nlabel = "of m1"\r\nkind = "x"\r\nnote = "mine"\r\n',
];

/** YAML. */
export const YAML: readonly (string | undefined)[] = [
  undefined,
  "",
  "# c1\n",
  "# c1\nmine: u # c2\nnested:\n  user: 1 # c3\n  # c4\n",
  "providers:\n  - name: other\n    base: x # c1\n  # c2\n  - name: ours\nlast: {k: 1} # c3\n",
  "---\nmine: 'u'\nproviders: [{name: other, base: x}] # c1\nnested:\n    inner:\n        a: user's # c2\n",
  "url: https://user.example\r\n\r\nnested: # c1\r\n  inner: {user: true}\r\ntext: |\r\n  one\r\n  two",
  "nested: # c1\nproviders:\n- name: other # c2\n\n# c3\n- name: ours\n  key: mine # c4\ntext: >-\n  one\n\n  two\n",
  "# c1\n{mine: u, nested: {inner: {}}} # c2\n",
  "%YAML 1.2\n---\n# c1\nlast:\n  - user: 1 # c2\n    name: x\nproviders: []\nmine: |\n  body\n...\n",
  "user: &x {k: 1} # c1\nlast: *x\nnested: {<<: *x}\n",
  "models:\n  - name: m1\n    label: of m1\n    kind: x\n    base: mine # c1\n  # c2\n  - name: m2\n    label: of m2\n    kind: x # c3\n\n  - name: m3\n    label: of m3\n    kind: y\n    more: user's\naccounts:\n  first:\n    user: 1\n  second: # c4\n    url: https://user.example\n",
  "models: [{name: m1, label: of m1, kind: y}, {name: m2, label: of m2, kind: x, more: mine}] # c1\naccounts: {first: {url: mine}, second: {}} # c2\n",
  "text: one\nmodels: # c1\n- kind: y\n  label: of m1\n  name: m1\n- name: m2\n  # c2\n  label: of m2\n  kind: y\naccounts: # c3\n    first: # c4\n        user: 1\nfresh:\n    user: 1\n",
  'accounts:\r\n  first: {user: u} # c1\r\n\r\nmodels:\r\n  -\r\n    name: "m1"\r\n    label: "of m1"\r\n    kind: x\r\n    note: mine\r\n',
];

/** JSON with comments. */
export const JSONC: readonly (string | undefined)[] = [
  undefined,
  "",
  "// c1\n{}\n",
  '{\n  // c1\n  "mine": "u", // c2\n  "nested": {\n    "user": 1 // c3\n    // c4\n  }\n}\n',
  '{\n\t"providers": [\n\t\t{ "name": "other", "base": "x" }, // c1\n\t\t// c2\n\t\t{ "name": "ours" }\n\t],\n\t"last": { "k": 1 } // c3\n}',
  '{ "mine": "u", "providers": [], "nested": { "inner": { "a": "user\'s" } } } // c1\n',
  '\uFEFF{\r\n    "url": "https://user.example",\r\n    "nested": { "inner": {} } // c1\r\n}\r\n',
  '{"providers":[{"name":"ours","key":"mine"}],"nested":{"inner":{"user":1}}}',
  '{\n  "providers": [ // c1\n  ],\n  "nested": { // c2\n    /* note */ \n  },\n  // c3\n}\n',
  '{\n\n  // c1\n\n  "mine": [1 ],\n  "last": [\n    1, 2, // c2\n  ],\n\n}\n\n// c3\n',
  '{\n  "models": [\n    {\n      "name": "m1",\n      "label": "of m1",\n      "kind": "x",\n      "base": "mine" // c1\n    },\n    // c2\n    { "name": "m2", "label": "of m2", "kind": "x" }, // c3\n    { "name": "m3", "label": "of m3", "kind": "y", "more": "user\'s" }\n  ],\n  "accounts": {\n    "first": { "user": 1 },\n    "second": { "url": "https://user.example" } // c4\n  }\n}\n',
  '{"models":[{"name":"m1","label":"of m1","kind":"y"},{"name":"m2","label":"of m2","kind":"x","more":"mine"}],"accounts":{"first":{"url":"mine"},"second":{}}}',
  '{\n\t"text": "one",\n\t"models": [ // c1\n\t\t{\n\t\t\t"kind": "y",\n\t\t\t"label": "of m1",\n\t\t\t"name": "m1"\n\t\t},\n\t\t{\n\t\t\t"name": "m2",\n\t\t\t// c2\n\t\t\t"label": "of m2",\n\t\t\t"kind": "y",\n\t\t},\n\t],\n\t"accounts": { // c3\n\t\t"first": {\n\t\t} // c4\n\t},\n\t"fresh": { "user": 1 }\n}\n',
  '{\r\n  "accounts": { "first": { "user": "u" } }, // c1\r\n  "models": [{\r\n    "name": "m1",\r\n    "label": "of m1",\r\n    "kind": "x",\r\n    "note": "mine"\r\n  }]\r\n}\r\n',
];
