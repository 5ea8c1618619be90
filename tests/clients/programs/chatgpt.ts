/** A ChatGPT login as its clients keep it; nobody has signed its token. */

/** The account; the stand-in vault knows it by this name. */
export const ACCOUNT = "phantom-account";

/** A token of the form that the clients read. */
export function accountToken(): string {
  const claims = {
    email: "agent@relay.example",
    exp: 4102444800,
    "https://api.openai.com/auth": {
      chatgpt_plan_type: "plus",
      chatgpt_account_id: ACCOUNT,
      chatgpt_user_id: "phantom-user",
    },
  };
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.phantom`;
}

function part(value: unknown): string {
  return btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
