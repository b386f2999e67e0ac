// The syncs that were: a chart, what it points at, and the table with the numbers.

import { missing } from "./changes.js";
import { badge, empty, fill, h, table } from "./dom.js";
import { chart } from "./chart.js";
import { count, duration, time } from "./format.js";

const PAGE = 10;

const COLUMNS = [
  ["Sync"], ["Status"], ["Started"], ["Duration", true], ["Users", true], ["Inserted", true], ["Updated", true],
  ["Newly deleted", true], ["Unchanged", true], ["Not sent", true], ["Missing", true], ["Rejects", true],
];

/** The sync that the pointer is on: kept, since the panel is drawn anew while a sync runs. */
let pointed = null;

/** Shows the syncs, newest first. `choose` is called with the sync that was picked, `older` to load more of them. */
export function showHistory(panel, { syncs, chosen, shown, hasOlder }, { choose, older }) {
  if (syncs.length === 0) {
    fill(panel, empty("Nothing yet. Each sync becomes a column here."));
    return;
  }
  const narrow = panel.clientWidth < 560;
  const columns = narrow ? 18 : 36;
  const drawn = syncs.slice(0, columns).reverse();
  if (!panel.matches(":hover")) pointed = null;
  const told = () => syncs.find((sync) => sync.id === (pointed ?? chosen)) ?? syncs[0];
  const readout = h("p", { className: "readout" }, describe(told()));
  const point = (sync) => {
    pointed = sync?.id ?? null;
    readout.replaceChildren(...describe(told()));
  };
  const rows = syncs.slice(0, shown).map((sync) => row(sync, sync.id === chosen, choose));
  fill(
    panel, chart(drawn, chosen, columns, choose, point), legend(), readout, table("Syncs, newest first", COLUMNS, rows),
    hasOlder || shown < syncs.length
      ? h("button", { id: "older", type: "button", className: "quiet", onclick: older }, "Older syncs") : null);
}

export { PAGE };

function describe(sync) {
  return [
    h("strong", {}, `Sync ${sync.id}`), ` ${time(sync.started_at)}, ${sync.status.toLowerCase()}`,
    sync.duration_ms === null ? "" : ` in ${duration(sync.duration_ms)}`,
    `: ${count(sync.received)} users, ${count(sync.inserted)} inserted, ${count(sync.updated)} updated`,
    ` (${count(sync.newly_deleted)} newly deleted), ${count(sync.unchanged)} unchanged (${count(sync.skipped)} not sent)`,
    sync.missing === null ? "" : `, ${count(sync.missing)} missing`, `, ${count(sync.rejected)} rejects`,
    sync.refused > 0 ? `, ${count(sync.refused)} refused` : "",
  ];
}

function legend() {
  const keys = [
    ["failed", "failed"], ["skipped", "not sent"], ["unchanged", "sent, unchanged"], ["updated", "updated"],
    ["inserted", "inserted"], ["deleted", "newly deleted"], ["missing", "missing"],
  ];
  return h(
    "ul", { className: "legend" },
    keys.map(([part, name]) => h("li", {}, h("span", { className: "swatch", "data-part": part, "aria-hidden": "true" }), name)));
}

function row(sync, isChosen, choose) {
  const number = (value) => h("td", { className: "number" }, value);
  return h(
    "tr", { className: isChosen ? "chosen" : "" },
    h("th", { scope: "row" },
      h("button", {
        id: `sync-${sync.id}`, type: "button", className: "pick", "aria-pressed": isChosen ? "true" : "false",
        "aria-label": `Show changes and rejects of sync ${sync.id}`, onclick: () => choose(sync),
      }, `${sync.id}`)),
    h("td", {}, badge(sync.status)),
    h("td", { title: sync.started_at }, time(sync.started_at)), number(duration(sync.duration_ms)), number(count(sync.received)),
    number(count(sync.inserted)), number(count(sync.updated)), number(count(sync.newly_deleted)),
    number(count(sync.unchanged)), number(count(sync.skipped)), number(missing(sync)), number(count(sync.rejected)));
}
