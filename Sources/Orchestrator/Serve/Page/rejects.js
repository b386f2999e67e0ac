// What was damaged in a sync's stream, grouped by reason, with the pieces themselves.

import { ask } from "./api.js";
import { empty, failed, fill, h } from "./dom.js";
import { count, plural } from "./format.js";
import { isUnderWay } from "./now.js";

const PAGE = 20;
let latest = 0;

/** Loads and shows the rejects of a sync; null shows that there is none. */
export async function showRejects(panel, sync) {
  const call = ++latest;
  panel.querySelector("h2").textContent = sync ? `Rejects of sync ${sync.id}` : "Rejects";
  if (!sync) return fill(panel, empty("Damaged pieces of the stream are kept here, with their place and reason."));
  try {
    const page = await ask("GET", `/syncs/${sync.id}/rejects?limit=${PAGE}`);
    // A later choice has been made meanwhile.
    if (call !== latest) return;
    show(panel, sync, page.reasons, page.rejects, page.next);
  } catch (problem) {
    if (call === latest) fill(panel, failed(problem, () => showRejects(panel, sync)));
  }
}

function show(panel, sync, reasons, rejects, next) {
  if (rejects.length === 0) return fill(panel, empty(none(sync)));
  const total = reasons.reduce((sum, reason) => sum + reason.count, 0);
  const more = async () => {
    try {
      const page = await ask("GET", `/syncs/${sync.id}/rejects?limit=${PAGE}&after=${next}`);
      show(panel, sync, page.reasons, rejects.concat(page.rejects), page.next);
    } catch (problem) {
      fill(panel, failed(problem, () => showRejects(panel, sync)));
    }
  };
  fill(
    panel, h("ul", { className: "reasons" }, reasons.map((reason) => share(reason, total))),
    h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Damaged pieces, in the order of the stream" },
      h("ol", { className: "pieces" }, rejects.map(piece))),
    next === null ? null
      : h("button", { id: "more-rejects", type: "button", className: "quiet", onclick: more },
        `More of ${plural(total, "entry", "entries")}`));
}

/** Why no piece is shown. The count runs ahead of the record, and a sync that was interrupted takes the rest of it along. */
function none(sync) {
  if (sync.rejected > 0) return `${plural(sync.rejected, "piece")} counted, not on record${isUnderWay(sync) ? " yet" : ""}.`;
  return isUnderWay(sync) ? "Nothing was damaged so far." : "Nothing was damaged in this stream.";
}

/** What the database said of a user, with the names to look it up by. */
function refusal({ excerpt, sqlstate, constraint_name: constraint }) {
  return `${excerpt} (SQLSTATE ${sqlstate}${constraint === null ? "" : `, constraint ${constraint}`})`;
}

function share({ reason, count: number, sqlstate, constraint_name: constraint }, total) {
  const part = h("div", { className: "bar-fill" });
  part.style.width = `${(number / total) * 100}%`;
  return h(
    "li", {}, h("span", { className: "reason" }, [reason, constraint ?? sqlstate].filter(Boolean).join(" ")), h("div", { className: "bar-track", "aria-hidden": "true" }, part),
    h("span", { className: "number" }, count(number)));
}

function piece(reject) {
  return h(
    "li", {}, h("span", { className: "reason" }, reject.reason),
    h("span", { className: "muted", dir: "auto" }, reject.user_name ?? `at byte ${count(reject.byte_offset)}`),
    h("code", { dir: "auto" }, reject.user_name === null ? reject.excerpt : refusal(reject)));
}
