/* The story from top to bottom. */
"use strict";

const SECTIONS = [
  ["setup", "What was run on what", setupSection],
  ["slo", "SLOs", sloSection],
  ["timeline", "Timeline", timelineSection],
  ["spectrum", "Percentile spectrum", spectrumSection],
  ["staleness", "Staleness by class, group and tier", stalenessSection],
  ["partitions", "Partitions", partitionsSection],
  ["disturbances", "Disturbances", disturbanceSection],
  ["passes", "Replay and backlog", passesSection],
  ["worst", "The worst events", worstSection],
  ["ledger", "Ledger", ledgerSection],
  ["producing", "Producing and lag", producingSection],
  ["validity", "Validity and noise floor", validitySection],
  ["manifest", "Manifest", manifestSection],
  ["glossary", "Glossary", glossarySection],
];

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

function start() {
  const main = document.getElementById("main");
  const contents = [];
  main.replaceChildren();
  document.getElementById("top").append(...drawn(head));
  for (const [id, title, make] of SECTIONS) {
    const nodes = drawn(make);
    if (nodes.length === 0) continue;
    main.append(h("section", { id, "aria-labelledby": id + "-title" }, h("h2", { id: id + "-title" }, title), nodes));
    contents.push(h("li", {}, h("a", { href: "#" + id }, title)));
  }
  document.getElementById("contents").append(h("ul", {}, contents));
  redrawAll();
  watchSizes();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
  addEventListener("beforeprint", openForPrint);
  document.documentElement.dataset.drawn = "yes";
}

start();
