/** Keeping rosters and settings off hostile ground. @module */
import { ConfigPatchError } from "../errors.ts";
import { OWN_DIRECTORY } from "../storage/names.ts";

/**
 * Refuses a path that lies, or ends, in the mounts outside of our own directory there.
 *
 * @throws {ConfigPatchError} `hostile`
 */
export type Fence = (path: string) => Promise<void>;

/** What must not lie there. */
const WHY = {
  "a roster": "a container could name any host dir in it",
  "the settings": "a container could say in them who is routed",
} as const;

/** The fence around a mounts directory; none where there is no such directory yet. */
export async function fenceAround(
  mounts: string | URL,
  what: keyof typeof WHY = "a roster",
): Promise<Fence | undefined> {
  const spelled = absolute(
    typeof mounts === "string" ? mounts : decodeURIComponent(mounts.pathname),
  );
  const real = await realPath(spelled);
  if (real === undefined) return undefined;
  return async (path) => {
    // A link in the mounts may lead out of them: whoever can write it chooses the roster as well.
    const spelling = absolute(path);
    const places = [spelling, await realPath(spelling) ?? spelling];
    if (!places.some((place) => isHostile(place, real) || isHostile(place, spelled))) return;
    throw new ConfigPatchError("hostile", `${what} must not lie in the mounts`, {
      file: path,
      remedy: `${WHY[what]}: move that file out of the mounts, or into ` +
        `${OWN_DIRECTORY}/ there, which no container sees`,
    });
  };
}

function isHostile(place: string, mounts: string): boolean {
  const own = `${mounts}/${OWN_DIRECTORY}`;
  const isBelow = (directory: string) => place === directory || place.startsWith(`${directory}/`);
  return isBelow(mounts) && !isBelow(own);
}

async function realPath(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    // What may not be looked at may not be read either, so its name alone must do.
    if (error instanceof Deno.errors.NotCapable) return path;
    throw error;
  }
}

/** A path from the root, without `.` and `..`; relative ones begin where the program was started. */
function absolute(path: string): string {
  const segments: string[] = [];
  for (const segment of (path.startsWith("/") ? path : `${Deno.cwd()}/${path}`).split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return `/${segments.join("/")}`;
}
