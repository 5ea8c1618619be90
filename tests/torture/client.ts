/**
 * A client that saves its own config all the time, by one of four habits. Each save adds a setting
 * and keeps all others; before each, the client reads its file as its program would, and sees what
 * has become of its earlier settings. It stops when its standard input ends, and then prints its
 * {@linkcode ClientAccount}. The word `ready` comes first.
 *
 * With `slow`, it pauses in the middle of each save.
 */

/** How a client saves. */
export type Habit = "truncate" | "dump" | "rename" | "append";

/** One save of a client, in milliseconds since the epoch. */
export interface Save {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  /** Whether the path led to another file than the one that was written, when it was done. */
  readonly late: boolean;
}

/** What a client did, and what it missed. */
export interface ClientAccount {
  readonly saves: readonly Save[];
  /** Settings that were there before the first save and are missing now. */
  readonly settingsLost: readonly string[];
  /** How often it could not read its file as a config. */
  readonly unreadable: number;
}

/** What every client has before it begins. */
export const SETTINGS: readonly string[] = ["theme", "model", "editor"];

/** The text of a config at the beginning. */
export function firstText(path: string): string {
  if (path.endsWith(".toml")) return SETTINGS.map((key) => `${key} = "mine"\n`).join("");
  return JSON.stringify(Object.fromEntries(SETTINGS.map((key) => [key, "mine"])), null, 2) + "\n";
}

/** The keys of a config; throws where it is torn. */
export function keysOf(path: string, text: string): string[] {
  if (!path.endsWith(".toml")) return Object.keys(JSON.parse(text));
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new Error(`the last line is torn: ${text.slice(-50)}`);
  return lines.map((line) => {
    const key = /^(\w+) = (?:"[^"]*"|\d+)$/.exec(line)?.[1];
    if (key === undefined) throw new Error(`no setting: ${line}`);
    return key;
  });
}

/** Between two saves, in milliseconds; who is slow rests longer as well. */
const BETWEEN = { fast: 30, slow: 500 } as const;

/** In the midst of a slow save. */
const SLOW = 1200;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Writes in parts, with something done in between. */
async function saveBy(
  habit: Habit,
  path: string,
  text: string,
  key: string,
  rest: () => Promise<void>,
): Promise<boolean> {
  const bytes = new TextEncoder().encode(text);
  const half = bytes.length >> 1;
  if (habit === "rename") {
    Deno.writeFileSync(`${path}.saved`, bytes);
    await rest();
    Deno.renameSync(`${path}.saved`, path);
    return false;
  }
  const options = habit === "append" ? { append: true } : { write: true };
  using file = Deno.openSync(path, { ...options, truncate: habit === "truncate" });
  if (habit === "truncate") {
    await rest();
    write(file, bytes);
  } else if (habit === "dump") {
    write(file, bytes.subarray(0, half));
    await rest();
    write(file, bytes.subarray(half));
    file.truncateSync(bytes.length);
  } else {
    const line = new TextEncoder().encode(`${key} = 1\n`);
    write(file, line.subarray(0, 3));
    await rest();
    write(file, line.subarray(3));
  }
  return file.statSync().ino !== inodeAt(path);
}

function write(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

function inodeAt(path: string): number | null {
  try {
    return Deno.lstatSync(path).ino;
  } catch {
    return null;
  }
}

function textWith(path: string, text: string, key: string): string {
  if (path.endsWith(".toml")) return `${text}${key} = 1\n`;
  return JSON.stringify({ ...JSON.parse(text), [key]: 1 }, null, 2) + "\n";
}

async function work(habit: Habit, slow: boolean, path: string): Promise<ClientAccount> {
  let over = false;
  const ended = Deno.stdin.read(new Uint8Array(1)).then(() => over = true);
  const saves: Save[] = [];
  const missed = new Set<string>();
  let unreadable = 0;
  for (let round = 0; !over; round++) {
    const text = Deno.readTextFileSync(path);
    try {
      const keys = new Set(keysOf(path, text));
      for (const key of SETTINGS) if (!keys.has(key)) missed.add(key);
    } catch {
      unreadable++;
      await pause(slow ? BETWEEN.slow : BETWEEN.fast);
      continue;
    }
    const key = `edit_${round}`;
    const from = Date.now();
    const rest = () => slow ? pause(SLOW) : Promise.resolve();
    const late = await saveBy(habit, path, textWith(path, text, key), key, rest);
    saves.push({ key, from, to: Date.now() + 1, late });
    await pause(slow ? BETWEEN.slow : BETWEEN.fast);
  }
  await ended;
  return { saves, settingsLost: [...missed], unreadable };
}

if (import.meta.main) {
  const [habit, speed, path = ""] = Deno.args;
  console.log("ready");
  console.log(JSON.stringify(await work(habit as Habit, speed === "slow", path)));
}
