// The answer: whether all is well, what changed, what to do next, and when the next sync comes.

import { ask } from "./api.js";
import { fill, h } from "./dom.js";
import { ago, count, plural, sentence, time, until } from "./format.js";

const MARKS = { ok: "✓", attention: "!", problem: "✕", unknown: "?" };
/** What the server said last. */
let latest = null;

/** Asks for the verdict and shows it. The server looks at the world no more often than it allows itself to, however often this asks. */
export async function loadVerdict(panel) {
  try {
    latest = await ask("GET", "/verdict");
    draw(panel);
  } catch (problem) {
    showUnknown(panel, problem.status === 0 ? "No connection to the server" : "The verdict is not known", problem.message);
  }
}

/** Says that nothing is known just now: an old answer must not be taken for the present one. */
export function showUnknown(panel, headline, cause) {
  show(panel, { state: "unknown", headline, cause, next_step: null }, null);
}

function draw(panel) {
  show(panel, latest, h("div", { className: "verdict-rest" }, facts(latest), checks(latest)));
}

function show(panel, { state, headline, cause, next_step: step }, rest) {
  const wasOpen = panel.querySelector("details")?.open ?? false;
  panel.dataset.state = state;
  fill(
    panel,
    h("div", { className: "verdict-head", role: "status" },
      h("span", { className: "mark", "aria-hidden": "true" }, MARKS[state]),
      h("div", {},
        h("p", { className: "headline" }, headline),
        cause ? h("p", { className: "verdict-cause", dir: "auto", title: cause }, sentence(cause)) : null,
        step ? h("p", { className: "verdict-step" }, h("strong", {}, "Next: "), sentence(step)) : null)),
    rest);
  const details = panel.querySelector("details");
  if (details) details.open = wasOpen;
}

function facts({ last_completed: last, next_sync_at: next, findings }) {
  // Without this finding the database could not be read.
  const isKnown = findings.some(({ subject }) => subject === "sync");
  const none = isKnown ? "none yet" : "not known";
  const lines = [
    ["Last completed", last ? `Sync ${last.id}, ${ago(last.finished_at)}` : none, last ? time(last.finished_at) : ""],
    ["What changed", ...(last ? changed(last) : [isKnown ? "nothing yet" : "not known", ""])],
    next
      ? ["Next sync", until(next), time(next)]
      : ["Next sync", "not started by this server", "no SYNC_EVERY here"],
  ];
  return h(
    "dl", { className: "verdict-facts" },
    lines.map(([name, value, note]) => h("div", {}, h("dt", {}, name), h("dd", {}, value, note ? h("span", {}, note) : null))));
}

/** What the last completed sync did to the table: one line, and a note. */
function changed(last) {
  const parts = [
    [last.inserted, "inserted"], [last.updated - last.newly_deleted, "updated"], [last.newly_deleted, "newly deleted"],
  ].filter(([number]) => number > 0).map(([number, what]) => `${count(number)} ${what}`);
  const notes = [`of ${plural(last.received, "user")}`];
  if (last.rejected > 0) notes.push(plural(last.rejected, "reject"));
  if (last.refused > 0) notes.push(`${count(last.refused)} refused`);
  if (last.source_changes !== null) notes.push("the source changed");
  return [parts.join(", ") || "nothing", notes.join(", ")];
}

function checks({ state, findings, checked_at: at, source_checked_at: source }) {
  const open = findings.filter(({ outcome }) => outcome === "problem" || outcome === "warning");
  const what = state === "ok" ? "to improve" : "to look at";
  const name = `${open.length === 0 ? "nothing" : count(open.length)} ${what}`;
  const when = `checked ${time(at)}${source ? `, the source ${time(source)}` : ""}`;
  return h(
    "details", {}, h("summary", {}, `${plural(findings.length, "check")}, ${name}`, h("span", { className: "muted" }, ` · ${when}`)),
    h("ul", { className: "checks" }, [...open, ...findings.filter((finding) => !open.includes(finding))].map(check)));
}

function check({ subject, outcome, summary, advice }) {
  return h(
    "li", { "data-outcome": outcome }, h("span", { className: "outcome" }, outcome), h("span", { className: "subject" }, subject),
    h("span", { dir: "auto" }, sentence(summary), advice ? h("span", { className: "advice" }, ` ${sentence(advice)}`) : null));
}
