"""freshet as it runs: the CPU time of its threads by what they are for, and what it has recorded meanwhile."""

import csv
import json
import shutil
import subprocess
import tempfile
import threading
import time

from sampling import Failed, thread_cpu, wait_for

# Threads are named for their roles; those of client libraries all alike, so they are told apart by the order in
# which clients are made: the first asks for the cluster, then one producer a stream, then the members'.
CLIENT_BEGINS = "rdk:main"


def by_purpose(threads, streams, members):
    """CPU seconds by purpose: producing, consuming, the rest (driver, writer, observer, timers)."""
    cpu = {"produce": 0.0, "consume": 0.0, "rest": 0.0}
    clients = 0
    for _, name, seconds in threads:
        clients += name == CLIENT_BEGINS
        if name.startswith(("sender-", "acks-")):
            cpu["produce"] += seconds
        elif name in members:
            cpu["consume"] += seconds
        elif name.startswith("rdk:") and 1 < clients <= 1 + streams:
            cpu["produce"] += seconds
        elif name.startswith("rdk:") and clients > 1 + streams:
            cpu["consume"] += seconds
        else:
            cpu["rest"] += seconds
    return cpu


class FreshetRun:
    """`freshet run` of a scenario with one group, whose members' threads are `members`."""

    def __init__(self, freshet, scenario, brokers, prefix, rate, seconds, streams, members):
        self.folder = tempfile.mkdtemp(prefix="freshet-bench-")
        self.streams, self.members = streams, members
        self.samples = []  # (time, {purpose: CPU seconds})
        self.seen = {}  # second of the run -> when its counts were first there
        self.rows = {}  # (stream, pass, second) -> {counter: events}
        command = [freshet, "run", scenario, "-b", brokers, "-o", self.folder + "/run", "--quiet", "--json", "--no-calibration",
                   "--prefix", prefix, "-P", f"rate={rate}/s", "-P", f"length={seconds}s"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        stdin=subprocess.DEVNULL)
        self.watch = threading.Thread(target=self.sample)
        self.watch.start()

    def sample(self):
        while self.process.poll() is None:
            now = time.monotonic()
            try:
                self.samples.append((now, by_purpose(thread_cpu(self.process.pid), self.streams, self.members)))
            except FileNotFoundError:
                return
            self.look(now)
            time.sleep(0.05)

    def look(self, now):
        rows = {}
        try:
            with open(self.folder + "/run/facts/local/counts.csv", encoding="utf-8") as file:
                file.readline()
                for row in csv.DictReader(file):
                    if None in row.values():
                        continue  # is being written
                    key = (int(row.pop("stream")), int(row.pop("pass")), int(row.pop("second")))
                    counts = rows.setdefault(key, {})
                    for name, value in row.items():
                        counts[name] = counts.get(name, 0) + int(value)
        except (FileNotFoundError, ValueError):
            return
        self.rows = rows
        for _, _, second in rows:
            self.seen.setdefault(second, now)

    def last_second(self):
        """The last one whose counts are there; -1: none yet."""
        return max(self.seen, default=-1)

    def wait_until_second(self, second, seconds):
        def there():
            if self.process.poll() is not None:
                raise Failed(f"freshet ended with status {self.process.returncode}\n{self.process.stderr.read()}")
            return self.last_second() >= second
        wait_for(f"second {second} of a run", there, seconds)

    def end(self):
        """At once: what was recorded until then is enough."""
        self.process.kill()
        self.process.communicate()
        self.watch.join()
        shutil.rmtree(self.folder, ignore_errors=True)

    def finish(self):
        """Waits for its own end; gives its summary."""
        out, errors = self.process.communicate()
        self.watch.join()
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            return json.loads(out)
        except json.JSONDecodeError as wrong:
            raise Failed(f"freshet ended with status {self.process.returncode}\n{errors}") from wrong

    def cpu_at(self, second, purpose):
        # A second's counts appear a moment after it has ended; the least such delay tells when it began.
        start = min(at - s - 1 for s, at in self.seen.items())
        wanted = start + second
        before = [sample for sample in self.samples if sample[0] <= wanted]
        after = [sample for sample in self.samples if sample[0] > wanted]
        if not before or not after:
            raise Failed(f"no CPU time of second {second} was taken")
        (t0, cpu0), (t1, cpu1) = before[-1], after[0]
        part = (wanted - t0) / (t1 - t0)
        return cpu0[purpose] + part * (cpu1[purpose] - cpu0[purpose])

    def per_cpu_second(self, counter, purpose, begin, end):
        """Events of stream 0 that counted in the seconds [begin, end) per CPU second used for it."""
        events = sum(counts[counter] for (stream, _, second), counts in self.rows.items()
                     if stream == 0 and begin <= second < end)
        return events / (self.cpu_at(end, purpose) - self.cpu_at(begin, purpose))
