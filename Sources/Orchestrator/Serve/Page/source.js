// What a sync read, and first of all: what has changed in it.

import { ask } from "./api.js";
import { failed, fill, h, table } from "./dom.js";
import { bytes, count, plural, sentence, share } from "./format.js";

/** Changes that are shown without being asked for. */
const SHOWN = 4;
let latest = 0;

/** Loads and shows the source of a sync; null shows that of the newest sync with a complete stream. Where there is none, the panel hides. */
export async function showSource(panel, id) {
  const call = ++latest;
  try {
    const source = await ask("GET", id === null ? "/source" : `/source?sync=${id}`);
    // A later choice has been made meanwhile.
    if (call === latest) show(panel, source);
  } catch (problem) {
    if (call !== latest) return;
    panel.hidden = problem.status === 404;
    if (!panel.hidden) fill(panel, failed(problem, () => showSource(panel, id)));
  }
}

/** For a server that no sync has run on yet. */
export function hideSource(panel) {
  latest += 1;
  panel.hidden = true;
}

function show(panel, source) {
  const wasOpen = panel.querySelector("details:has(table)")?.open ?? false;
  panel.querySelector("h2").textContent = `Source of sync ${source.sync_id}`;
  fill(panel, h("div", { className: "source-head" }, h("div", {}, changes(source)), numbers(source)), details(source, wasOpen));
  panel.hidden = false;
}

function changes({ changes: found, compared_syncs: compared }) {
  if (compared === 0) return h("p", { className: "muted" }, "First complete stream: nothing to compare with yet.");
  const measure = compared === 1 ? "the completed sync before" : `the ${compared} completed syncs before`;
  if (found.length === 0) return h("p", {}, h("strong", { className: "good" }, "No change"), h("span", { className: "muted" }, ` against ${measure}`));
  const line = ({ message }) => h("li", { dir: "auto" }, marked(sentence(message)));
  return [
    h("p", {}, h("strong", { className: "warn" }, plural(found.length, "change")), h("span", { className: "muted" }, ` against ${measure}`)),
    h("ul", { className: "source-changes" }, found.slice(0, SHOWN).map(line)),
    found.length > SHOWN
      ? h("details", { className: "more-changes" }, h("summary", {}, `${count(found.length - SHOWN)} more`),
        h("ul", { className: "source-changes" }, found.slice(SHOWN).map(line)))
      : null,
  ];
}

/** Names stand between backquotes. */
function marked(text) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part));
}

function numbers(source) {
  const rejected = source.rejects.reduce((sum, reject) => sum + reject.count, 0);
  const cells = [
    ["Records", count(source.records), bytes(source.bytes)],
    ["Users", count(source.users), source.users_per_second === null ? "" : `${count(source.users_per_second)}/s`],
    ["Deleted", share(source.deleted, source.users), "of the users"],
    ["Duplicates", source.duplicates === null ? "…" : count(source.duplicates), "newest won"],
    ["Rejects", share(rejected, source.records), "of the records"],
  ];
  return h(
    "dl", { className: "numbers" },
    cells.map(([name, value, note]) =>
      h("div", { "data-tone": value === "0" || value === "0%" ? "none" : "" },
        h("dt", {}, name), h("dd", {}, value, h("span", {}, note)))));
}

function details(source, isOpen) {
  const unknown = source.unknown_fields.length + (source.unlisted_records > 0 ? 1 : 0);
  const what = [plural(source.fields.length, "field")];
  if (unknown > 0) what.push(`${count(source.unknown_fields.length)}${source.unlisted_records > 0 ? " and more" : ""} not read`);
  if (source.rejects.length > 0) what.push(plural(source.rejects.length, "reject reason"));
  return h("details", { open: isOpen }, h("summary", {}, what.join(", ")), h("div", { className: "source-tables" }, tables(source)));
}

function tables(source) {
  const { records } = source;
  const name = (text) => h("th", { scope: "row", dir: "auto" }, text);
  const cell = (text) => h("td", { className: text === "0%" ? "muted" : "" }, text);
  const of = (number) => cell(share(number, records));
  const block = (caption, columns, rows) => (rows.length === 0 ? null : table(caption, columns, rows.map((cells) => ({ className: "", cells }))));
  const rest = [
    block(
      "Fields that are not read", [["Not read"], ["Type"], ["Records", true], ["Share", true]],
      [
        ...source.unknown_fields.map((field) => [name(field.name), cell(field.type), cell(count(field.records)), of(field.records)]),
        ...(source.unlisted_records > 0 ? [[name("(others)"), cell("–"), cell(count(source.unlisted_records)), of(source.unlisted_records)]] : []),
      ]),
    block(
      "Rejects by reason", [["Reject"], ["Pieces", true], ["Share", true]],
      source.rejects.map((reject) => [name(reject.reason), cell(count(reject.count)), of(reject.count)])),
  ].filter((found) => found !== null);
  return [
    block(
      "Fields, by the share of the records", [["Field"], ["Missing", true], ["Null", true], ["Other type", true], ["Longest", true]],
      source.fields.map((field) => [
        name(field.name), of(field.absent), of(field.null), of(field.other_type), cell(field.longest === null ? "–" : count(field.longest)),
      ])),
    rest.length > 0 ? h("div", {}, rest) : null,
  ];
}
