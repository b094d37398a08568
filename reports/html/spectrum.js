/* Percentile spectra on an axis that gives the tail its room, as HdrHistogram draws it: 1 / (1 - p), in decades. */
"use strict";

const spectraOf = (stream, tier, phase) =>
  DATA.spectra.filter((one) => one.stream === stream && one.phase === phase && (tier ? one.tier >= 0 : one.tier < 0));

const percentOf = (x) => (x <= 1 ? "0 %" : String(Number((100 * (1 - 1 / x)).toFixed(6))) + " %");

// Curves over one axis of percentiles: {label, colour, dash, us, last}; `us` by step of the grid, `last` a point further
// on: {events, us} or null.
function percentileChart(options, curves, xMost) {
  const grid = Array.from({ length: Math.max(...curves.map((one) => one.us.length)) }, (_, k) => Math.pow(2, k / DATA.spectrum_steps));
  const ends = curves.filter((one) => one.last).map((one) => one.last.events);
  const x = [...new Set([...grid, ...ends])].sort((a, b) => a - b);
  const series = curves.map((one) => {
    const values = x.map((at) => {
      const k = grid.indexOf(at);
      if (k >= 0 && k < one.us.length) return one.us[k];
      return one.last && at === one.last.events ? one.last.us : null;
    });
    return { label: one.label, colour: one.colour, dash: one.dash, width: 2, values, spanGaps: true };
  });
  return new Chart({
    x, series, height: 260, xMost, ...options,
    xAxis: { splits: () => logTicks({ min: 1, max: xMost }).filter((tick) => Number.isInteger(Math.log10(tick))), filter: (u, ticks) => ticks,
      values: (u, ticks) => ticks.map(percentOf), space: 40 },
  }).node;
}

const spectrumReach = (spectra) => Math.max(10, ...spectra.map((one) => one.events)) * 1.2;

function spectrumChart(title, spectra, nameOf, dashOf, valuesAt = "in the table of staleness") {
  return percentileChart({ title, log: true, format: tickOf, label: title + ". The percentiles are " + valuesAt + "." },
    spectra.map((one) => ({ label: nameOf(one), colour: one.group, dash: dashOf(one), us: one.us, last: { events: one.events, us: one.maximum_us } })),
    spectrumReach(spectra));
}

const phaseName = (phase) => (phase === null || phase < 0 ? "the measured phases" : PLAN.phases[phase].name);

function spectraOfPhase(phase) {
  const nodes = [];
  PLAN.streams.forEach((_, stream) => {
    const all = spectraOf(stream, false, phase);
    const tiers = spectraOf(stream, true, phase);
    if (all.length === 0) return;
    const names = tiersOf(stream);
    nodes.push(h("div", { class: "pair" },
      spectrumChart("Staleness of " + classOf(stream) + " by percentile, by group, " + phaseName(phase), all, (one) => PLAN.groups[one.group].name, () => "solid"),
      tiers.length ? spectrumChart("The same by tier", tiers, (one) => PLAN.groups[one.group].name + ", " + names[one.tier], (one) => ["solid", "dashed", "dotted"][one.tier % 3]) : null));
    const open = all.filter((one) => one.at_least_from !== null || one.maximum_at_least);
    if (open.length) {
      nodes.push(note("Of " + open.map((one) => PLAN.groups[one.group].name).join(", ") +
        " the end of the curve is a lower bound: some of those events never became visible."));
    }
  });
  return nodes;
}

function spectrumSection() {
  if (DATA.spectra.length === 0) return [note("No event became visible.")];
  const phases = [...new Set(DATA.spectra.map((one) => one.phase))].filter((phase) => phase >= 0);
  return [
    h("p", {}, "Each decade to the right is a tenth of the events that are left: 90 %, 99 %, 99.9 %. A curve is drawn as far as ten events lie beyond it, then a straight line to the ", word("maximum", "max"), "."),
    spectraOfPhase(-1),
    phases.map((phase) => folded("The same in " + phaseName(phase), spectraOfPhase(phase))),
  ];
}
