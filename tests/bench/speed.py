"""The speed table: freshet, a bare loop over the same client library and Kafka's own tools, in turns.

Called by scripts/bench, which starts the broker. Prints Markdown.
"""

import argparse
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys

from freshet_run import FreshetRun
from sampling import Failed, Program, wait_for

HERE = pathlib.Path(__file__).resolve().parent
PARTITIONS = 12
BYTES = 512
SKIP = 2  # seconds that do not count: connections, first batches
FLAT_OUT = 5_000_000  # events/s that no machine of today sends from one thread


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Bench:
    def __init__(self, options):
        self.options = options
        self.kafka = [str(HERE.parent.parent / "scripts" / "kafka")]
        self.topics = 0
        self.rest = []  # of each turn: CPU seconds a second for neither
        # Kafka's scripts start tools with the first compiler only, which is right for a short one and not here.
        self.java = dict(os.environ, _JAVA_OPTIONS="-XX:TieredStopAtLevel=4")

    def topic(self):
        self.topics += 1
        name = f"bench-{self.topics}"
        subprocess.run(self.kafka + ["tool", "topics", "--bootstrap-server", self.options.brokers, "--create",
                                     "--topic", name, "--partitions", str(PARTITIONS)],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return name

    # ---- the three producers and the three consumers; a rate of 0 is as fast as it goes

    def bare_producer(self, topic, rate):
        return Program([self.options.bare_loop, "produce", self.options.brokers, topic, str(PARTITIONS),
                        str(BYTES), str(rate) if rate else "flat-out"], lambda line, _: int(line))

    def bare_consumer(self, topic):
        return Program([self.options.bare_loop, "consume", self.options.brokers, topic], lambda line, _: int(line))

    def java_producer(self, topic, rate):
        def count(line, before):
            found = re.match(r"(\d+) records sent, .* max latency", line)
            return before + int(found[1]) if found else None
        return Program(self.kafka + ["tool", "producer-perf-test", "--topic", topic, "--num-records", "1000000000",
                                     "--record-size", str(BYTES), "--throughput", str(rate or -1),
                                     "--reporting-interval", "1000", "--bootstrap-server", self.options.brokers,
                                     "--command-property", "acks=all"], count, self.java)

    def java_consumer(self, topic):
        def count(line, _):
            fields = line.split(", ")
            return int(fields[4]) if len(fields) > 5 and fields[4].isdigit() else None
        return Program(self.kafka + ["tool", "consumer-perf-test", "--bootstrap-server", self.options.brokers,
                                     "--topic", topic, "--num-records", "1000000000", "--from-latest",
                                     "--timeout", "60000", "--show-detailed-stats", "--reporting-interval", "1000"],
                       count, self.java)

    # ---- one measurement each

    def measured(self, *programs):
        """Events per CPU second of each of the programs, which run at the same time."""
        wanted = SKIP + self.options.seconds + 1
        try:
            for program in programs:
                wait_for(" ".join(map(str, program.command[:2])),
                         lambda p=program: p.count() >= wanted or p.process.poll() is not None, 60 + wanted)
        finally:
            for program in programs:
                program.end()
        return [program.per_cpu_second(SKIP, self.options.seconds) for program in programs]

    def bare(self):
        (flat_out,) = self.measured(self.bare_producer(self.topic(), 0))
        (produced,) = self.measured(self.bare_producer(self.topic(), self.options.rate))
        return {"bare": {"flat-out": flat_out, "produced": produced}}

    def kafkas_own(self):
        (flat_out,) = self.measured(self.java_producer(self.topic(), 0))
        topic = self.topic()
        consumer = self.java_consumer(topic)
        produced, consumed = self.measured(self.java_producer(topic, self.options.rate), consumer)
        return {"java": {"flat-out": flat_out, "produced": produced, "consumed": consumed}}

    def run(self, scenario, rate, seconds, streams):
        self.topics += 1
        return FreshetRun(self.options.freshet, HERE / scenario, self.options.brokers, f"bench-{self.topics}-", rate,
                          seconds, streams, {"reader-0"})

    def freshet(self):
        begin, end = SKIP, SKIP + self.options.seconds
        run = self.run("produce.lua", FLAT_OUT, end + 30, 2)
        try:
            run.wait_until_second(end + 1, 60 + end)
            flat_out = run.per_cpu_second("sent", "produce", begin, end)
        finally:
            run.end()
        return {"freshet": {"flat-out": flat_out}}

    def side_by_side(self):
        """A member of freshet's and the bare loop read the same topic at the same time."""
        seconds = self.options.seconds
        run = self.run("consume.lua", self.options.rate, seconds + 60, 1)
        consumer = None
        try:
            run.wait_until_second(1, 60)
            consumer = self.bare_consumer(f"bench-{self.topics}-events")
            wait_for("the bare consumer", lambda: consumer.count() > SKIP + seconds or consumer.process.poll() is not None,
                     60 + seconds)
            end = run.last_second()
            run.wait_until_second(end + 1, 60)  # whole, whatever was late
            begin = end - seconds
            ours = {"produced": run.per_cpu_second("sent", "produce", begin, end),
                    "consumed": run.per_cpu_second("received", "consume", begin, end)}
            self.rest.append((run.cpu_at(end, "rest") - run.cpu_at(begin, "rest")) / seconds)
        finally:
            run.end()
            if consumer:
                consumer.end()
        return {"freshet": ours, "bare": {"consumed": consumer.per_cpu_second(SKIP, seconds)}}

    # ---- the highest rate

    def holds(self, rate):
        """Does V1 hold in a short run at this rate, with everything sent at its time?

        A full queue begins a stall episode, which V1 leaves out: here, where the cluster is the same machine, it says
        that the rate is too high.
        """
        summary = self.run("consume.lua", rate, self.options.seconds, 1).finish()
        broken = [f"{rule['rule']} does not hold" for rule in summary["verdict"]["validity"]
                  if not rule["holds"] and rule["rule"].split()[0] in ("V1", "V2")]
        if any(row["queue_full"] > 0 for row in summary["producers"]):
            broken.append("the client's queue was full")
        say(f"{rate} events/s: {', '.join(broken) or 'V1 holds'}")
        return not broken

    def highest_rate(self):
        """Steps of a half up to the first that fails, then two halvings of the gap."""
        low, high = 0, self.options.rate
        while self.holds(high):
            low, high = high, high * 3 // 2
        for _ in range(2):
            middle = (low + high) // 2
            low, high = (middle, high) if self.holds(middle) else (low, middle)
        return low


def thousands(value):
    return f"{value / 1000:,.0f}".replace(",", " ") + " k"


def ratio(ours, theirs):
    """Median of the turns' own ratios, with the least and the greatest."""
    ratios = sorted(a / b for a, b in zip(ours, theirs))
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"


def table(turns, rate):
    names = {"flat-out": "produced as fast as it goes, with stamps and ledger",
             "produced": f"produced at {rate} events/s, each at its own time",
             "consumed": f"consumed at {rate} events/s, with staleness and ledger (the bare loop: the same records)"}
    lines = ["| events per CPU second | freshet | bare loop | Kafka's own | freshet ÷ bare loop | freshet ÷ Kafka's own |",
             "|---|--:|--:|--:|--:|--:|"]
    for key, name in names.items():
        of = {who: [turn[who][key] for turn in turns] for who in turns[0]}
        middles = [thousands(statistics.median(of[who])) for who in ("freshet", "bare", "java")]
        lines.append(f"| {name} | {' | '.join(middles)} | {ratio(of['freshet'], of['bare'])} | "
                     f"{ratio(of['freshet'], of['java'])} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--freshet", required=True)
    parser.add_argument("--bare-loop", required=True)
    parser.add_argument("--turns", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--rate", type=int, required=True)
    parser.add_argument("--no-search", action="store_true")
    bench = Bench(options := parser.parse_args())
    parts = [bench.freshet, bench.bare, bench.kafkas_own, bench.side_by_side]
    turns = []
    for turn in range(options.turns):
        figures = {"freshet": {}, "bare": {}, "java": {}}
        # Who comes first changes, so that none has the warmer broker.
        for part in parts[turn % len(parts):] + parts[:turn % len(parts)]:
            for who, found in part().items():
                figures[who].update(found)
        turns.append(figures)
        say(f"turn {turn + 1} of {options.turns}: " + "; ".join(
            f"{who} " + ", ".join(f"{key} {thousands(value)}" for key, value in found.items())
            for who, found in figures.items()))
    print(table(turns, options.rate))
    print(f"\nMedian of {options.turns} turns of {options.seconds} s each; ratios with the least and the greatest turn. "
          f"Records of {BYTES} B, {PARTITIONS} partitions, one sender, one reader, acks=all, broker on the same "
          f"{os.cpu_count()} cores.")
    print(f"Besides, whatever the rate, freshet's timers, writer and observers take {statistics.median(bench.rest):.3f} "
          "CPU seconds a second.")
    if not options.no_search:
        print("The highest rate at which V1 holds (p99 of the harness's own delay within 50 ms) and the client's queue is never "
              f"full, sending and reading: {bench.highest_rate()} events/s.")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what is running ends with it
    try:
        main()
    except Failed as failed:
        say(f"error: {failed}")
        sys.exit(1)
