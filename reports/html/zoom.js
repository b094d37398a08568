/* One time axis, one zoom and one cursor over all charts of time. */
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
