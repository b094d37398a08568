// report.html in a real browser: draws, reads, zooms, prints, can be read by everybody and lets nothing in.
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";

import { folder, hostile, launch, linesDrawn, madeOnKafka, makePictures, makeRun, nanoseconds, onKafka, open, poisoned, printsWhole, report, tableCells as cellsOf, testLooks,
  withData, write } from "./fixture.mjs";

let browser;
let run;
let file;
let summary;

before(async () => {
  makePictures();
  run = onKafka ? madeOnKafka : makeRun("run");
  file = write("report.html", report(run, "html"));
  summary = JSON.parse(report(run, "json"));
  browser = await launch();
});
after(() => browser?.close());

test("the run's own report is the one that report makes", () => {
  assert.equal(readFileSync(join(run, "report.html"), "utf8"), readFileSync(file, "utf8"));
});

test("it opens from disk, complains about nothing and asks nobody", async () => {
  const { page, wrong, close } = await open(browser, file);
  assert.equal(await page.textContent("#reason").then((text) => text.replace(/\u00a0/g, " ").toLowerCase().startsWith(summary.verdict.reason.trim().toLowerCase())), true);
  for (const section of ["setup", "slo", "timeline", "spectrum", "staleness", "reads", "budgets", "partitions", "disturbances", "worst", "ledger", "validity", "manifest", "glossary"]) {
    assert.equal(await page.locator(`section#${section}`).count(), 1, section);
  }
  assert.equal(await page.locator("main .caution", { hasText: "could not be drawn" }).count(), 0);
  assert.deepEqual(wrong, []);
  await close();
});

test("every link leads somewhere in the page, and the words of the tables lead to the glossary", async () => {
  const { page, close } = await open(browser, file);
  const links = await page.$$eval("a[href]", (all) => all.map((link) => link.getAttribute("href")));
  const targets = new Set(await page.$$eval("[id]", (all) => all.map((node) => "#" + node.id)));
  assert.deepEqual(links.filter((link) => !targets.has(link)), []);
  const words = new Set(links.filter((link) => link.startsWith("#g-")));
  for (const word of ["staleness", "view-staleness", "stale-decisions", "late", "missed", "sampling-floor", "noise-floor", "error-budget", "stolen"]) {
    assert.ok(targets.has("#g-" + word), word);
    assert.ok(word === "noise-floor" || words.has("#g-" + word) || word === "staleness", word + " is linked from nowhere");
  }
  await close();
});

test("every chart shows the lines it promises", async () => {
  const { page, close } = await open(browser, file);
  const drawn = await linesDrawn(page);
  assert.ok(drawn.length >= 6, `${drawn.length} charts`);
  for (const chart of drawn) for (const line of chart.lines) assert.ok(line.pixels > 120, `${chart.title}: ${line.label} has ${line.pixels} pixels`);
  await close();
});

const ranges = (page) => page.evaluate(() => timeCharts().map((chart) => [chart.u.scales.x.min, chart.u.scales.x.max]));

test("dragging over one chart zooms all; a double click undoes it", async () => {
  const { page, close } = await open(browser, file);
  const whole = await ranges(page);
  const plot = page.locator(".u-over").first();
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
  await page.mouse.up();
  const zoomed = await ranges(page);
  for (const [min, max] of zoomed) {
    assert.deepEqual([min, max], zoomed[0]);
    assert.ok(Math.abs((max - min) / (whole[0][1] - whole[0][0]) - 0.3) < 0.02, `${min} to ${max}`);
  }
  await page.mouse.dblclick(box.x + box.width * 0.5, box.y + 60);
  assert.deepEqual(await ranges(page), whole);
  await close();
});

test("the buttons and the list of phases zoom as well", async () => {
  const { page, close } = await open(browser, file);
  const whole = await ranges(page);
  await page.focus("button[aria-label='Zoom in']");
  await page.keyboard.press("Enter");
  const [min, max] = (await ranges(page))[0];
  assert.ok(Math.abs((max - min) / whole[0][1] - 0.5) < 0.01);
  const phase = await page.evaluate(() => PHASES.at(-1));
  await page.selectOption("#zoom-phase", { label: phase.name });
  assert.deepEqual((await ranges(page)).at(-1), [phase.begin, phase.end]);
  await close();
});

test("one cursor reads all charts, by mouse and by keyboard", async () => {
  const { page, close } = await open(browser, file);
  const told = () => page.evaluate(() => timeCharts().filter((chart) => chart.spec.series.length).map((chart) => chart.values.map((value) => value.textContent).join("")));
  const plot = page.locator(".u-over").first();
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 80);
  const values = await told();
  for (const value of values) assert.match(value, /\d/);
  await page.focus("#cursor");
  const before = await page.textContent("#readout");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await page.textContent("#readout"), before);
  const at = Number(await page.inputValue("#cursor"));
  const shown = await page.evaluate(() => timeCharts()[0].values[0].textContent);
  const expected = await page.evaluate((index) => " " + tickOf(timeCharts()[0].spec.series[0].values[index]), at);
  assert.equal(shown.trim(), expected.trim().replace("null", "–"));
  await close();
});

test("the tables tell the summary's figures", async () => {
  const { page, close } = await open(browser, file);
  const slos = [...(await cellsOf(page, "slos")), ...(await cellsOf(page, "slos-rest"))];
  assert.equal(slos.length, summary.verdict.slos.length);
  for (const slo of summary.verdict.slos) {
    const row = slos.find((cells) => cells[0] === slo.slo);
    assert.ok(row, slo.slo);
    assert.equal(row[2], slo.figure);
    assert.equal(row[4], slo.count.replace(/\u00a0/g, " "));
    assert.equal(row[1].includes("holds"), slo.holds);
  }
  const staleness = await cellsOf(page, "staleness-all");
  const rows = summary.staleness.filter((row) => row.phase === null);
  assert.equal(staleness.length, rows.length);
  rows.forEach((row, i) => {
    row.quantiles.forEach((quantile, q) => {
      const shown = nanoseconds(staleness[i][q + 1]);
      if (quantile.kind === "n/a") assert.equal(staleness[i][q + 1], "n/a");
      else assert.ok(Math.abs(shown - quantile.ns) <= quantile.ns * 0.006, `${staleness[i][q + 1]} for ${quantile.ns}`);
    });
    assert.equal(staleness[i][7].replace(/\s/g, ""), String(row.outcomes.planned));
  });
  const ledger = await cellsOf(page, "ledger-table");
  summary.ledgers.forEach((row, i) => assert.equal(ledger[i][1], String(row.lost)));
  const validity = await cellsOf(page, "validity-table");
  summary.verdict.validity.forEach((rule, i) => assert.deepEqual([validity[i][0], validity[i][2], validity[i][3]], [rule.rule, rule.figure, rule.limit]));
  await close();
});

const spaceless = (text) => text.replace(/\s/g, "");

test("what readers saw, budgets, floors and the machine are the summary's", async () => {
  const { page, close } = await open(browser, file);
  const decisions = await cellsOf(page, "decisions");
  const measured = summary.decisions.filter((row) => row.phase === null && row.reads > 0);
  assert.ok(measured.length >= 1);
  for (const row of measured) {
    const cells = decisions.find((one) => one[0] === row.read + " at " + row.group);
    assert.deepEqual([1, 2, 4, 6].map((i) => spaceless(cells[i])), [row.reads, row.stale, row.critical_stale, row.unresolved].map(String));
  }
  const views = await cellsOf(page, "views");
  const seen = summary.views.filter((row) => row.phase === null && row.reads > 0);
  assert.equal(views.length, seen.length);
  seen.forEach((row, i) => {
    row.quantiles.forEach((quantile, q) => {
      if (quantile.kind === "n/a") assert.equal(views[i][q + 1], "n/a");
      else assert.ok(Math.abs(nanoseconds(views[i][q + 1]) - quantile.ns) <= quantile.ns * 0.006, `${views[i][q + 1]} for ${quantile.ns}`);
    });
    assert.equal(spaceless(views[i][8]), String(row.reads));
  });
  const critical = await cellsOf(page, "critical");
  summary.critical_events.filter((row) => row.phase === null && row.planned > 0).forEach((row, i) =>
    assert.deepEqual(critical[i].slice(1).map(spaceless), [String(row.planned), row.late === null ? "noread" : String(row.late), String(row.missed)]));
  const budgets = await cellsOf(page, "budgets-table");
  assert.equal(budgets.length, summary.budgets.length);
  summary.budgets.forEach((row, i) => assert.deepEqual(budgets[i].slice(1, 4).map(spaceless),
    [`${row.bad_minutes}of${row.minutes}`, `${row.bad_seconds}of${row.seconds}`, `${row.touched_seconds}of${row.seconds}`]));
  assert.equal((await cellsOf(page, "sampling-floor")).length, summary.staleness.filter((row) => row.phase === null && row.tier === null).length);
  assert.equal((await cellsOf(page, "noise-floor")).length, summary.noise_floor.length);
  assert.equal(await page.locator("tr.floor").count(), summary.noise_floor.length);
  assert.equal((await cellsOf(page, "payloads")).length, summary.payloads.length);
  if (summary.host) assert.equal((await cellsOf(page, "host"))[0][1], summary.host.process_cpus_mean.toFixed(2));
  const marked = summary.staleness.flatMap((row) => row.quantiles).filter((quantile) => quantile.near_floor).length;
  const stars = await page.$$eval("#staleness td", (cells) => cells.filter((cell) => cell.textContent.endsWith("*")).length);
  assert.equal(marked > 0, stars > 0);
  await close();
});

test("wrong decisions are told with their causes", async () => {
  const { page, close } = await open(browser, file);
  const rows = summary.decisions.filter((row) => row.decides && row.reads > 0 && (row.phase === null || row.wrong > 0));
  assert.ok(rows.some((row) => row.phase === null && row.wrong > 0), "somebody who sees a second late decides wrongly");
  const cells = await cellsOf(page, "wrong");
  assert.equal(cells.length, rows.length);
  rows.forEach((row, i) => {
    assert.equal(cells[i][0], row.phase === null ? `${row.read} at ${row.group}` : `\u2003in ${row.phase}`);
    assert.deepEqual([1, 2, 4, 6].map((at) => spaceless(cells[i][at])), [row.reads, row.wrong, row.critical_wrong, row.unresolved].map(String));
    const causes = summary.views.filter((view) => view.read === row.read && view.phase === row.phase && view.caused_wrong > 0);
    for (const cause of causes) assert.ok(spaceless(cells[i][5]).includes(cause.class + cause.caused_wrong), `${cells[i][5]}: ${cause.class}`);
    const told = [...spaceless(cells[i][5]).matchAll(/(\d+)(?:,|$)/g)].reduce((sum, one) => sum + Number(one[1]), 0);
    assert.equal(told, row.wrong, `every wrong decision has its cause or none: ${cells[i][5]}`);
  });
  await close();
});

test("what nobody knows is no zero", async () => {
  const changed = withData(file, "unknown.html", (data) => {
    Object.assign(data.summary.decisions[0], { decides: true, wrong: null, critical_wrong: null });
    Object.assign(data.summary.validity.receivers[0], { most_waiting: 123456, full_seconds: 3 });
    return data;
  });
  const { page, wrong, close } = await open(browser, changed);
  const first = summary.decisions[0];
  assert.equal(first.phase, null);
  const cells = (await cellsOf(page, "wrong")).find((row) => row[0] === `${first.read} at ${first.group}`);
  assert.deepEqual([cells[2], cells[4]], ["unknown", "unknown"]);
  assert.deepEqual((await cellsOf(page, "members"))[0].slice(2, 3), ["123 456"]);
  assert.deepEqual(wrong, []);
  await close();
});

test("the curve of percentiles goes through the summary's percentiles", async () => {
  const { page, close } = await open(browser, file);
  const spectra = await page.evaluate(() => DATA.spectra.filter((one) => one.phase === -1 && one.tier === -1).map((one) => ({ ...one, stream: PLAN.streams[one.stream].name, group: PLAN.groups[one.group].name })));
  assert.ok(spectra.length >= 1);
  for (const row of summary.staleness.filter((one) => one.phase === null && one.tier === null)) {
    const curve = spectra.find((one) => one.stream === row.stream && one.group === row.group);
    assert.equal(curve.us[4] * 1e3, row.quantiles[0].ns, "p50 is the point at 1 / (1 - p) = 2");
    assert.equal(curve.maximum_us * 1e3, row.quantiles[4].ns);
    assert.deepEqual(curve.us, [...curve.us].sort((a, b) => a - b));
  }
  await close();
});

test("on paper no table is cut", async () => {
  const { page, close } = await open(browser, file, { viewport: { width: 688, height: 970 } });
  await printsWhole(page, "report");
  await close();
});

testLooks("report", (options) => open(browser, file, options), {
  // In the dark a run on Kafka has nothing that the other one has not.
  schemes: onKafka ? ["light"] : ["light", "dark"],
  more: async (page, width) => {
    const cut = await page.$$eval("nav a", (links) => links.filter((link) => link.getBoundingClientRect().right > innerWidth - 4).map((link) => link.textContent));
    assert.deepEqual(cut, []);
    if (width > 1000) assert.equal(await page.$eval("nav", (bar) => bar.offsetHeight < 50), true, "the bar has one line");
  },
});

test("the frozen broker is on the page", { skip: !onKafka && "of a run on a real broker only" }, async () => {
  const { page, close } = await open(browser, file);
  const marks = await page.evaluate(() => DATA.marks.marks.map((mark) => [mark.kind, mark.text]));
  for (const text of ["begins: scripts/kafka pause", "begins: undo: scripts/kafka resume"]) {
    assert.ok(marks.some(([kind, told]) => kind === "fault" && told === text), text);
  }
  assert.ok(marks.some(([kind]) => kind === "unavailable"));
  const commands = await page.$$eval("#disturbances table", (all) => all.map((one) => one.textContent).find((text) => text.startsWith("Commands of the faults")));
  assert.match(commands, /scripts\/kafka pause.*status 0.*undo: scripts\/kafka resume.*status 0/);
  // Nothing came for two seconds: the lag went as high, readers saw it, and the chart shows both.
  const seen = await page.evaluate(() => DATA.timeline.series.map((one) => [Math.max(...one.freshness), Math.max(...one.view)]));
  assert.ok(seen.length >= 3);
  for (const [lag] of seen) assert.ok(lag > 1.5e6, `${lag} us`);
  assert.ok(Math.max(...seen.map(([, view]) => view)) > 1e6);
  assert.ok(summary.decisions.some((row) => row.phase === "fault" && row.critical_stale > 0));
  assert.ok(summary.noise_floor.length > 0);
  // Settings as in force, those that are not the client's default marked.
  const marked = await page.$$eval("#manifest tr.hot", (rows) => rows.map((row) => row.textContent));
  assert.ok(marked.some((text) => text.startsWith("request.required.acks")), marked.join(" | "));
  await close();
});

test("the switch turns light into dark, by keyboard", async () => {
  const { page, close } = await open(browser, file);
  const shade = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await shade();
  await page.focus("#theme");
  await page.keyboard.press("Space");
  assert.notEqual(await shade(), light);
  await close();
});

test("no text of the data can become markup or script", async () => {
  const kept = ["kind", "outcome", "phase", "stream", "group", "ending", "started"];
  const { page, wrong, close } = await open(browser, withData(file, "hostile.html", (data) => poisoned(data, kept)));
  assert.equal(await page.evaluate(() => globalThis.taken), undefined);
  assert.equal(await page.locator("img, main script, header script").count(), 0);
  for (const section of ["setup", "reads", "validity", "manifest"]) {
    assert.ok((await page.textContent("#" + section)).includes(hostile), section);
  }
  assert.equal(await page.locator("main .caution", { hasText: "could not be drawn" }).count(), 0);
  assert.deepEqual(wrong, []);
  await close();
});

test("a damaged folder gives what it can and names what is damaged", async () => {
  const broken = join(folder, "damaged");
  rmSync(broken, { recursive: true, force: true });
  cpSync(run, broken, { recursive: true });
  const host = join(broken, "facts", readdirSync(join(broken, "facts"))[0]);
  rmSync(join(host, "worst.csv"));
  rmSync(join(host, "reads.csv"));
  rmSync(join(host, "host.csv"));
  truncateSync(join(host, "intervals.hlog"), Math.floor(statSync(join(host, "intervals.hlog")).size / 2));
  const { page, wrong, close } = await open(browser, write("damaged.html", report(broken, "html")));
  assert.match(await page.textContent(".damage"), /intervals\.hlog/);
  assert.match(await page.textContent(".damage"), /worst\.csv/);
  assert.match(await page.textContent(".damage"), /reads\.csv/);
  // Reads of which nothing is written down are not good ones.
  const decisions = await cellsOf(page, "decisions");
  assert.ok(decisions.every((cells) => cells[0].startsWith("\u2003") || spaceless(cells[6]) === spaceless(cells[1])), JSON.stringify(decisions));
  assert.equal(await page.locator("section#slo table").count() > 0, true);
  assert.equal(await page.locator("main .caution", { hasText: "could not be drawn" }).count(), 0);
  assert.deepEqual(wrong, []);
  await close();
});

test("a killed run is a page too, and says that it was killed", async () => {
  const killed = join(folder, "killed");
  rmSync(killed, { recursive: true, force: true });
  cpSync(run, killed, { recursive: true });
  const host = join(killed, "facts", readdirSync(join(killed, "facts"))[0]);
  for (const name of readdirSync(host)) if (/^(end\.json|acks-.*|seen-.*)$/.test(name)) rmSync(join(host, name));
  rmSync(join(killed, "summary.json"));
  const { page, wrong, close } = await open(browser, write("killed.html", report(killed, "html")));
  assert.match(await page.textContent("#top"), /The run was killed/);
  assert.equal(await page.locator("main .caution", { hasText: "could not be drawn" }).count(), 0);
  assert.doesNotMatch(await page.textContent("main"), /NaN|undefined|\[object/);
  assert.deepEqual(wrong, []);
  await close();
});
