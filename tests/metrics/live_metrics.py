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
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse

import watched
from prometheus_client.openmetrics import parser as openmetrics_parser
from watched import Process, get, until

FRESHET = SOURCES = TOOLS = ""
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
        cls.samples = watched.samples(cls.last)
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
        self.assertGreater(watched.total(self.samples, "freshet_offered_events_total"), 200)
        compared = list(watched.beside_folder(self.samples, self.summary))
        self.assertEqual(len(compared), 2 * 4 + 2 * 2 * 4)
        for name, labels, served, recorded in compared:
            with self.subTest(name, **labels):
                self.assertEqual(served, recorded)
        for row in self.summary["staleness"]:
            if row["phase"] is not None or row["tier"] is not None:
                continue
            for outcome, events in row["outcomes"].items():
                if outcome not in ("planned", "phantom"):
                    served = watched.value(self.samples, "freshet_outcome_events", outcome=outcome, group=row["group"],
                                           **{"class": row["stream"]})
                    self.assertEqual(served, events)
        verdict = self.summary["verdict"]
        self.assertEqual(watched.value(self.samples, "freshet_verdict", verdict=verdict["outcome"]), 1)
        for slo in verdict["slos"]:
            self.assertEqual(watched.value(self.samples, "freshet_slo_broken", slo=slo["slo"]), 0 if slo["holds"] else 1)
        self.assertEqual(watched.value(self.samples, "freshet_stage", stage="over"), 1)

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
