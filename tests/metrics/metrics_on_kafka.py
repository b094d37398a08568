#!/usr/bin/env python3
"""Live metrics of a run on a real Kafka: metrics_on_kafka.py FRESHET SOURCES BROKER_DIR

They are served on IPv6 where the machine has it, and read again and again until the run is over.
"""
import http.client
import json
import math
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

import watched
from watched import Process, get

FRESHET = SOURCES = BROKER_DIR = ""
CLASSES = ("account_lock", "chat_turn")
GROUPS = ("agent_desktop", "copilot")
SCENARIO = """
return scenario {
  name = "watched-on-kafka",
  streams = {
    chat_turn    = { rate = "200/s", bound = "5s", partitions = 4 },
    account_lock = { rate = "50/s", bound = "2s", partitions = 2 },
  },
  groups = { copilot = { members = 2 }, agent_desktop = {} },
  phases = { warmup { "2s" }, steady { "6s" } },
  slos = { slo { "lost", exactly = 0 } },
}
"""


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def broker():
    return os.environ.get("FRESHET_TEST_KAFKA") or subprocess.run(
        [SOURCES + "/scripts/kafka", "start", "--dir", BROKER_DIR], check=True, capture_output=True, text=True).stdout.split()[-1]


class MetricsOnKafka(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="freshet-metrics-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        with open(cls.folder + "/watched.lua", "w", encoding="utf-8") as file:
            file.write(SCENARIO)
        cls.ipv6 = has_ipv6()
        address = "[::1]:0" if cls.ipv6 else "127.0.0.1:0"
        run = Process([FRESHET, "run", "watched.lua", "-o", "run", "-b", broker(), "--no-calibration", "--metrics", address], cls.folder)
        cls.addClassCleanup(run.end)
        cls.url = run.said(r"^live metrics: (\S+)")[1]
        cls.pages = cls.read_until_over(run)
        cls.status = run.end()
        with open(cls.folder + "/run/summary.json", encoding="utf-8") as file:
            cls.summary = json.load(file)

    @classmethod
    def read_until_over(cls, run):
        pages = []
        while run.child.poll() is None:
            try:
                pages.append(watched.samples(get(cls.url)[0]))
            except (OSError, http.client.HTTPException):
                pass  # it is over since, or was while it answered
            try:
                run.child.wait(0.2)
            except subprocess.TimeoutExpired:
                pass
        return pages

    def while_running(self):
        found = [page for page in self.pages if watched.value(page, "freshet_stage", stage="running") == 1]
        self.assertGreaterEqual(len(found), 3)
        return found

    def test_the_run_was_a_real_one(self):
        self.assertIn(self.status, (0, 3))  # 3: the machine was starved
        self.assertFalse(self.summary["identity"]["loopback"])
        targets = [dict(labels) for name, labels in self.pages[-1] if name == "freshet_run_info"]
        self.assertEqual([(one["loopback"], one["load_hash"]) for one in targets], [("false", self.summary["identity"]["load_hash"])])

    def test_it_is_served_on_ipv6(self):
        if not self.ipv6:
            self.skipTest("this machine has no IPv6")
        self.assertRegex(self.url, r"^http://\[::1\]:\d+/metrics$")
        self.assertTrue(self.pages)

    def test_no_page_is_ahead_of_the_folder(self):
        seen = self.while_running()[-1]
        self.assertGreater(watched.total(seen, "freshet_visible_events_total"), 0)
        for page in self.pages:
            compared = list(watched.beside_folder(page, self.summary))
            self.assertEqual(len(compared), 2 * 4 + 2 * 2 * 4)
            for name, labels, served, recorded in compared:
                self.assertLessEqual(served, recorded, f"{name} {labels}")

    def test_no_counter_falls(self):
        for earlier, later in zip(self.pages, self.pages[1:]):
            for (name, labels), value in earlier.items():
                if name.endswith(("_total", "_count", "_bucket")):
                    self.assertGreaterEqual(later[(name, labels)], value, f"{name} {labels}")

    def test_the_lags_of_each_group_are_there(self):
        for page in self.while_running():
            for name in ("freshness_lag_seconds", "consumer_lag_seconds", "offset_lag"):
                found = {labels: value for (n, labels), value in page.items() if n == "freshet_" + name}
                for value in found.values():
                    self.assertTrue(math.isfinite(value) and value >= 0, f"{name} {value}")
                # How many records wait is told once a group has a position in each partition.
                if name != "offset_lag" or page == self.while_running()[-1]:
                    self.assertEqual(sorted(found), sorted((("class", c), ("group", g)) for c in CLASSES for g in GROUPS), name)

    def test_staleness_is_a_histogram_with_the_bound_as_an_edge(self):
        bounds = {"account_lock": "2.0", "chat_turn": "5.0"}
        for page in self.pages:
            for stream in CLASSES:
                for group in GROUPS:
                    where = {"class": stream, "group": group}
                    buckets = sorted((float(dict(labels)["le"]), watched.total(page, "freshet_staleness_seconds_bucket", le=dict(labels)["le"], **where))
                                     for name, labels in page if name == "freshet_staleness_seconds_bucket" and where.items() <= dict(labels).items())
                    self.assertIn(float(bounds[stream]), [edge for edge, _ in buckets])
                    counts = [count for _, count in buckets]
                    self.assertEqual(counts, sorted(counts))
                    self.assertEqual(buckets[-1], (math.inf, watched.total(page, "freshet_staleness_seconds_count", **where)))


if __name__ == "__main__":
    FRESHET, SOURCES, BROKER_DIR = (os.path.abspath(sys.argv.pop(1)) for _ in range(3))
    unittest.main()
