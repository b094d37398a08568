/* Charts on uPlot: bands for phases, axes in units that fit, a legend that can be reached by keyboard. */
"use strict";

const CHARTS = [];

const DASHES = { solid: [], dashed: [6, 4], dotted: [2, 3] };
const logTicks = (scale) => {
  const ticks = [];
  const fine = Math.log10(scale.max / scale.min) <= 2.5 ? [1, 2, 5] : [1];
  for (let decade = Math.pow(10, Math.floor(Math.log10(scale.min))); decade <= scale.max; decade *= 10) {
    for (const step of fine) {
      const tick = decade * step;
      if (tick >= scale.min * 0.999 && tick <= scale.max * 1.001) ticks.push(tick);
    }
  }
  return ticks;
};

function axisOf(options) {
  return {
    stroke: () => styleOf("--text"),
    grid: { stroke: () => styleOf("--grid"), width: 1 },
    ticks: { stroke: () => styleOf("--grid"), width: 1 },
    font: "12px system-ui, sans-serif",
    ...options,
  };
}

// Values below what a logarithmic axis can show stand at its bottom; the legend tells the true ones. Any other axis has
// zero on it.
function rangeOf(columns, log) {
  let least = Infinity;
  let lowest = 0;
  let most = 0;
  for (const column of columns) {
    for (const value of column) {
      if (value === null) continue;
      if (value > 0 && value < least) least = value;
      if (value < lowest) lowest = value;
      if (value > most) most = value;
    }
  }
  const room = 0.08 * (most - lowest);
  if (!log) return room > 0 ? [lowest < 0 ? lowest - room : 0, most + room] : [0, 1];
  if (most <= 0) return [100, 1000];
  const foot = Math.min(least, most / 10);
  const decade = Math.pow(10, Math.floor(Math.log10(foot)));
  const bottom = Math.max(100, decade * [5, 2, 1].find((step) => step * decade <= foot * 1.001));
  return [bottom, Math.max(bottom * 10, most * 1.25)];
}

function drawBands(u) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const ratio = devicePixelRatio;
  ctx.font = 11 * ratio + "px system-ui, sans-serif";
  ctx.textBaseline = "top";
  PHASES.forEach((phase, i) => {
    const left = u.valToPos(phase.begin, "x", true);
    const right = u.valToPos(phase.end, "x", true);
    ctx.fillStyle = styleOf(phase.disturbance ? "--band-disturbance" : phase.measured && i % 2 ? "--band" : phase.measured ? "--band-none" : "--band-out");
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    const from = Math.max(left, bbox.left) + 4 * ratio;
    const room = Math.min(right, bbox.left + bbox.width) - from - 2 * ratio;
    ctx.fillStyle = styleOf("--dim");
    if (ctx.measureText(phase.name).width <= room) ctx.fillText(phase.name, from, bbox.top + 3 * ratio);
  });
  ctx.restore();
}

function drawMarks(u) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = devicePixelRatio;
  const dashes = [3 * devicePixelRatio, 3 * devicePixelRatio];
  const bottom = bbox.top + bbox.height;
  for (const mark of DATA.marks.marks) {
    const x = Math.round(u.valToPos(mark.t / 1e9, "x", true));
    ctx.strokeStyle = colour(MARKS[mark.kind].colour);
    ctx.beginPath();
    // What somebody did goes through the whole chart; what came of it is a tick at its foot.
    const done = ["fault", "member", "pass"].includes(mark.kind);
    ctx.setLineDash(done ? dashes : []);
    ctx.moveTo(x, done ? bbox.top : bottom - 7 * devicePixelRatio);
    ctx.lineTo(x, bottom);
    ctx.stroke();
  }
  ctx.restore();
}

// Where the range of the chart reaches up to them.
function drawBounds(u, bounds) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.font = 11 * devicePixelRatio + "px system-ui, sans-serif";
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([]);
  ctx.strokeStyle = ctx.fillStyle = styleOf("--bad");
  for (const bound of bounds) {
    const us = bound / 1e3;
    if (us < u.scales.y.min || us > u.scales.y.max) continue;
    const y = Math.round(u.valToPos(us, "y", true));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText("bound " + boundWords(bound), bbox.left + bbox.width - 4 * devicePixelRatio, y - 2 * devicePixelRatio);
  }
  ctx.restore();
}

// Where values may be below it.
function drawZero(u) {
  const { ctx, bbox } = u;
  const y = Math.round(u.valToPos(0, "y", true));
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([]);
  ctx.strokeStyle = styleOf("--dim");
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

// A chart. spec: {title, label, x, xTitle?, series: [{label, colour, dash, width, fill, values, points}],
// log, signed: values may be negative, format(value), timeline, xAxis and xMost where it is of percentiles, height,
// bounds (ns)}. `node` is its figure.
class Chart {
  constructor(spec) {
    this.spec = spec;
    this.hidden = new Set();
    this.plot = h("div", { class: "plot", role: "img", "aria-label": spec.label });
    this.values = spec.series.map(() => h("span", { class: "value" }));
    this.legend = h("ul", { class: "legend" }, spec.series.map((one, i) => h("li", {}, this.button(one, i))));
    this.node = h("figure", { class: "chart" }, h("figcaption", {}, spec.title), this.legend, this.plot);
    CHARTS.push(this);
  }

  button(one, i) {
    const swatch = h("span", { class: "swatch " + (one.dash || "solid"), "aria-hidden": "true" });
    swatch.style.color = colour(one.colour);
    one.swatch = swatch;
    return h("button", { type: "button", "aria-pressed": "true", onclick: (event) => {
      const hide = !this.hidden.has(i);
      if (hide) this.hidden.add(i);
      else this.hidden.delete(i);
      event.currentTarget.setAttribute("aria-pressed", String(!hide));
      this.draw();
    } }, swatch, one.label, this.values[i]);
  }

  columns(bottom) {
    return this.spec.series.map((one) =>
      this.spec.log ? one.values.map((v) => (v === null ? null : Math.max(v, bottom))) : one.values);
  }

  draw() {
    const keep = this.u ? { min: this.u.scales.x.min, max: this.u.scales.x.max } : null;
    if (this.u) this.u.destroy();
    const shown = this.spec.series.filter((_, i) => !this.hidden.has(i));
    const range = rangeOf(shown.map((one) => one.values), this.spec.log);
    const width = Math.max(200, this.plot.clientWidth);
    this.u = new uPlot(this.options(width, range), [this.spec.x, ...this.columns(range[0])], this.plot);
    for (const one of this.spec.series) one.swatch.style.color = colour(one.colour);
    if (this.spec.timeline && keep) this.u.setScale("x", keep);
    this.width = width;
  }

  options(width, range) {
    const spec = this.spec;
    return {
      width,
      height: spec.height || 200,
      legend: { show: false },
      padding: [8, 26, 0, 0],
      scales: {
        x: spec.timeline ? { time: false, range: (u, min, max) => [min, max], min: 0, max: SECONDS } : { time: false, distr: 3, log: 10, range: [1, spec.xMost] },
        y: { distr: spec.log ? 3 : 1, log: 10, range },
      },
      axes: [
        axisOf({ size: 36, ...(spec.timeline ? { values: (u, ticks) => ticks.map(clockOf), space: 70 } : spec.xAxis) }),
        axisOf({
          size: 70,
          values: (u, ticks) => ticks.map(spec.format),
          ...(spec.log ? { splits: (u) => logTicks(u.scales.y), filter: (u, ticks) => ticks } : {}),
        }),
      ],
      series: [{}, ...spec.series.map((one, i) => ({
        label: one.label,
        show: !this.hidden.has(i),
        stroke: () => colour(one.colour),
        width: one.width || 1.5,
        dash: DASHES[one.dash || "solid"],
        fill: one.fill ? () => colour(one.colour) + "33" : undefined,
        spanGaps: Boolean(one.spanGaps),
        points: { show: one.points ? true : undefined, size: one.points ? 7 : 5, fill: () => colour(one.colour) },
      }))],
      cursor: {
        y: false,
        drag: { x: spec.timeline, y: false, setScale: false },
        bind: spec.timeline ? { dblclick: () => () => { zoomTo(null); return null; } } : {},
        ...(spec.timeline ? { sync: { key: "time", setSeries: false, scales: ["x", null] } } : {}),
      },
      hooks: {
        drawClear: spec.timeline ? [drawBands] : spec.signed ? [drawZero] : [],
        draw: spec.timeline ? [drawMarks, (u) => drawBounds(u, spec.bounds || [])] : [],
        setCursor: [(u) => this.tell(u.cursor.idx)],
        setSelect: spec.timeline ? [(u) => {
          if (u.select.width < 6) return;
          const from = u.posToVal(u.select.left, "x");
          const to = u.posToVal(u.select.left + u.select.width, "x");
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          zoomTo([from, to]);
        }] : [],
      },
    };
  }

  tell(index) {
    this.spec.series.forEach((one, i) => {
      const value = index === null || index === undefined ? undefined : one.values[index];
      this.values[i].textContent = value === undefined ? "" : value === null ? " –" : " " + this.spec.format(value);
    });
    if (this.spec.timeline) cursorMoved(index);
  }
}

function redrawAll() {
  for (const chart of CHARTS) if (chart.plot.isConnected && chart.plot.clientWidth > 0) chart.draw();
}

// Charts in something folded are drawn when it is opened.
function watchSizes() {
  const observer = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const chart = CHARTS.find((one) => one.plot === entry.target);
      const width = Math.round(entry.contentRect.width);
      if (chart && width > 0 && Math.abs((chart.width || 0) - width) > 1) chart.draw();
    }
  });
  for (const chart of CHARTS) observer.observe(chart.plot);
  // What sticks below the bar on top has to know how high that is.
  const bar = document.getElementById("contents");
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar-height", bar.offsetHeight + "px")).observe(bar);
}
