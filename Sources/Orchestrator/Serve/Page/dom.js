// Builds elements. Text goes in as text only, so nothing that the server says can become markup.

/** An element with properties, attributes (those with a hyphen, `role`, `for`, `colspan`), and children; null children are left out. */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && !key.includes("-")) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An SVG element with attributes and children. */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.flat());
  return element;
}

/** Puts content below the heading of a panel, in place of what was there. What has the focus keeps it, by its id. */
export function fill(panel, ...content) {
  const focused = panel.contains(document.activeElement) ? document.activeElement.id : "";
  const heading = panel.querySelector("h2");
  panel.replaceChildren(heading, ...content.flat().filter((child) => child !== null));
  panel.setAttribute("aria-busy", "false");
  if (focused) document.getElementById(focused)?.focus();
}

/** A line that says why there is nothing to see. */
export function empty(text) {
  return h("p", { className: "empty" }, text);
}

/** A line that says what went wrong, with a button to try again. */
export function failed(problem, retry) {
  return h(
    "div", { className: "failed", role: "alert" }, h("p", {}, problem.message),
    h("button", { type: "button", className: "quiet", onclick: retry }, "Try again"));
}

/** A status word in its colour. */
export function badge(status) {
  return h("span", { className: "badge", "data-status": status }, status);
}

/**
 * A table whose columns are `[title, isNumber]`, with a list of cells for each row; a narrow one shows a row as a block of named values.
 * Roles are written out: a table that is laid out in another way would lose them.
 */
export function table(caption, columns, rows) {
  const head = columns.map(([title, isNumber]) => h("th", { scope: "col", role: "columnheader", className: isNumber ? "number" : "" }, title));
  const lines = rows.map(({ className, cells }) => {
    const all = cells.map((cell, index) => {
      cell.dataset.title = columns[index][0];
      cell.setAttribute("role", cell.localName === "th" ? "rowheader" : "cell");
      if (columns[index][1]) cell.classList.add("number");
      return cell;
    });
    return h("tr", { className, role: "row" }, all);
  });
  return h(
    "table", { role: "table" }, h("caption", { className: "hidden" }, caption),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, head)), h("tbody", { role: "rowgroup" }, lines));
}

/** Asks before something is done. */
export function confirmed(title, text, yes) {
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-title").textContent = title;
  document.getElementById("confirm-text").textContent = text;
  document.getElementById("confirm-yes").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
