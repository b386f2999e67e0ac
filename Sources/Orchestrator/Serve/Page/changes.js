// What a sync changed in the table.

import { empty, fill, h } from "./dom.js";
import { count } from "./format.js";

/** Shows what a sync changed; null shows that there is none. */
export function showChanges(panel, sync) {
  panel.querySelector("h2").textContent = sync ? `Changes of sync ${sync.id}` : "Changes";
  if (!sync) return fill(panel, empty("What a sync inserted, updated and left alone is told here."));
  const lines = [
    ["inserted", "Inserted", count(sync.inserted), "new rows"],
    ["updated", "Updated", count(sync.updated), "changed rows"],
    ["deleted", "Newly deleted", count(sync.newly_deleted), "of the updated"],
    ["unchanged", "Unchanged", count(sync.unchanged), `${count(sync.skipped)} of them not even sent`],
    ["missing", "Missing", missing(sync), missingNote(sync)],
  ];
  fill(
    panel,
    h("dl", { className: "changes" },
      lines.map(([part, name, value, note]) =>
        h("div", { "data-part": part },
          h("dt", {}, h("span", { className: "swatch", "data-part": part, "aria-hidden": "true" }), name),
          h("dd", { className: "number" }, value), h("dd", { className: "muted" }, note)))));
}

/** How many live users the source no longer names. */
export const missing = (sync) => (sync.missing === null ? "–" : count(sync.missing));

/** What that number means, and what was done about them. */
export function missingNote(sync) {
  if (sync.missing === null) return sync.finished_at === null ? "not known yet" : "not known";
  return sync.missing_deleted > 0 ? `${count(sync.missing_deleted)} marked as deleted` : "not in the source";
}
