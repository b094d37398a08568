#!/usr/bin/env python3
"""Other people's readers read intervals.hlog (H2) and find the percentiles that the summary prints (H3).

    readers.py RUN      the libraries are where scripts/setup --readers put them

Each reader is asked one question a line, NAME, TAGS and SPANS of seconds (begin-end, the end left out), separated by
tabs, and answers "NAME count p50 p90 p99 p99.9 max", in microseconds. Counts have to be those of the summary, and
percentiles its own to the bucket: exactly what it prints, for the layout is theirs.
"""
import glob
import hashlib
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def tag_part(name):
    return "".join(c if re.match(r"[A-Za-z0-9_.-]", c) else "".join(f"%{b:02X}" for b in c.encode()) for c in name)


def questions(run):
    """(question line, count, [kind, us of each percentile])"""
    load = lambda name: json.load(open(os.path.join(run, name), encoding="utf-8"))
    plan, summary, manifest = load("plan.json"), load("summary.json"), load("manifest.json")
    target = tag_part(manifest["target"]["name"])
    spans = {p["name"]: f"{p['begin'] // 10**9}-{p['end'] // 10**9}" for p in plan["phases"]}
    measured = ",".join(spans[p["name"]] for p in plan["phases"] if p["kind"] not in ("warmup", "rest"))
    tiers = {s["name"]: [t["name"] for t in plan["populations"][s["population"]]["tiers"]] for s in plan["streams"]}

    def tags(stream, group, tier, measure):
        names = [tier] if tier is not None else tiers[stream]
        return " ".join(f"{target}/{tag_part(stream)}/{group}/{tag_part(t)}/{measure}" for t in names)

    for i, row in enumerate(summary["staleness"]):
        span = measured if row["phase"] is None else spans[row["phase"]]
        yield (f"staleness{i}\t{tags(row['stream'], tag_part(row['group']), row['tier'], 'staleness')}\t{span}",
               row["outcomes"]["visible"] + row["outcomes"]["superseded"], row["quantiles"], row["outcomes"]["planned"])
    for i, row in enumerate(summary["producers"]):
        span = measured if row["phase"] is None else spans[row["phase"]]
        for measure, count in (("send_delay", None), ("response_latency", row["acked"]), ("service_latency", row["acked"])):
            yield f"{measure}{i}\t{tags(row['stream'], '-', None, measure)}\t{span}", count, row[measure], count


def cache_folder():
    xdg = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.environ.get("FRESHET_CACHE") or os.path.join(xdg, "freshet")


def commands(cache):
    log = "intervals.hlog"
    jars = sorted(glob.glob(os.path.join(cache, "kafka-*", "lib", "HdrHistogram-*.jar")))
    pinned = b"".join(open(os.path.join(HERE, name), "rb").read() for name in ("requirements.txt", "package-lock.json"))
    readers = os.path.join(cache, "readers-" + hashlib.sha256(pinned).hexdigest()[:12])
    return {"Java": (["java", "-Xshare:auto", "-cp", jars[-1], os.path.join(HERE, "Reader.java"), log], {}),
            "Python": ([sys.executable, "-B", os.path.join(HERE, "reader.py"), log],
                       {"PYTHONPATH": os.path.join(readers, "python")}),
            "JavaScript": (["node", os.path.join(HERE, "reader.js"), log],
                           {"NODE_PATH": os.path.join(readers, "node_modules")})}


def main(run):
    asked = list(questions(run))
    text = "".join(q[0] + "\n" for q in asked)
    wrong = compared = 0
    for reader, (command, environment) in commands(cache_folder()).items():
        ran = subprocess.run(command, input=text, capture_output=True, text=True, cwd=run,
                             env={**os.environ, **environment})
        answers = {line.split()[0]: [int(float(v)) for v in line.split()[1:]] for line in ran.stdout.splitlines()}
        if ran.returncode != 0 or len(answers) != len(asked):
            print(f"{reader}: {len(answers)} of {len(asked)} answers, exit status {ran.returncode}\n{ran.stderr[-2000:]}")
            wrong += 1
        for line, count, quantiles, planned in asked:
            name = line.split("\t")[0]
            if name not in answers:
                continue
            found, *values = answers[name]
            if count is not None and found != count:
                print(f"{reader} {line}: {found} samples, the summary counts {count}")
                wrong += 1
            for quantile, value in zip(quantiles, values):
                # Percentiles rank over planned events: only where all became visible are they the log's alone.
                if quantile["kind"] != "exact" or (planned is not None and planned != found):
                    continue
                compared += 1
                if value * 1000 != quantile["ns"]:
                    print(f"{reader} {line}: p{quantile['p'] * 100:g} is {value} us, the summary prints {quantile['ns']} ns")
                    wrong += 1
    print(f"{len(asked)} distributions asked of 3 readers, {compared} percentiles compared, {wrong} wrong")
    return 1 if wrong or compared == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
