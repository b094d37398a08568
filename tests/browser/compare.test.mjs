// The page of two runs in a real browser: one axis for both, the differences of their own figures.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";

import { folder, freshet, launch, linesDrawn, makePictures, makeRun, nanoseconds, open, pictures, report, seriousFindings, tableCells, write } from "./fixture.mjs";

let browser;
let file;
let summaries;

before(async () => {
  makePictures();
  const runs = ["before", "after"].map((name) => makeRun(name));
  file = join(folder, "compared.html");
  execFileSync(freshet, ["compare", "-o", file, ...runs]);
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

test("every chart shows a line of each run", async () => {
  const { page, close } = await open(browser, file);
  const drawn = await linesDrawn(page);
  assert.equal(drawn.length, 4 * 6, "of two classes at two groups: staleness, lag, a curve of the run and of three phases");
  for (const chart of drawn) {
    assert.ok(chart.lines.length >= 2, chart.title);
    for (const line of chart.lines) assert.ok(line.pixels > 30, `${chart.title}: ${line.label} has ${line.pixels} pixels`);
  }
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
  const hostile = `</script><script>globalThis.taken=1</script><img src=x onerror="globalThis.taken=2">"'&`;
  const text = readFileSync(file, "utf8");
  const begin = text.indexOf('id="data">') + 'id="data">'.length;
  const end = text.indexOf("</script>", begin);
  const kept = new Set(["kind", "phase"]);
  const poison = (value, key) => {
    if (typeof value === "string") return kept.has(key) ? value : value + hostile;
    if (Array.isArray(value)) return value.map((one) => poison(one, key));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poison(one, name)]));
  };
  const data = JSON.stringify(poison(JSON.parse(text.slice(begin, end)), "")).replace(/</g, "\\u003c");
  const { page, wrong, close } = await open(browser, write("hostile.html", text.slice(0, begin) + data + text.slice(end)));
  assert.equal(await page.evaluate(() => globalThis.taken), undefined);
  assert.equal(await page.locator("img, main script, header script").count(), 0);
  assert.ok((await page.textContent("main")).includes(hostile));
  assert.deepEqual(wrong, []);
  await close();
});

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing serious, ${scheme}`, async () => {
    const { page, close } = await open(browser, file, { colorScheme: scheme });
    assert.deepEqual(await seriousFindings(page), []);
    await close();
  });
  for (const width of [1440, 390]) {
    test(`a picture at ${width} px, ${scheme}; nothing hangs over the edge`, async () => {
      const { page, wrong, close } = await open(browser, file, { viewport: { width, height: 900 }, colorScheme: scheme });
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
      await page.screenshot({ path: join(pictures, `compare-${width}-${scheme}.png`), fullPage: true });
      assert.deepEqual(wrong, []);
      await close();
    });
  }
}
