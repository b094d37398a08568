/* Runs side by side: the same axes for all, and what each differs by from the first. */
"use strict";

const RUN_OUTCOMES = { pass: "✓ pass", fail: "✗ fail", invalid: "! invalid", interrupted: "! interrupted" };
const runName = (i) => DATA.runs[i].name;
const pairName = (one) => one.class + " at " + one.group;
// A run keeps its colour in every chart; beyond six its dashes tell it apart.
const runDash = (i) => ["solid", "dashed", "dotted"][Math.floor(i / COLOURS.light.length) % 3];

function compareHead() {
  const names = DATA.runs.map((run) => run.name);
  document.title = "Runs " + names.join(", ") + " compared · freshet";
  const scenarios = [...new Set(DATA.runs.map((run) => run.scenario))];
  return [
    h("div", { class: "brand" }, h("span", {}, "freshet"), h("span", { class: "dim" }, "compare"), themeButton()),
    h("h1", {}, "Runs compared: " + scenarios.join(", ")),
    DATA.caveats.map((one, i) => h("p", { class: "caution" + (i === 0 && !DATA.same_load ? " grave" : ""), role: "note" }, one)),
    h("p", { class: "about" }, DATA.runs.map((run) => run.name + " = " + run.folder.split("/").at(-1) + " on " + run.target).join(", ")),
  ];
}

function runsSection() {
  const rows = DATA.runs.map((run) => [run.name, run.folder, run.scenario, run.target, run.started, run.load_hash,
    (RUN_OUTCOMES[run.outcome] || String(run.outcome)) + ": " + run.reason]);
  const same = DATA.same_load ? "All sent the same events: their load hashes are equal." : "They did not send the same events: their load hashes differ.";
  return [h("p", {}, same + " Differences are to " + runName(0) + ", the first."),
    table("The runs", ["run", "folder", "scenario", "target", "started", "load", "verdict"], rows, { id: "runs-table" })];
}

function comparedTable(one, id) {
  const rows = one.lines.map((line) => {
    const cells = [line.of, line.label.replaceAll(" ", "\u00a0"), ...line.cells.map((cell) => cell.replace(/ us\b/, " µs"))];
    cells.class = line.label.includes(" - ") ? "difference" : null;
    return cells;
  });
  return table(one.title, ["class at group", "run", ...nums(...one.heads)], rows, { id });
}

const tablesOf = (phase) => DATA.tables.filter((one) => one.phase === phase).map((one) => comparedTable(one, null));

function differenceSection() {
  const disturbed = PHASES.filter((phase) => phase.disturbance).map((phase) => phase.name);
  const others = [...new Set(DATA.tables.map((one) => one.phase))].filter((phase) => phase !== "" && !disturbed.includes(phase));
  const whole = DATA.tables.filter((one) => one.phase === "");
  return [whole.map((one, i) => comparedTable(one, i === 0 ? "staleness-all" : "lags-all")),
    disturbed.map(tablesOf),
    folded("The other phases", others.map(tablesOf))];
}

function overRuns(pair, kinds) {
  return pair.runs.flatMap((run, i) => (run === null ? [] : kinds.map(([key, label, dash, width]) => ({
    label: runName(i) + label, colour: i, dash: dash || runDash(i), width, values: run[key] }))));
}

function pairCharts(pair) {
  const name = pairName(pair);
  return [
    timeChart("Staleness of " + name + ", by second of the intended time (bound " + boundWords(pair.bound_ns) + ")",
      overRuns(pair, [["p99", " p99", null, 2], ["max", " max", "dotted", 1]]), { log: true, which: "staleness", height: 230, bounds: [pair.bound_ns] }),
    timeChart("Freshness lag of " + name, overRuns(pair, [["freshness", "", null, 2]]), { log: false, which: "lag", height: 180, bounds: [pair.bound_ns] }),
  ];
}

function comparedTimeline() {
  if (DATA.timeline.second.length === 0 || DATA.pairs.length === 0) return [note("Nothing was recorded second by second.")];
  const sampled = DATA.timeline.width > 1
    ? note("Down-sampled to fit a page: each " + DATA.timeline.width + " s are drawn as their least, greatest and last value, so no peak is lost and nothing is averaged.")
    : null;
  return [
    h("p", {}, "Bands are the phases of " + runName(0) + "; every run begins at 0 s. Drag over a chart to zoom all of them, double-click for the whole run. Click a name above a chart to hide its line."),
    sampled, toolbar(), DATA.pairs.map(pairCharts),
  ];
}

// A difference in µs: with its sign, as the terminal writes it.
const signedTick = (us) => (us > 0 ? "+" : "") + tickOf(us);
const minusFirst = (i) => runName(i) + " - " + runName(0);

// What the other runs differ by from the first, at each percentile of the chart above it: as far as it is known exactly.
// The maximum is of one event in each run, so it stands in the table only.
function differenceChart(title, one, xMost) {
  const curves = one.differences.flatMap((difference, i) => {
    const exact = difference === null ? [] : difference.us.filter((_, k) => difference.sides[k] === "");
    return exact.length > 1 ? [{ label: minusFirst(i), colour: i, dash: runDash(i), us: exact, last: null }] : [];
  });
  if (curves.length === 0) return null;
  return percentileChart({ title, signed: true, log: false, format: signedTick, height: 180,
    label: title + ". The values are in the table below it." }, curves, xMost);
}

// The percentiles at which half as many events are left each time, and the maximum.
function percentileTable(title, one) {
  const shown = one.differences.flatMap((difference, i) => (difference === null ? [] : [i]));
  const told = (side, us, format) => (us === null || us === undefined ? "n/a" : (side || "") + format(us));
  const lower = (is) => (is ? "≥ " : "");
  const row = (head, ofRun, ofDifference) => [head,
    ...one.runs.map((run) => (run === null ? "n/a" : told(...ofRun(run), tickOf))), ...shown.map((i) => told(...ofDifference(one.differences[i]), signedTick))];
  const longest = Math.max(...one.runs.map((run) => (run === null ? 0 : run.us.length)));
  const rows = [];
  for (let k = 0; k < longest; k += DATA.spectrum_steps) {
    rows.push(row(percentOf(Math.pow(2, k / DATA.spectrum_steps)),
      (run) => [lower(run.at_least_from !== null && k >= run.at_least_from), run.us[k]],
      (difference) => [difference.sides[k], difference.us[k]]));
  }
  rows.push(row("max", (run) => [lower(run.maximum_at_least), run.maximum_us], (difference) => [difference.maximum_side, difference.maximum_us]));
  return folded("As a table", table(title, ["percentile", ...nums(...DATA.runs.map((run) => run.name), ...shown.map(minusFirst))], rows));
}

// The runs' curves of one class at one group in one chart, and their differences below it.
function comparedSpectra(phase) {
  return DATA.spectra.filter((one) => one.phase === phase).map((one) => {
    const curves = one.runs.flatMap((run, i) => (run === null ? [] : [{ ...run, group: i }]));
    const where = " by percentile, " + (phase || "the measured phases");
    const title = "Staleness of " + pairName(one) + where;
    const open = curves.filter((curve) => curve.at_least_from !== null || curve.maximum_at_least);
    return h("div", { class: "charted" },
      spectrumChart(title, curves, (curve) => runName(curve.group), (curve) => runDash(curve.group), "in the table below it"),
      differenceChart("Difference of " + pairName(one) + where, one, spectrumReach(curves)),
      open.length ? note("Of " + open.map((curve) => runName(curve.group)).join(", ") + " the end of the curve is a lower bound: some of those events never became visible. From there on a difference is a bound too; the table has it.") : null,
      percentileTable(title, one));
  });
}

function comparedSpectrum() {
  if (DATA.spectra.length === 0) return [note("No event became visible.")];
  const phases = [...new Set(DATA.spectra.map((one) => one.phase))].filter((phase) => phase !== "");
  return [
    h("p", {}, "Each decade to the right is a tenth of the events that are left: 90 %, 99 %, 99.9 %. A curve is drawn as far as ten events lie beyond it, then a straight line to the ", word("maximum", "max"), "."),
    h("p", {}, "Below them, on the same axis, what the others differ by from " + runName(0) + ": above zero they are staler."),
    h("div", { class: "pair" }, comparedSpectra("")),
    phases.map((phase) => folded("The same in " + phase, h("div", { class: "pair" }, comparedSpectra(phase)))),
  ];
}

start(compareHead, [
  ["runs", "Runs", "The runs", runsSection],
  ["differences", "Differences", "Differences", differenceSection],
  ["timeline", "Timeline", "Timeline", comparedTimeline],
  ["spectrum", "Spectrum", "Percentile spectrum", comparedSpectrum],
  ["glossary", "Glossary", "Glossary", glossarySection],
]);
