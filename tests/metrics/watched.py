"""A run whose live metrics are read, and what its folder says of the same."""
import re
import signal
import subprocess
import threading
import time
import urllib.request

from prometheus_client import parser

PATIENCE = 90  # s, for any condition; nothing here takes a tenth of it
# What is asked is on this machine, which no proxy of the environment's knows.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(url, accept=None):
    request = urllib.request.Request(url, headers={"Accept": accept} if accept else {})
    with DIRECTLY.open(request, timeout=10) as answer:
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


def samples(page):
    """Each sample of a page by its name and labels."""
    return {(s.name, tuple(sorted(s.labels.items()))): s.value
            for family in parser.text_string_to_metric_families(page) for s in family.samples}


def value(found, name, **labels):
    return found[(name, tuple(sorted(labels.items())))]


def total(found, name, **labels):
    """Over all samples that have these labels among theirs; 0 of none."""
    return sum(value for (n, others), value in found.items()
               if n == name and all(dict(others).get(k) == v for k, v in labels.items()))


def beside_folder(found, summary):
    """Each counter that the summary has too: (name, labels, served, recorded). In the end the two are equal."""
    for stream in {row["stream"] for row in summary["producers"]}:
        rows = [row for row in summary["producers"] if row["stream"] == stream and row["phase"] is not None]
        for name, field in (("offered_events", "planned"), ("sent_events", "sent"), ("acked_events", "acked"), ("sent_bytes", "bytes")):
            labels = {"class": stream}
            yield name, labels, value(found, f"freshet_{name}_total", **labels), sum(row[field] for row in rows)
    phases = [row for row in summary["staleness"] if row["phase"] is not None and row["tier"] is None]
    for stream, group in {(row["stream"], row["group"]) for row in phases}:
        rows = [row for row in phases if (row["stream"], row["group"]) == (stream, group)]
        labels = {"class": stream, "group": group}
        visible = sum(row["outcomes"]["visible"] for row in rows)
        stale = sum(row["bad"] - row["outcomes"]["planned"] + row["outcomes"]["visible"] for row in rows)
        bound = f"{rows[0]['bound_ns'] / 1e9:.1f}"
        yield "visible_events", labels, value(found, "freshet_visible_events_total", **labels), visible
        yield "staleness_seconds_count", labels, total(found, "freshet_staleness_seconds_count", **labels), visible
        yield "stale_events", labels, total(found, "freshet_stale_events_total", **labels), stale
        yield "within the bound", labels, total(found, "freshet_staleness_seconds_bucket", le=bound, **labels), visible - stale
