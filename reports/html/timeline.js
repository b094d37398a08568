/* The timeline: one time axis, one zoom, one cursor over all charts. */
"use strict";

const TIME = { zoom: null, moving: false, readout: null, slider: null };

const timeCharts = () => CHARTS.filter((chart) => chart.spec.timeline && chart.u);

// [from, to] in seconds; null: the whole run.
function zoomTo(range) {
  let from = range ? Math.max(0, range[0]) : 0;
  let to = range ? Math.min(SECONDS, range[1]) : SECONDS;
  if (to - from < 2) {
    const middle = Math.min(Math.max((from + to) / 2, 1), SECONDS - 1);
    from = middle - 1;
    to = middle + 1;
  }
  TIME.zoom = [from, to];
  for (const chart of timeCharts()) chart.u.setScale("x", { min: from, max: to });
  const status = document.getElementById("zoomed");
  if (status) status.textContent = "Shown: " + clockOf(Number(from.toFixed(1))) + " to " + clockOf(Number(to.toFixed(1)));
}

function zoomBy(factor, shift) {
  const [from, to] = TIME.zoom || [0, SECONDS];
  const half = ((to - from) / 2) * factor;
  const middle = Math.min(Math.max((from + to) / 2 + shift * (to - from), half), Math.max(half, SECONDS - half));
  zoomTo([middle - half, middle + half]);
}

// uPlot has moved the cursor of one chart, and with it that of all.
function cursorMoved(index) {
  if (!TIME.readout || TIME.moving || index === null || index === undefined) return;
  const second = DATA.timeline.second[index];
  TIME.slider.value = String(index);
  TIME.slider.setAttribute("aria-valuetext", clockOf(second));
  const near = DATA.marks.marks.filter((mark) => Math.abs(mark.t / 1e9 - second - 0.5) <= Math.max(1, DATA.timeline.width));
  const phase = PHASES.find((one) => second >= one.begin && second < one.end);
  const told = near.slice(0, 3).map((mark) => mark.text + (mark.count > 1 ? " (" + mark.count + ")" : ""));
  TIME.readout.textContent = clockOf(second) + (phase ? ", " + phase.name : "") + (told.length ? ": " + told.join("; ") : "") +
    (near.length > 3 ? "; and " + (near.length - 3) + " more" : "");
}

function moveCursor(index) {
  TIME.moving = true;
  for (const chart of timeCharts()) {
    const left = chart.u.valToPos(DATA.timeline.second[index], "x");
    chart.u.setCursor({ left, top: chart.u.over.clientHeight / 2 }, false);
    chart.tell(index);
  }
  TIME.moving = false;
  cursorMoved(index);
}

function toolbar() {
  const button = (text, label, action) => h("button", { type: "button", "aria-label": label, title: label, onclick: action }, text);
  const choose = h("select", { id: "zoom-phase", onchange: (event) => {
    const phase = PHASES[Number(event.target.value)];
    zoomTo(phase ? [phase.begin, phase.end] : null);
  } }, h("option", { value: "-1" }, "the whole run"), PHASES.map((phase, i) => h("option", { value: i }, phase.name)));
  const logBox = (id, text, which, on) => h("label", { for: id }, h("input", { type: "checkbox", id, checked: on, onchange: (event) => {
    for (const chart of CHARTS) {
      if (chart.spec.which !== which) continue;
      chart.spec.log = event.target.checked;
      if (chart.u) chart.draw();
    }
  } }), text);
  TIME.slider = h("input", { type: "range", id: "cursor", min: 0, max: Math.max(0, DATA.timeline.second.length - 1), value: 0,
    oninput: (event) => moveCursor(Number(event.target.value)) });
  TIME.readout = h("output", { id: "readout", for: "cursor" }, "Move over a chart, or this slider, to read all charts at one moment.");
  return h("div", { class: "toolbar", role: "group", "aria-label": "Zoom and cursor of the timeline" },
    h("div", {}, h("label", { for: "zoom-phase" }, "Show "), choose,
      button("+", "Zoom in", () => zoomBy(0.5, 0)), button("−", "Zoom out", () => zoomBy(2, 0)),
      button("◀", "Earlier", () => zoomBy(1, -0.25)), button("▶", "Later", () => zoomBy(1, 0.25)),
      button("whole run", "Show the whole run", () => { choose.value = "-1"; zoomTo(null); }),
      logBox("log-staleness", "log staleness", "staleness", true), logBox("log-lag", "log lag", "lag", false)),
    h("div", {}, h("label", { for: "cursor" }, "Cursor "), TIME.slider, TIME.readout),
    h("p", { id: "zoomed", class: "dim", role: "status" }, ""));
}

// What a chart shows, as text: the highest value of each series in each phase.
function phaseTable(title, series, format) {
  const second = DATA.timeline.second;
  const highest = (values, phase) => {
    let most = null;
    values.forEach((value, i) => {
      if (value !== null && second[i] >= phase.begin && second[i] < phase.end && (most === null || value > most)) most = value;
    });
    return most === null ? "n/a" : format(most);
  };
  const heads = ["series", ...PHASES.map((phase) => num(phase.name))];
  const rows = series.map((one) => [one.label, ...PHASES.map((phase) => highest(one.values, phase))]);
  return folded("Highest in each phase, as a table", table(title + ": highest in each phase", heads, rows));
}

function timeChart(title, series, options) {
  const label = title + ". The highest values in each phase are in the table below it.";
  const chart = new Chart({ title, label, x: DATA.timeline.second, series, timeline: true, format: tickOf, ...options });
  return h("div", { class: "charted" }, chart.node, phaseTable(title, series, options.format || tickOf));
}

function stalenessChart(stream) {
  const of = DATA.timeline.series.filter((one) => one.stream === stream);
  const kinds = [["p50", "dashed", 1], ["p99", "solid", 2], ["max", "dotted", 1.5]];
  const series = of.flatMap((one) => kinds.map(([kind, dash, width]) => ({
    label: PLAN.groups[one.group].name + " " + kind, colour: one.group, dash, width, values: one[kind] })));
  const bounds = [...new Set(of.map((one) => boundOf(stream, one.group)))];
  return timeChart("Staleness of " + classOf(stream) + ", by second of the intended time (bound " + bounds.map(boundWords).join(", ") + ")", series,
    { log: true, bounds, which: "staleness", height: 230 });
}

function lagChart(group) {
  const of = DATA.timeline.series.filter((one) => one.group === group);
  const behind = of.map((one) => ({ label: classOf(one.stream) + ", consumer lag", colour: one.stream, dash: "dotted", width: 1, fill: true, values: one.consumer }));
  const fresh = of.map((one) => ({ label: classOf(one.stream) + ", freshness lag", colour: one.stream, width: 2, values: one.freshness }));
  return timeChart("Lag at " + PLAN.groups[group].name + ": freshness lag, and consumer lag behind it", [...fresh, ...behind],
    { log: false, which: "lag", height: 180, bounds: [...new Set(of.map((one) => boundOf(one.stream, group)))] });
}

function loadChart() {
  const series = DATA.timeline.produced.flatMap((one) => [
    { label: classOf(one.stream) + " offered", colour: one.stream, dash: "dashed", width: 1.5, values: one.offered },
    { label: classOf(one.stream) + " acknowledged", colour: one.stream, width: 1.5, values: one.acked },
  ]);
  return timeChart("Load, events/s: offered and acknowledged", series, { format: plainTick, height: 180 });
}

function marksChart() {
  const kinds = Object.keys(MARKS).filter((kind) => DATA.marks.marks.some((mark) => mark.kind === kind && mark.t / 1e9 <= SECONDS));
  if (kinds.length === 0) return null;
  const rows = DATA.marks.marks.map((mark) => [clockOf(Math.round(mark.t / 1e7) / 100), MARKS[mark.kind].name, mark.text, count(mark.count)]);
  const title = "What happened";
  const chart = new Chart({ title, label: title + ", on the same time axis. The same is in the table below it.", x: DATA.timeline.second,
    series: [], timeline: true, format: () => "", height: 52 + 20 * kinds.length });
  const options = chart.options.bind(chart);
  chart.options = (width, range) => {
    const all = options(width, range);
    all.series.push({ show: false });
    all.axes[1] = axisOf({ size: 70, grid: { show: false }, values: () => [] });
    all.hooks.draw = [(u) => drawRows(u, kinds)];
    return all;
  };
  chart.columns = () => [DATA.timeline.second.map(() => null)];
  const legend = h("ul", { class: "rows" }, kinds.map((kind) => h("li", {}, h("strong", {}, MARKS[kind].short || kind), ": " + MARKS[kind].name)));
  return h("div", { class: "charted" }, chart.node, legend,
    DATA.marks.left_out ? note(count(DATA.marks.left_out) + " later marks are left out here; all are in events.jsonl.") : null,
    folded("All " + count(rows.length) + " as a table", table("What happened", ["at", "kind", "what", num("times")], rows)));
}

function drawRows(u, kinds) {
  const { ctx, bbox } = u;
  const height = bbox.height / (kinds.length + 1);
  ctx.save();
  ctx.font = 11 * devicePixelRatio + "px system-ui, sans-serif";
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  kinds.forEach((kind, row) => {
    const y = bbox.top + (row + 1) * height + height / 2;
    ctx.fillStyle = styleOf("--text");
    ctx.fillText(MARKS[kind].short || kind, bbox.left - 6 * devicePixelRatio, y);
    ctx.fillStyle = colour(MARKS[kind].colour);
    for (const mark of DATA.marks.marks) {
      const x = u.valToPos(mark.t / 1e9, "x", true);
      if (mark.kind !== kind || x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.fillRect(Math.round(x - devicePixelRatio), y - height * 0.35, 2 * devicePixelRatio, height * 0.7);
    }
  });
  ctx.restore();
}

function timelineSection() {
  if (DATA.timeline.second.length === 0) return [note("Nothing was recorded second by second.")];
  const streams = [...new Set(DATA.timeline.series.map((one) => one.stream))];
  const charts = [...streams.map(stalenessChart), ...viewCharts(), ...PLAN.groups.map((_, group) => lagChart(group)), loadChart(), marksChart()];
  const sampled = DATA.timeline.width > 1
    ? note("Down-sampled to fit a page: each " + DATA.timeline.width + " s are drawn as their least, greatest and last value, so no peak is lost and nothing is averaged. timeline.csv has every second.")
    : null;
  return [
    h("p", {}, "Bands are phases: in the yellow ones something disturbs the run, the grey ones are not measured. Drag over a chart to zoom all of them, double-click for the whole run. Click a name above a chart to hide its line."),
    sampled, toolbar(), charts,
  ];
}
