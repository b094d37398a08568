/* The story from top to bottom. */
"use strict";

// Each has its id, its word in the bar on top, its title.
const SECTIONS = [
  ["setup", "Setup", "What was run on what", setupSection],
  ["slo", "SLOs", "SLOs", sloSection],
  ["timeline", "Timeline", "Timeline", timelineSection],
  ["spectrum", "Spectrum", "Percentile spectrum", spectrumSection],
  ["staleness", "Staleness", "Staleness by class, group and tier", stalenessSection],
  ["reads", "Reads", "What the readers saw", readsSection],
  ["budgets", "Budgets", "Error budgets and time over bound", budgetSection],
  ["partitions", "Partitions", "Partitions", partitionsSection],
  ["disturbances", "Disturbances", "Disturbances", disturbanceSection],
  ["passes", "Passes", "Replay and backlog", passesSection],
  ["worst", "Worst", "The worst events", worstSection],
  ["ledger", "Ledger", "Ledger", ledgerSection],
  ["producing", "Producing", "Producing and lag", producingSection],
  ["validity", "Validity", "Validity and noise floor", validitySection],
  ["manifest", "Manifest", "Manifest", manifestSection],
  ["glossary", "Glossary", "Glossary", glossarySection],
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
  for (const [id, brief, title, make] of SECTIONS) {
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

start();
