// What could not be applied, and its replay.

import { ask } from "./api.js";
import { confirmed, empty, failed, fill, h } from "./dom.js";
import { count, plural, roughly } from "./format.js";

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
    const text = total === 0 ? "Every batch could be applied." : `About ${plural(total, "message")}, all received by another reader at the moment.`;
    return fill(panel, empty(text), result, h("div", { className: "row" }, refresh));
  }
  const replayable = letters.filter((letter) => letter.replayable).length;
  const act = (isDryRun) => redrive(panel, replayable, isDryRun, changed);
  fill(
    panel,
    h("p", { className: "bad" }, `${plural(total, "message")} could not be applied${replayable < letters.length ? `; ${count(letters.length - replayable)} of them cannot be replayed` : ""}.`),
    h(
      "div", { className: "row" }, refresh,
      h("button", { id: "dry-run", type: "button", className: "quiet", disabled: replayable === 0, onclick: () => act(true) }, "Dry run"),
      h("button", { id: "redrive", type: "button", className: "primary", disabled: replayable === 0, onclick: () => act(false) }, "Replay")), result,
    h(
      "div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Dead letters, the oldest first" },
      h("ol", { className: "pieces" }, letters.map(piece))));
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
  if (report.superseded.length > 0) parts.push(`no replay completes sync ${report.superseded.join(", ")}: a newer sync does its work`);
  return `${parts.join("; ")}.`;
}

function piece(letter) {
  const name = letter.sync_id === null ? "Not a batch of this service" : `Sync ${letter.sync_id}, batch ${letter.batch}, lane ${letter.lane}`;
  const facts = [
    letter.users === null ? null : plural(letter.users, "user"), `tried ${plural(letter.receive_count, "time")}`,
    letter.age_seconds === null ? null : `${roughly(letter.age_seconds)} old`, letter.replayable ? null : "cannot be replayed",
  ];
  return h(
    "li", {}, h("strong", {}, name), h("span", { className: "muted" }, facts.filter((fact) => fact !== null).join(" · ")),
    h("p", { className: "cause" }, letter.cause ?? "No cause is on record."));
}
