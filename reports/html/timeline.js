/* The timeline of a run. */
"use strict";

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
