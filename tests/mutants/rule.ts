/**
 * The ways in which a function can be broken. Each names what it is about by a word of the code
 * (a called function, a property, a text), so that it survives new names of variables, new order
 * and new layout. A word that does not name exactly one place is an error.
 */
import { childrenOf, type Found, type Node, nodesIn, smallest, sourceOf } from "./find.ts";

/** One way to break a function: says which part of the text becomes what. */
export interface Rule {
  /** In a few words. */
  readonly says: string;
  /** The change; throws if the function has no such place, or several. */
  readonly change: (found: Found) => Change;
}

/** One part of a text, and what stands there instead. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** The function answers this at once, and does nothing else. */
export function answers(expression: string): Rule {
  return {
    says: `answers ${expression} at once`,
    change: ({ node }) => {
      const body = node.body as Node;
      const insert = body.type === "BlockStatement"
        ? `{ return ${expression}; }`
        : `(${expression})`;
      return { start: body.start, end: body.end, insert };
    },
  };
}

/**
 * The smallest statement that mentions the word is left out; `nth` where there are several, from
 * the end if negative.
 */
export function drop(word: string, nth?: number): Rule {
  return {
    says: `leaves out the statement with ${word}`,
    change: (found) => {
      const node = only(smallest(statementsOf(found.node), word), word, nth);
      return { start: node.start, end: node.end, insert: ";" };
    },
  };
}

/** The smallest condition that mentions the word always counts as true, or as false. */
export function assume(value: boolean, word: string, nth?: number): Rule {
  return {
    says: `takes the condition with ${word} for ${value}`,
    change: (found) => {
      const node = only(smallest(conditionsOf(found.node), word), word, nth);
      return { start: node.start, end: node.end, insert: String(value) };
    },
  };
}

/** The smallest condition that mentions the word counts the other way round. */
export function negate(word: string, nth?: number): Rule {
  return {
    says: `turns the condition with ${word} round`,
    change: (found) => {
      const node = only(smallest(conditionsOf(found.node), word), word, nth);
      return { start: node.start, end: node.end, insert: `!(${sourceOf(found, node)})` };
    },
  };
}

/**
 * A call of this function is replaced by an expression: `$1` is its first argument, `$object` what
 * stands before its dot.
 */
export function insteadOfCall(callee: string, expression: string, nth?: number): Rule {
  return {
    says: `takes ${expression} instead of calling ${callee}`,
    change: (found) => {
      const calls = nodesIn(found.node).filter((node) =>
        (node.type === "CallExpression" || node.type === "NewExpression") &&
        lastName(node.callee as Node) === callee
      );
      const node = only(calls, callee, nth);
      const args = node.arguments as readonly Node[];
      const { object } = node.callee as Node;
      const insert = expression
        .replaceAll("$object", () => sourceOf(found, (object ?? node) as Node))
        .replaceAll(/\$(\d)/g, (_, digit: string) => {
          const argument = args[Number(digit) - 1];
          if (argument === undefined) throw new Error(`${callee} has no argument ${digit}`);
          return sourceOf(found, argument);
        });
      return { start: node.start, end: node.end, insert };
    },
  };
}

/**
 * A word is replaced by another text: a variable, a called function, a literal or a part of one.
 * `.name` is a property with the object before it, which is `$object` in the text.
 */
export function instead(word: string, text: string, nth?: number): Rule {
  return {
    says: `has ${text || "nothing"} instead of ${word}`,
    change: (found) => {
      const nodes = nodesIn(found.node);
      if (/^\.#?\w/.test(word)) {
        const members = nodes.filter((node) =>
          node.type.endsWith("MemberExpression") && `.${lastName(node)}` === word
        );
        const node = only(members, word, nth);
        const insert = text.replace("$object", () => sourceOf(found, node.object as Node));
        return { start: node.start, end: node.end, insert };
      }
      const leaves = nodes.filter((node) => childrenOf(node).length === 0);
      const node = only(smallest(leaves, word), word, nth);
      const own = sourceOf(found, node);
      const insert = own.includes(word) ? own.replace(word, () => text) : text;
      return { start: node.start, end: node.end, insert };
    },
  };
}

/** The function gives the opposite of its last answer. */
export function opposite(): Rule {
  return {
    says: "answers the opposite",
    change: (found) => {
      const returns = nodesIn(found.node).filter((node) => node.type === "ReturnStatement");
      const node = only(returns, "return", -1).argument as Node;
      return { start: node.start, end: node.end, insert: `!(${sourceOf(found, node)})` };
    },
  };
}

/** Of a choice (`a ? b : c`, `a ?? b`, `if … else …`) that mentions the word, always this branch. */
export function always(branch: "first" | "second", word: string, nth?: number): Rule {
  return {
    says: `always takes the ${branch} branch of the choice with ${word}`,
    change: (found) => {
      const choices = nodesIn(found.node).filter((node) =>
        node.type === "ConditionalExpression" || node.type === "LogicalExpression"
      );
      const node = only(smallest(choices, word), word, nth);
      const [first, second] = node.type === "ConditionalExpression"
        ? [node.consequent, node.alternate]
        : [node.left, node.right];
      const kept = (branch === "first" ? first : second) as Node;
      return { start: node.start, end: node.end, insert: sourceOf(found, kept) };
    },
  };
}

function statementsOf(node: Node): Node[] {
  return nodesIn(node).filter(({ type }) => /Statement$/.test(type) && type !== "BlockStatement");
}

/** What is asked before something is done: tests, and the operands of `&&` and `||`. */
function conditionsOf(node: Node): Node[] {
  return nodesIn(node).flatMap((inner) => {
    const { test, left, right, operator } = inner;
    if (inner.type === "LogicalExpression" && operator !== "??") return [left, right];
    return /^(?:If|While|DoWhile|For|Conditional)/.test(inner.type) && test ? [test] : [];
  }).map((inner) => inner as Node);
}

function lastName(callee: Node): unknown {
  if (callee.type === "MemberExpression" || callee.type === "OptionalMemberExpression") {
    return lastName(callee.property as Node);
  }
  return callee.type === "PrivateName" ? `#${(callee.id as Node).name}` : callee.name;
}

function only(nodes: readonly Node[], word: string, nth: number | undefined): Node {
  const node = nodes.at(nth ?? 0);
  if (node === undefined || (nth === undefined && nodes.length > 1)) {
    throw new Error(`${nodes.length} places mention ${word}`);
  }
  return node;
}
