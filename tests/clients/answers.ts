/**
 * What the stand-in vault answers: enough of each API that a client takes it for a real one and ends
 * its turn. Requests are told apart by the end of their path, because clients put different prefixes
 * before it.
 */
import { ACCOUNT } from "./programs/chatgpt.ts";

/** The text of every answer. A client that prints it has understood the vault. */
export const SAID = "vault says hello";

/** The parts of a request that decide about the answer. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  /** It wants another protocol, a WebSocket. */
  readonly upgrade: boolean;
  /** What it accepts; all that is known of a body that is compressed. */
  readonly accept: string;
  /** The body, if it was JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** The answer to a request; 404 where the stand-in knows no such API. */
export function answer(asked: Asked): Response {
  const stream = asked.body.stream === true || asked.accept.includes("text/event-stream");
  const { method, path } = asked;
  // Codex then takes plain HTTP at once; after a 404 it tries for seconds.
  if (asked.upgrade) {
    return Response.json({ error: { message: "plain HTTP only" } }, { status: 426 });
  }
  if (method === "POST") {
    if (path.endsWith("/messages")) return stream ? sse(message()) : Response.json(MESSAGE);
    if (path.endsWith("/messages/count_tokens")) return Response.json({ input_tokens: 9 });
    if (path.endsWith("/chat/completions")) {
      return stream ? sse(chunks(), true) : Response.json(COMPLETION);
    }
    if (path.endsWith("/responses")) return stream ? sse(response()) : Response.json(RESPONSE);
    if (path.endsWith(":streamGenerateContent")) return sse([GENERATED]);
    if (path.endsWith(":generateContent")) return Response.json(GENERATED);
    if (path.endsWith(":countTokens")) return Response.json({ totalTokens: 9 });
    if (path.endsWith("/graphql")) return Response.json({ data: { viewer: { login: SAID } } });
  }
  if (path.endsWith("/models")) return Response.json({ object: "list", data: [], models: [] });
  if (path.endsWith("/accounts/check")) return Response.json(ACCOUNTS);
  if (path.endsWith("/user")) return Response.json({ id: 1, login: SAID, username: SAID });
  return Response.json({ error: { message: `no ${method} ${path} here` } }, { status: 404 });
}

type Event = Readonly<Record<string, unknown>>;

/** Server-sent events; those that have a type are named by it, as Anthropic and OpenAI do. */
function sse(events: readonly Event[], done = false): Response {
  const texts = events.map((event) => {
    const name = typeof event.type === "string" ? `event: ${event.type}\n` : "";
    return `${name}data: ${JSON.stringify(event)}\n\n`;
  });
  if (done) texts.push("data: [DONE]\n\n");
  return new Response(texts.join(""), { headers: { "content-type": "text/event-stream" } });
}

const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5",
  content: [{ type: "text", text: SAID }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 9, output_tokens: 3 },
};

function message(): Event[] {
  return [
    {
      type: "message_start",
      message: { ...MESSAGE, content: [], stop_reason: null },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: SAID } },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: 3 },
    },
    { type: "message_stop" },
  ];
}

const USAGE = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };

const COMPLETION = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "stand-in",
  choices: [{
    index: 0,
    message: { role: "assistant", content: SAID },
    finish_reason: "stop",
  }],
  usage: USAGE,
};

function chunks(): Event[] {
  const chunk = {
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "stand-in",
  };
  const delta = { role: "assistant", content: SAID };
  return [
    { ...chunk, choices: [{ index: 0, delta, finish_reason: null }] },
    { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: USAGE },
  ];
}

/** The workspaces of a ChatGPT login. */
const ACCOUNTS = {
  accounts: [{
    id: ACCOUNT,
    name: null,
    structure: "personal",
    plan_type: "plus",
    is_deactivated: false,
    is_fedramp_compliant_workspace: false,
    can_access_with_session: true,
    sso_connection_name: null,
    profile_picture_url: null,
    workspace_backend_origin: "https://chatgpt.com",
    account_routing_override: "NO_CONSTRAINT",
  }],
  account_ordering: [ACCOUNT],
  default_account_id: ACCOUNT,
};

const PART = { type: "output_text", text: SAID, annotations: [] };
const ITEM = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  status: "completed",
  content: [PART],
};
const RESPONSE = {
  id: "resp_1",
  object: "response",
  created_at: 1,
  status: "completed",
  model: "stand-in",
  output: [ITEM],
  usage: {
    input_tokens: 9,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 3,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 12,
  },
};

function response(): Event[] {
  const begun = { ...RESPONSE, status: "in_progress", output: [] };
  const item = { output_index: 0, item_id: ITEM.id };
  const content = { ...item, content_index: 0 };
  const events: Event[] = [
    { type: "response.created", response: begun },
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { ...ITEM, status: "in_progress", content: [] },
    },
    { type: "response.content_part.added", ...content, part: { ...PART, text: "" } },
    { type: "response.output_text.delta", ...content, delta: SAID, logprobs: [] },
    { type: "response.output_text.done", ...content, text: SAID, logprobs: [] },
    { type: "response.content_part.done", ...content, part: PART },
    { type: "response.output_item.done", output_index: 0, item: ITEM },
    { type: "response.completed", response: RESPONSE },
  ];
  return events.map((event, index) => ({ ...event, sequence_number: index }));
}

const GENERATED = {
  candidates: [{
    index: 0,
    content: { role: "model", parts: [{ text: SAID }] },
    finishReason: "STOP",
  }],
  usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 3, totalTokenCount: 12 },
  modelVersion: "stand-in",
};
