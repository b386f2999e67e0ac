// What could not be applied, and its replay.

import { ask } from "./api.js";
import { confirmed, empty, failed, fill, h, table } from "./dom.js";
import { count, plural, roughly } from "./format.js";

const COLUMNS = [["Batch"], ["Users", true], ["Tries", true], ["Age"], ["Cause"]];

let note = "";
let isBusy = false;

/** Loads and shows the dead letters. `changed` is called when a replay may have completed a sync. */
export async function showLetters(panel, changed) {
  if (isBusy) return;
  try {
    const { total, dead_letters: letters } = await ask("GET", "/dead-letters");
    show(panel, total, letters, changed);
  } catch (problem) {
    if (problem.status === 404) fill(panel, empty(problem.message));
    else fill(panel, failed(problem, () => showLetters(panel, changed)));
  }
}

function show(panel, total, letters, changed) {
  const result = h("p", { id: "redrive-result", className: "readout", role: "status" }, note);
  const refresh = h("button", { id: "refresh-letters", type: "button", className: "quiet", onclick: () => { note = ""; showLetters(panel, changed); } }, "Look again");
  if (letters.length === 0) {
    const text = total === 0 ? "Every batch could be applied." : `About ${plural(total, "message")}, all in someone's hands just now.`;
    return fill(panel, empty(text), result, h("div", { className: "row" }, refresh));
  }
  const replayable = letters.filter((letter) => letter.replayable).length;
  const act = (isDryRun) => redrive(panel, replayable, isDryRun, changed);
  fill(
    panel,
    h("p", { className: "bad" }, `${plural(total, "message")} could not be applied${replayable < letters.length ? `; ${count(letters.length - replayable)} of them cannot be replayed` : ""}.`),
    table("Dead letters, the oldest first", COLUMNS, letters.map(row)), result,
    h(
      "div", { className: "row" }, refresh,
      h("button", { id: "dry-run", type: "button", className: "quiet", disabled: replayable === 0, onclick: () => act(true) }, "Dry run"),
      h("button", { id: "redrive", type: "button", className: "primary", disabled: replayable === 0, onclick: () => act(false) }, "Replay")));
}

async function redrive(panel, number, isDryRun, changed) {
  const isMeant = isDryRun || await confirmed(
    `Replay ${plural(number, "dead letter")}?`,
    "They are sent to the queue again. Mend the cause first: what fails again comes back here. Nothing is applied twice.", "Replay");
  if (!isMeant) return;
  isBusy = true;
  for (const button of panel.querySelectorAll("button")) button.disabled = true;
  panel.querySelector("#redrive-result").textContent = isDryRun ? "Looking…" : "Replaying, and waiting for the workers…";
  try {
    note = describe(await ask("POST", "/dead-letters/redrive", { dry_run: isDryRun, wait_seconds: 20 }));
  } catch (problem) {
    note = problem.message;
  }
  isBusy = false;
  await showLetters(panel, changed);
  if (!isDryRun) changed();
}

function describe(report) {
  const parts = [`${report.dry_run ? "Would send" : "Sent"} ${plural(report.replayed, "batch", "batches")} again`];
  if (report.left > 0) parts.push(`${plural(report.left, "message stays", "messages stay")}`);
  if (report.completed.length > 0) parts.push(`completed: sync ${report.completed.join(", ")}`);
  if (report.unfinished.length > 0) parts.push(`not complete yet: sync ${report.unfinished.join(", ")}`);
  return `${parts.join("; ")}.`;
}

function row(letter) {
  const name = letter.sync_id === null ? "not ours" : `sync ${letter.sync_id}, batch ${letter.batch}, lane ${letter.lane}`;
  return h(
    "tr", {}, h("th", { scope: "row" }, name, letter.replayable ? null : h("span", { className: "muted" }, " stays")),
    h("td", { className: "number" }, count(letter.users)), h("td", { className: "number" }, count(letter.receive_count)),
    h("td", {}, letter.age_seconds === null ? "–" : roughly(letter.age_seconds).replace("about ", "")),
    h("td", { className: "cause" }, letter.cause ?? "none on record"));
}
