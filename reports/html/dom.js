/* The page is built of nodes; text is only ever text. */
"use strict";

// h("td", {class: "num"}, "12", child, …). A property that begins with "on" is a listener.
function h(name, properties, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

// A column's head: {text, num: right-aligned}. A word of the glossary links there.
function headOf(head) {
  const text = typeof head === "string" ? head : head.text;
  const id = glossaryId(text);
  const number = typeof head === "object" && head.num;
  return h("th", { scope: "col", class: number ? "num" : null }, id ? h("a", { href: "#" + id }, text) : text);
}

const num = (text) => ({ text, num: true });
const nums = (...texts) => texts.map(num);

// Rows are arrays of cells: text, a node, or {text, class}. The first cell heads its row. null without rows.
function table(caption, heads, rows, options = {}) {
  if (rows.length === 0) return null;
  const cellOf = (cell, i) => {
    const plain = cell === null || typeof cell !== "object" || cell instanceof Node;
    const content = plain ? cell : cell.text;
    const classes = [typeof heads[i] === "object" && heads[i].num ? "num" : "", plain ? "" : cell.class || ""];
    const name = classes.join(" ").trim() || null;
    return i === 0 ? h("th", { scope: "row", class: name }, content) : h("td", { class: name }, content);
  };
  const body = h("tbody", {}, rows.map((row) => h("tr", { class: row.class || null }, row.map(cellOf))));
  const node = h("table", { id: options.id }, h("caption", {}, caption),
    h("thead", {}, h("tr", {}, heads.map(headOf))), body);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, node);
}

function folded(summary, ...content) {
  const inner = content.flat(Infinity).filter(Boolean);
  return inner.length ? h("details", {}, h("summary", {}, summary), inner) : null;
}

function definitions(pairs) {
  const shown = pairs.filter((pair) => pair && pair[1] !== "" && pair[1] !== null && pair[1] !== undefined);
  return h("dl", {}, shown.map(([term, text]) => h("div", {}, h("dt", {}, term), h("dd", {}, text))));
}

function note(...text) {
  return h("p", { class: "note" }, text);
}

// A link to the glossary inside of text.
function word(text, term) {
  return h("a", { href: "#" + glossaryId(term || text) }, text);
}

const figureWord = (holds) => h("span", { class: holds ? "good" : "bad" }, holds ? "✓ holds" : "✗ fails");
