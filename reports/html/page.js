/* A page of sections: how it is put together, its colours, its way onto paper. */
"use strict";

function themeButton() {
  return h("button", { type: "button", id: "theme", onclick: () => {
    document.documentElement.dataset.theme = themeNow() === "dark" ? "light" : "dark";
    redrawAll();
  } }, "light / dark");
}

// A part that cannot be drawn takes nothing else with it.
function drawn(make) {
  try {
    return make().flat(Infinity).filter(Boolean);
  } catch (error) {
    return [h("p", { class: "caution", role: "note" }, "This part could not be drawn from what the folder holds: " + error.message)];
  }
}

function openForPrint() {
  const closed = [...document.querySelectorAll("main details:not([open])")];
  const theme = document.documentElement.dataset.theme;
  closed.forEach((one) => { one.open = true; });
  document.documentElement.dataset.theme = "light";
  redrawAll();
  addEventListener("afterprint", () => {
    closed.forEach((one) => { one.open = false; });
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    redrawAll();
  }, { once: true });
}

// The page: what `head` gives, then a section for each [id, its word in the bar on top, title, function that gives its
// nodes].
function start(head, sections) {
  const main = document.getElementById("main");
  const contents = [];
  main.replaceChildren();
  document.getElementById("top").append(...drawn(head));
  for (const [id, brief, title, make] of sections) {
    const nodes = drawn(make);
    if (nodes.length === 0) continue;
    main.append(h("section", { id, "aria-labelledby": id + "-title" }, h("h2", { id: id + "-title" }, title), nodes));
    contents.push(h("li", {}, h("a", { href: "#" + id }, brief)));
  }
  document.getElementById("contents").append(h("ul", {}, contents));
  redrawAll();
  watchSizes();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
  addEventListener("beforeprint", openForPrint);
  document.documentElement.dataset.drawn = "yes";
}
