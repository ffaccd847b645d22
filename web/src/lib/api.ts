/** The API of this server, typed by its own OpenAPI document. Nothing else is ever asked. */
import createClient from "openapi-fetch";
import type { components, paths } from "../api/schema";
import { chain, tipOf } from "./chain.svelte";

export type Schemas = components["schemas"];
export type Basis = Schemas["LookupBasis"];
export type Sat = number | string;

export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });

/** What went wrong, in the words of the server (RFC 9457). */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly hint: string | null,
  ) {
    super(detail);
  }
}

/** Why something failed, as one line of plain text. */
export function reasonOf(error: unknown): string {
  const words = error instanceof Failure ? [error.title, error.detail] : [error instanceof Error ? error.message : String(error)];
  return words.filter(Boolean).join(": ").replaceAll("`", "").replace(/\.$/, "");
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer, or a `Failure` with the server's own words. Where nobody waits for it, a failure is no error of the page. */
export function answerOf<T>(asked: Promise<Answer<T>>): Promise<T> {
  const answer = read(asked);
  answer.catch(() => undefined);
  return answer;
}

async function read<T>(asked: Promise<Answer<T>>): Promise<T> {
  let told: Answer<T>;
  try {
    told = await asked;
  } catch {
    throw new Failure(0, "The server does not answer", "Is `cointrail serve` still running?", null);
  }
  if (told.data !== undefined && told.response.ok) {
    const tip = tipOf(told.data);
    if (tip) chain.restsOn(tip);
    return told.data;
  }
  const body = (told.error ?? {}) as { title?: string; detail?: string; hint?: string | null };
  throw new Failure(
    told.response.status,
    body.title ?? told.response.statusText,
    body.detail ?? "",
    body.hint ?? null,
  );
}

/** An answer that is shown after another one, or never: whoever waits for it is still told of its failure. */
export function shownLater<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined);
  return answer;
}

/** Begin a session with the token that stands behind `#` in the printed address, and take it out of there. */
export async function signIn(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  history.replaceState(null, "", location.pathname + location.search);
  const asked = api.POST("/api/v1/session", { body: { token } });
  await answerOf(asked.then((told) => ({ ...told, data: told.response.ok }))); // it has no body
}
