// The page of two runs in a real browser: one axis for both, the differences of their own figures.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import test, { after, before } from "node:test";

import { folder, freshet, hostile, launch, linesDrawn, makePictures, makeRun, nanoseconds, open, pictures, poisoned, printsWhole, report, tableCells, testLooks,
  withData } from "./fixture.mjs";

let browser;
let file;
let forced;
let summaries;

before(async () => {
  makePictures();
  const runs = ["before", "after"].map((name) => makeRun(name));
  file = join(folder, "compared.html");
  execFileSync(freshet, ["compare", "-o", file, ...runs]);
  forced = join(folder, "forced.html");
  execFileSync(freshet, ["compare", "--force", "-o", forced, runs[0], makeRun("other", "other.lua")]);
  summaries = runs.map((run) => JSON.parse(report(run, "json")));
  browser = await launch();
});
after(() => browser?.close());

test("it opens from disk, complains about nothing and asks nobody", async () => {
  const { page, wrong, close } = await open(browser, file);
  for (const section of ["runs", "differences", "timeline", "spectrum", "glossary"]) {
    assert.equal(await page.locator(`section#${section}`).count(), 1, section);
  }
  assert.equal(await page.locator("main .caution", { hasText: "could not be drawn" }).count(), 0);
  const caveats = await page.evaluate(() => DATA.caveats);
  assert.deepEqual(await page.locator("header .caution").allTextContents(), caveats);
  assert.match(caveats.at(-1), /Two single runs are an anecdote.*at least five runs on each target/);
  assert.deepEqual((await tableCells(page, "runs-table")).map((row) => row[5]), summaries.map((summary) => summary.identity.load_hash));
  assert.deepEqual(wrong, []);
  await close();
});

const isDifference = (chart) => chart.title.startsWith("Difference of ");

test("every chart shows a line of each run, or of its difference", async () => {
  const { page, close } = await open(browser, file);
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  await page.waitForFunction(() => CHARTS.every((chart) => chart.u));
  const drawn = await linesDrawn(page);
  assert.equal(drawn.length, 4 * 10, "of two classes at two groups: staleness, lag, curves and differences of the run and of three phases");
  assert.equal(drawn.filter(isDifference).length, 4 * 4);
  for (const chart of drawn) {
    assert.ok(isDifference(chart) ? chart.lines.length === 1 : chart.lines.length >= 2, chart.title);
    for (const line of chart.lines) assert.ok(line.pixels > 120, `${chart.title}: ${line.label} has ${line.pixels} pixels`);
  }
  await close();
});

// The charts of the section of spectra with what they draw, and their tables: [percentile, a, b, b - a].
const spectraShown = (page) => page.evaluate(() => [...document.querySelectorAll("#spectrum .charted")].map((node) => {
  const [curves, difference] = [...node.querySelectorAll(".plot")].map((plot) => CHARTS.find((chart) => chart.plot === plot).spec);
  return { title: curves.title, x: curves.x, most: [curves.xMost, difference?.xMost], curves: curves.series, differenceX: difference?.x, difference: difference?.series[0],
    rows: [...node.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent)) };
}));

// "+1.2 ms", "-3 µs" or "0" as us.
const signed = (text) => (text === "0" ? 0 : (text.startsWith("-") ? -1 : 1) * nanoseconds(text.replace(/^[+-]/, "")) / 1e3);

test("a difference is what lies between the curves above it, on the same axis, and in the table below", async () => {
  const { page, close } = await open(browser, file);
  const shown = await spectraShown(page);
  assert.equal(shown.length, 16);
  for (const { title, x, most, curves, differenceX, difference, rows } of shown) {
    assert.equal(most[0], most[1]);
    assert.equal(difference.label, "b - a");
    const [first, other] = curves.map((curve) => curve.values);
    differenceX.forEach((at, k) => {
      const between = other[x.indexOf(at)] - first[x.indexOf(at)];
      assert.ok(Math.abs(difference.values[k] - between) <= 1, `${title} at ${at}: ${difference.values[k]} for ${between} us`);
    });
    // Half of the events, and so on: as the table says them.
    rows.slice(0, -1).forEach(([percent, ...cells], i) => {
      assert.ok(Math.abs(Number(percent.replace(" %", "")) - 100 * (1 - 2 ** -i)) < 1e-6, percent);
      const k = x.indexOf(2 ** i);
      const exact = [first[k], other[k], other[k] - first[k]];
      cells.forEach((cell, c) => {
        assert.ok(Math.abs(signed(cell) - exact[c]) <= 1 + Math.abs(exact[c]) * 0.006, `${title}, ${percent}: ${cell} for ${exact[c]} us`);
      });
    });
  }
  // And so at the middle and the end it is what the summaries have.
  for (const row of summaries[0].staleness.filter((one) => one.phase === null && one.tier === null)) {
    const second = summaries[1].staleness.find((one) => one.class === row.class && one.group === row.group && one.phase === null && one.tier === null);
    const one = shown.find(({ title }) => title === `Staleness of ${row.class} at ${row.group} by percentile, the measured phases`);
    const at = one.differenceX.indexOf(2);
    assert.ok(Math.abs(one.difference.values[at] - (second.quantiles[0].ns - row.quantiles[0].ns) / 1e3) <= 1);
    const maximum = one.rows.at(-1).at(-1);
    const expected = (second.quantiles[4].ns - row.quantiles[4].ns) / 1e3;
    assert.ok(Math.abs(signed(maximum) - expected) <= 1 + Math.abs(expected) * 0.006, `${maximum} for ${expected} us`);
  }
  await close();
});

test("of runs with different loads it says so on top", async () => {
  const { page, wrong, close } = await open(browser, forced);
  assert.match(await page.textContent("header .caution"), /^DIFFERENT LOADS: these runs did not send the same events/);
  // Before any other word about them but the title, and before any figure, also where the page is narrow.
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 844 });
    const [title, statement] = await page.$$eval("h1, header .caution", (nodes) => nodes.map((node) => node.getBoundingClientRect()));
    assert.ok(statement.top >= title.bottom && statement.bottom < 500, `${statement.top} to ${statement.bottom} px at ${width} px`);
    await page.screenshot({ path: join(pictures, `forced-${width}.png`), fullPage: true });
  }
  const hashes = (await tableCells(page, "runs-table")).map((row) => row[5]);
  assert.notEqual(hashes[0], hashes[1]);
  assert.match(await page.textContent("#runs"), /They did not send the same events: their load hashes differ\./);
  // What only one of them has stands alone, without a difference.
  const shown = await spectraShown(page);
  const of = (name) => shown.find(({ title }) => title === `Staleness of ${name} by percentile, the measured phases`);
  assert.deepEqual(of("chat_turn at copilot").curves.map((one) => one.label), ["a", "b"]);
  assert.equal(of("chat_turn at copilot").difference.label, "b - a");
  assert.deepEqual(of("refund at copilot").curves.map((one) => one.label), ["b"]);
  assert.equal(of("refund at copilot").difference, undefined);
  assert.deepEqual(of("account_lock at copilot").rows[1].length, 3, "no column of a difference");
  for (const chart of await linesDrawn(page)) {
    assert.ok(chart.lines.length >= 1, chart.title);
    for (const line of chart.lines) assert.ok(line.pixels > 120, `${chart.title}: ${line.label} has ${line.pixels} pixels`);
  }
  assert.equal(await page.locator("main .caution", { hasText: "could not be drawn" }).count(), 0);
  assert.doesNotMatch(await page.textContent("main"), /NaN|undefined|\[object/);
  assert.deepEqual(wrong, []);
  await close();
});

test("all charts of time have the same axis, which one zoom moves", async () => {
  const { page, close } = await open(browser, file);
  const ranges = () => page.evaluate(() => timeCharts().map((chart) => [chart.u.scales.x.min, chart.u.scales.x.max]));
  const whole = await ranges();
  const phase = await page.evaluate(() => PHASES.at(-1));
  await page.selectOption("#zoom-phase", { label: phase.name });
  const zoomed = await ranges();
  for (const range of whole) assert.deepEqual(range, whole[0]);
  for (const range of zoomed) assert.deepEqual(range, [phase.begin, phase.end]);
  await close();
});

test("the tables have the runs' figures and their differences", async () => {
  const { page, close } = await open(browser, file);
  const rows = await tableCells(page, "staleness-all");
  const of = (summary) => summary.staleness.filter((row) => row.phase === null && row.tier === null);
  assert.equal(rows.length, 3 * of(summaries[0]).length);
  for (const first of of(summaries[0])) {
    const second = of(summaries[1]).find((row) => row.class === first.class && row.group === first.group);
    const lines = rows.filter((cells) => cells[0] === `${first.class} at ${first.group}`);
    assert.deepEqual(lines.map((cells) => cells[1]), ["a", "b", "b - a"]);
    first.quantiles.forEach((quantile, q) => {
      const both = [quantile, second.quantiles[q]];
      if (both.some((one) => one.kind !== "exact")) return;
      const shown = lines.map((cells) => cells[q + 2]);
      both.forEach((one, i) => assert.ok(Math.abs(nanoseconds(shown[i]) - one.ns) <= one.ns * 0.006, `${shown[i]} for ${one.ns}`));
      const difference = both[1].ns - both[0].ns;
      if (difference === 0) return assert.equal(shown[2], "0 s");
      assert.equal(shown[2][0], difference > 0 ? "+" : "-");
      assert.ok(Math.abs(nanoseconds(shown[2].slice(1)) - Math.abs(difference)) <= Math.abs(difference) * 0.006, `${shown[2]} for ${difference}`);
    });
  }
  const lags = await tableCells(page, "lags-all");
  for (const lag of summaries[1].lags.filter((row) => row.phase === null)) {
    const line = lags.find((cells) => cells[0] === `${lag.stream} at ${lag.group}` && cells[1] === "b");
    assert.ok(Math.abs(nanoseconds(line[2]) - lag.freshness_ns) <= lag.freshness_ns * 0.006, `${line[2]} for ${lag.freshness_ns}`);
  }
  await close();
});

test("no text of the data can become markup or script", async () => {
  const { page, wrong, close } = await open(browser, withData(file, "hostile.html", (data) => poisoned(data, ["kind", "phase", "sides"])));
  assert.equal(await page.evaluate(() => globalThis.taken), undefined);
  assert.equal(await page.locator("img, main script, header script").count(), 0);
  assert.ok((await page.textContent("main")).includes(hostile));
  assert.deepEqual(wrong, []);
  await close();
});

test("on paper no table is cut", async () => {
  const { page, close } = await open(browser, file, { viewport: { width: 688, height: 970 } });
  await printsWhole(page, "compare");
  await close();
});

testLooks("compare", (options) => open(browser, file, options));
