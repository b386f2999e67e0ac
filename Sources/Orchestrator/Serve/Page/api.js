// The server's API. The token travels in a header only and lives as long as the tab.

import { sentence } from "./format.js";

// This file is one folder below the root of the API, wherever a proxy has put that.
const ROOT = new URL("../", import.meta.url);
const STORE = "user-sync-token";

/** What the server answered instead of doing it. */
export class Problem extends Error {
  constructor(status, detail, running = null) {
    super(detail);
    this.status = status;
    this.running = running;
  }
}

export const token = {
  get value() { return sessionStorage.getItem(STORE); },
  set value(text) { sessionStorage.setItem(STORE, text); },
  forget() { sessionStorage.removeItem(STORE); },
};

const listeners = new Set();

/** Calls back when the server asks for a token, or refuses the one that was shown. */
export function whenUnauthorized(listener) { listeners.add(listener); }

async function send(method, path, body, signal) {
  const headers = {};
  if (token.value) headers.Authorization = `Bearer ${token.value}`;
  if (body) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(new URL(path.slice(1), ROOT), { method, headers, body: body && JSON.stringify(body), signal, cache: "no-store" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "The server does not answer.");
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 401) for (const listener of listeners) listener();
  throw new Problem(answer.status, sentence(problem.detail ?? `The server answered ${answer.status}.`), problem.running);
}

/** The JSON that the server answers with. */
export async function ask(method, path, body = null) {
  return (await send(method, path, body)).json();
}

/** The events of a stream of server-sent events, as `{ name, data }`, until it ends. `fetch`, since EventSource sends no header. */
export async function* events(path, signal) {
  const answer = await send("GET", path, null, signal);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = { name: "message", data: "" };
      for (const line of block.split("\n")) {
        if (line.startsWith("event: ")) event.name = line.slice(7);
        if (line.startsWith("data: ")) event.data += line.slice(6);
      }
      if (event.data) yield { name: event.name, data: JSON.parse(event.data) };
    }
  }
}
