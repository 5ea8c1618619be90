/**
 * The reference and vault-config take turns over the same mounts, with a user in between. What stands
 * in the files at the end follows from a few rules, which are told here anew and share no code with us.
 */
import assert from "node:assert/strict";
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { type Address, referenceApplies, referenceDisables } from "../support/reference_model.ts";
import { Scenario } from "../support/scenario.ts";

/** `ours` and the reference apply; `other`: the reference with another address; it disables; a user. */
type Step = "ours" | "reference" | "other" | "reference off" | "user";

const STEPS: readonly Step[] = ["ours", "reference", "other", "reference off", "user"];

const ADDRESS: Address = { url: "http://localhost:9419", socket: "/run/terok/vault.sock" };
const OTHER: Address = {
  url: "http://host.containers.internal:18731",
  socket: "/tmp/terok-vault.sock",
};

/** The three places that are followed, one for each provider. */
const PLACES = [
  {
    file: "_codex-config/config.toml",
    address: ({ url }: Address) => `${url}/v1`,
    theirs: "https://eu.example/v1",
    text: (value?: string) =>
      'model = "gpt-5.5" # pinned\n' + (value ? `openai_base_url = "${value}"\n` : ""),
    edited: (text: string, value: string) => {
      const line = `openai_base_url = "${value}"`;
      return /^openai_base_url/m.test(text)
        ? text.replace(/^openai_base_url.*$/m, line)
        : `${line}\n${text}`;
    },
    value: (root: Root) => root.openai_base_url,
  },
  {
    file: "_vibe-config/config.toml",
    address: ({ url }: Address) => `${url}/v1`,
    theirs: "https://eu.example/v1",
    text: (value?: string) =>
      'theme = "dark"\n' +
      (value ? `\n[[providers]]\nname = "mistral"\napi_base = "${value}"\n` : ""),
    edited: (text: string, value: string) => {
      const line = `api_base = "${value}"`;
      if (/^api_base/m.test(text)) return text.replace(/^api_base.*$/m, line);
      return /^name = "mistral"$/m.test(text)
        ? text.replace(/^name = "mistral"$/m, `$&\n${line}`)
        : `${text}\n[[providers]]\nname = "mistral"\n${line}\n`;
    },
    value: (root: Root) =>
      (root.providers as Root[] | undefined)?.find(({ name }) => name === "mistral")?.api_base,
  },
  {
    file: "_gh-config/config.yml",
    address: ({ socket }: Address) => socket,
    theirs: "/run/user/mine.sock",
    text: (value?: string) =>
      "# mine\ngit_protocol: ssh\n" + (value ? `http_unix_socket: ${value}\n` : ""),
    edited: (text: string, value: string) => {
      const line = `http_unix_socket: ${value}`;
      return /^http_unix_socket/m.test(text)
        ? text.replace(/^http_unix_socket.*$/m, line)
        : `${text.replace(/^\{\}\n/, "")}${line}\n`;
    },
    value: (root: Root) => root.http_unix_socket,
  },
] as const;

type Root = Readonly<Record<string, unknown>>;

const STARTS = ["absent", "without", "theirs"] as const;

/** One who writes as the reference does: the model, or a real program in Python. */
interface Reference {
  applies(mounts: string, address: Address): void;
  disables(mounts: string): void;
}

const MODEL: Reference = { applies: referenceApplies, disables: referenceDisables };

const PYTHON: Reference = {
  applies: (mounts, { url, socket }) => python(mounts, "apply", url, socket),
  disables: (mounts) => python(mounts, "disable"),
};

for (const start of STARTS) {
  Deno.test(`the reference and we take turns, the files ${start} at first`, async () => {
    let orders = 0;
    for (const first of STEPS) {
      for (const second of STEPS) {
        for (const third of STEPS) {
          await tryOrder(start, [first, second, third], MODEL);
          orders++;
        }
      }
    }
    assert.equal(orders, 125);
  });
}

const lacking = lackingInPython();

Deno.test({
  name: `a real patcher in Python and we take turns${lacking && ` (${lacking})`}`,
  ignore: lacking !== "",
  fn: async () => {
    for (const start of STARTS) {
      for (
        const steps of [
          ["ours", "reference"],
          ["reference", "ours"],
          ["ours", "other"],
          ["ours", "other", "ours"],
          ["ours", "reference off"],
          ["ours", "reference off", "other"],
          ["reference", "ours", "reference off", "ours"],
          ["ours", "user", "reference", "ours"],
        ] as const
      ) await tryOrder(start, steps, PYTHON);
    }
  },
});

/** Runs the steps, and our disable; compares what stands then with what the rules say. */
async function tryOrder(
  start: typeof STARTS[number],
  steps: readonly Step[],
  reference: Reference,
): Promise<void> {
  const scenario = await Scenario.with(
    start === "absent" ? {} : Object.fromEntries(
      PLACES.map((
        place,
      ) => [place.file, place.text(start === "theirs" ? place.theirs : undefined)]),
    ),
  );
  const expected = PLACES.map((place) =>
    new Expected(start === "theirs" ? place.theirs : undefined)
  );
  for (const step of steps) {
    if (step === "ours") await scenario.apply();
    else if (step === "reference") reference.applies(scenario.mounts, ADDRESS);
    else if (step === "other") reference.applies(scenario.mounts, OTHER);
    else if (step === "reference off") reference.disables(scenario.mounts);
    for (const [index, place] of PLACES.entries()) {
      const told = expected[index];
      if (step === "ours") told?.ours(place.address(ADDRESS));
      else if (step === "reference") told?.reference(place.address(ADDRESS));
      else if (step === "other") told?.reference(place.address(OTHER));
      else if (step === "reference off") told?.referenceOff();
      else {
        const value = `${place.theirs}2`;
        scenario.write(place.file, place.edited(scenario.read(place.file) ?? "", value));
        told?.user(value);
      }
      assert.equal(valueIn(scenario, place), told?.live, `${start}: ${steps}: after ${step}`);
    }
  }
  await scenario.disable("codex", "gh", "vibe");
  const files = scenario.files();
  for (const [index, place] of PLACES.entries()) {
    const told = expected[index];
    const what = `${place.file}, ${start} at first, then ${steps.join(", ")}, off`;
    told?.off();
    assert.equal(valueIn(scenario, place), told?.live, what);
    const text = files[place.file] ?? "";
    assert.doesNotMatch(text, /localhost:9419|containers\.internal|vault\.sock/, what);
    if (start !== "absent") assert.match(text, /gpt-5\.5|dark|git_protocol: ssh/, what);
    else if (!steps.includes("user") && told?.isOurs) {
      const entry = '[[providers]]\nname = "mistral"\n';
      const left = place.file.startsWith("_vibe") && told.keepsEntry ? entry : undefined;
      assert.equal(files[place.file], left, what);
    }
  }
  const sidecars = Object.keys(files).filter((file) => file.endsWith(".terok-managed-config.json"));
  assert.deepEqual(sidecars, [], `${start}: ${steps}`);
  await Deno.remove(scenario.mounts, { recursive: true });
}

/** What has to stand at one place, by the rules. */
class Expected {
  live: string | undefined;
  /** Whether the file, where it was absent, was begun by us or by a program whose record stood. */
  isOurs = false;
  /** Whether the record says that the entry was there before the reference. */
  keepsEntry = false;
  #record: string | undefined;
  #claim: { value: string; former: string | undefined } | undefined;
  #exists: boolean;

  constructor(live: string | undefined) {
    this.live = live;
    this.#exists = live !== undefined;
  }

  /** We want this value there, and promise to give back what stood there, unless that is ours too. */
  ours(value: string): void {
    if (!this.#exists || this.#record !== undefined) this.isOurs = true;
    const former = this.#isOurs() ? this.#claim?.former : this.live;
    this.#claim = { value, former };
    this.#record = this.live = value;
    this.#exists = true;
  }

  /**
   * The reference overwrites whatever stands there, and records only its own value. The second time it
   * finds the entry that it has made, and records that it has not.
   */
  reference(value: string): void {
    if (this.#record !== undefined && this.#claim === undefined) this.keepsEntry = true;
    this.#record = this.live = value;
    this.#exists = true;
  }

  /** The reference takes out what its sidecar says, and forgets it. */
  referenceOff(): void {
    if (this.#record !== undefined && this.live === this.#record) this.live = undefined;
    this.#record = undefined;
  }

  user(value: string): void {
    this.live = value;
    this.#exists = true;
  }

  /** We are off: what is ours goes, and what stood there before us comes back. */
  off(): void {
    if (this.#record !== undefined && this.#claim === undefined) this.isOurs = true;
    if (this.#isOurs()) this.live = this.#claim?.former;
  }

  #isOurs(): boolean {
    return this.live !== undefined &&
      (this.live === this.#claim?.value || this.live === this.#record ||
        KNOWN.includes(this.live));
  }
}

/** What counts as an address of the vault, whoever wrote it. */
const KNOWN: readonly string[] = [
  `${ADDRESS.url}/v1`,
  ADDRESS.socket,
  OTHER.socket,
  "/run/terok/vault/vault.sock",
];

function valueIn(scenario: Scenario, { file, value }: typeof PLACES[number]): unknown {
  const text = scenario.read(file) ?? "";
  const root = file.endsWith(".toml") ? parseToml(text) : parseYaml(text) ?? {};
  return value(root as Root);
}

function python(...args: string[]): void {
  const script = new URL("../support/reference_patcher.py", import.meta.url).pathname;
  const { success, stderr } = new Deno.Command("/usr/bin/python3", { args: [script, ...args] })
    .outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** Why the program in Python cannot be run here, or nothing. */
function lackingInPython(): string {
  try {
    const args = ["-c", "import tomllib, tomli_w, ruamel.yaml"];
    const { success } = new Deno.Command("/usr/bin/python3", { args, stderr: "null" }).outputSync();
    return success ? "" : "python3-ruamel.yaml or python3-tomli-w is not installed";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "Python is not installed";
    throw error;
  }
}
