#!/usr/bin/env python3
"""Live metrics as their readers see them: live_metrics.py FRESHET SOURCES TOOLS

TOOLS is what scripts/setup --metrics-tools fetched; its python folder stands in PYTHONPATH.

One run on the loopback log is scraped by a real Prometheus, once a second. promtool and the strict parser of
Prometheus' own Python client read its pages, every query of the Grafana dashboard has to give data, and what is served
when the run is over has to be what its folder says.
"""
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics_parser

FRESHET = SOURCES = TOOLS = ""
PATIENCE = 90  # s, for any condition; nothing here takes a tenth of it
OPENMETRICS = "application/openmetrics-text; version=1.0.0"
SCENARIO = """
return scenario {
  name = "watched",
  streams = {
    chat_turn    = { rate = "200/s", bound = "5s", partitions = 4 },
    account_lock = { rate = "50/s", bound = "2s", partitions = 2 },
  },
  groups = { copilot = { members = 2 }, agent_desktop = {} },
  phases = { warmup { "1s" }, steady { "8s" } },
  slos = {
    slo { "staleness p90", class = "chat_turn", below = "5s" },
    slo { "freshness lag", class = "account_lock", below = "5s" },
    slo { "lost", exactly = 0 },
  },
}
"""


def get(url, accept=None):
    request = urllib.request.Request(url, headers={"Accept": accept} if accept else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode(), answer.headers["Content-Type"]


def until(condition, what):
    """The first thing that condition() gives which is true."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {PATIENCE} s: {what}")


class Process:
    """A child whose stderr is read as it comes."""

    def __init__(self, command, folder):
        self.lines = []
        self.child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.child.stderr:
            self.lines.append(line)

    def said(self, pattern):
        def look():
            for line in list(self.lines):
                found = re.search(pattern, line)
                if found:
                    return found
            if self.child.poll() is not None:
                raise AssertionError(f"ended with {self.child.returncode}: " + "".join(self.lines[-20:]))
            return None
        return until(look, pattern)

    def end(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(number)
        status = self.child.wait(PATIENCE)
        self.reader.join()
        self.child.stderr.close()
        return status


class LiveMetrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="freshet-metrics-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.write("watched.lua", SCENARIO)
        cls.run_ = Process([FRESHET, "run", "watched.lua", "-o", "run", "--metrics", "0", "--metrics-hold", "10min"],
                           cls.folder)
        cls.addClassCleanup(cls.run_.end)
        cls.url = cls.run_.said(r"^live metrics: (\S+)")[1]
        cls.prometheus()
        cls.began = time.time()
        cls.early = get(cls.url)[0]
        cls.run_.said("the last metrics are served")
        # ... and Prometheus has come by once more.
        until(lambda: cls.query('freshet_verdict{verdict!="open"} == 1') and cls.query("freshet_outcome_events"),
              "Prometheus scrapes the verdict")
        cls.last = get(cls.url)[0]
        cls.samples = {(s.name, tuple(sorted(s.labels.items()))): s.value
                       for family in parser.text_string_to_metric_families(cls.last) for s in family.samples}
        with open(cls.folder + "/run/summary.json", encoding="utf-8") as file:
            cls.summary = json.load(file)

    @classmethod
    def write(cls, name, text):
        with open(os.path.join(cls.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    @classmethod
    def prometheus(cls):
        target = urllib.parse.urlparse(cls.url).netloc
        cls.write("prometheus.yml", "global: { scrape_interval: 1s }\nscrape_configs:\n- job_name: freshet\n"
                  f"  static_configs: [{{ targets: ['{target}'] }}]\n")
        server = Process([TOOLS + "/prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                          "--web.listen-address=127.0.0.1:0", "--log.level=debug"], cls.folder)
        cls.addClassCleanup(server.end)
        cls.api = "http://" + server.said(r'msg="Listening on" address=(\S+)')[1]
        until(lambda: cls.ready(), "Prometheus is ready")

    @classmethod
    def ready(cls):
        try:
            return get(cls.api + "/-/ready")[0]
        except urllib.error.URLError:
            return None

    @classmethod
    def query(cls, text, kind="query", **parameters):
        url = f"{cls.api}/api/v1/{kind}?" + urllib.parse.urlencode({"query": text, **parameters})
        answer = json.loads(get(url)[0])
        assert answer["status"] == "success", answer
        return answer["data"]["result"]

    def value(self, name, **labels):
        return self.samples[(name, tuple(sorted(labels.items())))]

    def sum(self, name, **labels):
        return sum(value for (n, found), value in self.samples.items()
                   if n == name and all(dict(found).get(k) == v for k, v in labels.items()))

    def test_promtool_finds_nothing_to_say(self):
        for page in (self.early, self.last):
            ran = subprocess.run([TOOLS + "/promtool", "check", "metrics"], input=page, capture_output=True, text=True)
            self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "", ""))

    def test_each_reader_gets_its_format(self):
        page, kind = get(self.url, OPENMETRICS)
        self.assertEqual(kind, OPENMETRICS + "; charset=utf-8")
        self.assertTrue(page.endswith("\n# EOF\n"))
        families = {f.name: f for f in openmetrics_parser.text_string_to_metric_families(page)}
        self.assertEqual(families["freshet_staleness_seconds"].type, "histogram")
        self.assertEqual(families["freshet_staleness_seconds"].unit, "seconds")
        self.assertEqual(families["freshet_sent_events"].type, "counter")
        self.assertEqual(families["freshet_build"].type, "info")
        self.assertEqual(get(self.url)[1], "text/plain; version=0.0.4; charset=utf-8")
        # Both say the same.
        as_openmetrics = {(s.name, tuple(sorted(s.labels.items()))): s.value for f in families.values() for s in f.samples}
        self.assertEqual(as_openmetrics, self.samples)

    @staticmethod
    def dashboard():
        with open(SOURCES + "/reports/grafana/freshet.json", encoding="utf-8") as file:
            return json.load(file)

    def test_the_dashboard_is_laid_out(self):
        panels = self.dashboard()["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        taken = {}
        for panel in panels:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24)
            for cell in ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])):
                self.assertNotIn(cell, taken, panel["title"])
                taken[cell] = panel["title"]
            for target in panel.get("targets", []):
                self.assertEqual(target["datasource"], {"type": "prometheus", "uid": "${datasource}"})

    def test_every_query_of_the_dashboard_gives_data(self):
        dashboard = self.dashboard()
        panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
        self.assertGreater(len(panels), 15)
        asked = [(panel["title"], target["expr"]) for panel in panels for target in panel["targets"]]
        asked += [(note["name"], note["expr"]) for note in dashboard["annotations"]["list"]]
        for title, expression in asked:
            with self.subTest(panel=title, query=expression):
                text = expression.replace("$__rate_interval", "5s").replace("$instance", ".*")
                self.assertNotIn("$", text)
                series = self.query(text, "query_range", start=self.began, end=time.time() + 1, step=1)
                self.assertTrue([v for s in series for _, v in s["values"] if math.isfinite(float(v))], "no data")
        variable = next(v for v in dashboard["templating"]["list"] if v["name"] == "instance")
        self.assertEqual(variable["query"]["query"], "label_values(freshet_build_info, instance)")
        self.assertTrue(self.query("freshet_build_info"))

    def test_the_end_is_what_the_folder_says(self):
        for stream in ("chat_turn", "account_lock"):
            rows = [r for r in self.summary["producers"] if r["stream"] == stream and r["phase"] is not None]
            total = lambda field: sum(r[field] for r in rows)
            self.assertGreater(total("planned"), 100)
            self.assertEqual(self.value("freshet_offered_events_total", **{"class": stream}), total("planned"))
            self.assertEqual(self.value("freshet_sent_events_total", **{"class": stream}), total("sent"))
            self.assertEqual(self.value("freshet_acked_events_total", **{"class": stream}), total("acked"))
            self.assertEqual(self.value("freshet_sent_bytes_total", **{"class": stream}), total("bytes"))
            for group in ("copilot", "agent_desktop"):
                where = {"class": stream, "group": group}
                rows = [r for r in self.summary["staleness"]
                        if r["stream"] == stream and r["group"] == group and r["tier"] is None]
                phases = [r for r in rows if r["phase"] is not None]
                visible = sum(r["outcomes"]["visible"] for r in phases)
                stale = sum(r["bad"] - r["outcomes"]["planned"] + r["outcomes"]["visible"] for r in phases)
                self.assertEqual(self.value("freshet_visible_events_total", **where), visible)
                self.assertEqual(self.sum("freshet_staleness_seconds_count", **where), visible)
                self.assertEqual(self.sum("freshet_stale_events_total", **where), stale)
                bound = phases[0]["bound_ns"]
                within = self.sum("freshet_staleness_seconds_bucket", le=f"{bound / 1e9:.1f}", **where)
                self.assertEqual(visible - within, stale)
                measured = next(r for r in rows if r["phase"] is None)
                for outcome, events in measured["outcomes"].items():
                    if outcome not in ("planned", "phantom"):
                        self.assertEqual(self.value("freshet_outcome_events", outcome=outcome, **where), events)
        verdict = self.summary["verdict"]
        self.assertEqual(self.value("freshet_verdict", verdict=verdict["outcome"]), 1)
        for slo in verdict["slos"]:
            self.assertEqual(self.value("freshet_slo_broken", slo=slo["slo"]), 0 if slo["holds"] else 1)
        self.assertEqual(self.value("freshet_stage", stage="over"), 1)

    def test_the_counters_that_prometheus_kept_never_fell(self):
        counters = {name for name, _ in self.samples if name.endswith(("_total", "_count", "_bucket"))}
        self.assertGreater(len(counters), 15)
        for counter in counters:
            self.assertTrue(self.query(f"resets({counter}[10m])"), counter)
            self.assertFalse(self.query(f"resets({counter}[10m]) > 0"), counter)

    def test_a_port_in_use_is_refused_and_nothing_is_left(self):
        port = self.url.rsplit(":", 1)[1].split("/")[0]
        ran = subprocess.run([FRESHET, "run", "watched.lua", "-o", "second", "--metrics", port], cwd=self.folder,
                             capture_output=True, text=True)
        self.assertEqual(ran.returncode, 2)
        self.assertEqual(ran.stderr, f"freshet: --metrics: cannot listen on 127.0.0.1:{port}: Address already in use\n")
        self.assertFalse(os.path.exists(self.folder + "/second"))

    def test_zz_an_interrupt_ends_the_hold(self):
        self.assertIn(self.run_.end(signal.SIGINT), (0, 3))  # 3: the machine was starved
        self.assertIsNotNone(self.run_.child.returncode)


if __name__ == "__main__":
    FRESHET, SOURCES, TOOLS = (os.path.abspath(sys.argv.pop(1)) for _ in range(3))
    unittest.main()
