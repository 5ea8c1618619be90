/** Snapshots of directory trees, for tests that say what may change on disk and what may not. */

/** By path relative to the root: one line that changes with anything worth knowing. */
export type Tree = ReadonlyMap<string, string>;

/** Files up to this size are part of a snapshot with their content. */
const SHOWN = 256;

/**
 * Everything below a directory, links not followed. A file's line has mode, owner, inode, times of
 * change, size and (if short) content. Directories have no times: a temporary that came and went
 * leaves a trace there.
 */
export function treeOf(root: string): Tree {
  const tree = new Map<string, string>();
  const walk = (directory: string) => {
    for (const entry of Array.from(Deno.readDirSync(`${root}${directory}`)).sort(byName)) {
      const path = `${directory}/${entry.name}`;
      tree.set(path, lineOf(`${root}${path}`));
      if (entry.isDirectory) walk(path);
    }
  };
  walk("");
  return tree;
}

/** The paths at which two snapshots differ. */
export function differences(before: Tree, after: Tree): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

function lineOf(path: string): string {
  const info = Deno.lstatSync(path);
  const mode = (info.mode ?? 0).toString(8);
  const who = `${mode} ${info.uid}:${info.gid} inode ${info.ino}`;
  if (info.isSymlink) return `${who} -> ${Deno.readLinkSync(path)}`;
  if (!info.isFile) return who;
  const content = info.size <= SHOWN ? JSON.stringify(Deno.readTextFileSync(path)) : "…";
  return `${who} ${info.mtime?.getTime()} ${info.size} ${content}`;
}

function byName(a: Deno.DirEntry, b: Deno.DirEntry): number {
  return a.name < b.name ? -1 : 1;
}
