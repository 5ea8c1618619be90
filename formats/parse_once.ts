/**
 * Reading a text once, however many steps of a run look at it: it is planned, perhaps again without a
 * provider that failed, judged by the rules of agent files, and searched for what is left behind.
 *
 * @module
 */
import type { ConfigDocument, FormatHandler, ParseOptions } from "./types.ts";

/** The text that stands there, the one that is planned, and one between them. */
const KEPT = 3;

/** What reading a text gave: again the same document, or the same error. */
interface Read {
  readonly text: string;
  readonly strict: boolean;
  readonly isRead: boolean;
  readonly document: () => ConfigDocument;
}

/**
 * A handler that reads as the given one does, and remembers what the last few texts gave.
 *
 * A document of the strict dialect is one of the other as well.
 */
export function parsingOnce(handler: FormatHandler): FormatHandler {
  let kept: readonly Read[] = [];
  const parse = (text: string, options?: ParseOptions): ConfigDocument => {
    const strict = options?.strict === true;
    const known = kept.find((one) =>
      one.text === text && (one.strict === strict || (one.strict && one.isRead))
    );
    const read = known ?? { text, strict, ...outcomeOf(() => handler.parse(text, options)) };
    kept = [read, ...kept.filter((one) => one !== read)].slice(0, KEPT);
    return read.document();
  };
  return { ...handler, parse };
}

function outcomeOf(work: () => ConfigDocument): Pick<Read, "isRead" | "document"> {
  try {
    const document = work();
    return { isRead: true, document: () => document };
  } catch (error) {
    const fail = () => {
      throw error;
    };
    return { isRead: false, document: fail };
  }
}
