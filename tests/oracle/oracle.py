#!/usr/bin/env python3
"""Recomputes every figure of a run's summary.json from its trace and its plan, and compares.

    oracle.py [--quiet] [--notice-ms N] RUN     RUN was made with --trace

Shares nothing with the harness but the formats that FORMAT.md writes down: the planned events come from a second
implementation of the generator, outcomes, lags, ledgers and verdicts from the rules of measurement.md. Prints each
figure, as the harness has it | as the oracle makes it. Counts have to be equal, percentiles to lie in the same bucket
of the histogram. A lag that a report ended may be told up to N ms longer (20: simulated members look every 5 ms), for a
member notices reports when it looks. A figure that the oracle does not know is an error: nothing slips in unchecked.
Of a run that was killed, what its folder can tell: outcomes and percentiles up to its last flush, and the ledgers. Of a
trace that holds a sample, be the run killed or not: planned numbers, and whether outcomes, percentiles and ledgers can be
those of the sample. It says which parts of the summary it then leaves alone.

Exit status 0: all equal; 1: something differs or is unknown; 2: the folder cannot be judged (no trace).
"""
import argparse
import os
import sys

import lags
from compare import Comparison
from disturbances import Disturbances
from figures import Figures
from folder import MASK, Folder, Unusable
from host import Host
from interval_log import MEASURES, IntervalLog
from killed import Killed
from passes import Spans
from reads import Reads
from sampled import Sampled
from slos import Slos
from trust import Trust
from truth import Truth


def recompute(figures):
    """summary.json, made again."""
    folder = figures.folder
    spans, disturbances, host, reads = Spans(figures), Disturbances(figures), Host(figures), Reads(figures)
    slos = Slos(figures, disturbances, reads)
    trust = Trust(figures, slos)
    isolation = figures.isolation(spans)
    loopback = os.path.join(folder.path, "loopback")
    noise_floor = trust.noise_floor()
    return {
        "schema_version": 1,
        "identity": host.identity(),
        "run": host.run(),
        "slos": slos.evidence,
        "staleness": trust.near_floor(figures.staleness(), noise_floor),
        "noise_floor": noise_floor,
        "steady": trust.steady(),
        "budgets": trust.budgets(),
        "tails": figures.tails(),
        "lags": figures.lag_rows(),
        "disturbances": disturbances.rows(),
        "replays": spans.rows(),
        "resets": disturbances.resets(),
        "isolation": isolation,
        "isolation_loopback": loopback_isolation(loopback) if isolation and os.path.exists(loopback) else [],
        "commands": disturbances.commands,
        "faults": disturbances.fault_rows(),
        "fault_groups": disturbances.fault_groups(),
        "offset_falls": disturbances.offset_falls(),
        "group_changes": disturbances.group_changes(),
        "moves": disturbances.move_rows(),
        "over_bound": reads.over_bound(),
        "views": reads.views(),
        "decisions": reads.decisions(),
        "critical_events": reads.critical_events(),
        "ledgers": figures.ledgers(spans),
        "producers": figures.producers(),
        "clients": host.clients(),
        "durability": host.durability(),
        "payloads": host.payloads(),
        "host": trust.host(),
        "validity": host.validity(),
        "damage": [],
        "verdict": slos.verdict(host, disturbances.commands, trust),
    }

def from_the_log(figures):
    """The percentiles of staleness and of the producing side, from intervals.hlog (H3)."""
    log = IntervalLog(figures)
    return {"staleness": log.staleness(), "producers": log.producers()}


def only_quantiles(summary):
    plain = lambda quantiles: [{k: q[k] for k in ("p", "kind", "ns") if k in q} for q in quantiles]
    rows = [{"quantiles": plain(row["quantiles"])} for row in summary["staleness"]]
    return {"staleness": rows, "producers": [{m: plain(row[m]) for m in MEASURES} for row in summary["producers"]]}


def loopback_isolation(path):
    figures = Figures.of(path)
    return figures.isolation(Spans(figures))


def compare(folder, comparison):
    """As far as the folder goes; gives the parts of the summary that nothing is said of."""
    truth = Truth(folder)
    if not folder.killed and not folder.sampled:
        figures = Figures(folder, truth)
        comparison.walk("", folder.summary, recompute(figures))
        comparison.walk("H3", only_quantiles(folder.summary), from_the_log(figures))
        return []
    if folder.killed:
        print("the run was killed")
    if folder.sampled:
        print(f"the trace holds a sample: {folder.threshold / MASK:.3%} of the events")
    looked_at = (Sampled if folder.sampled else Killed)(folder, truth).compare(comparison)
    return sorted(set(folder.summary) - set(looked_at))


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--notice-ms", type=int, default=20)
    parser.add_argument("run")
    options = parser.parse_args(arguments)
    lags.notice = options.notice_ms * 1_000_000
    try:
        folder = Folder(options.run)
        if folder.summary is None:
            raise Unusable(f"{options.run}: no summary.json")
        comparison = Comparison(None if options.quiet else print)
        left_alone = compare(folder, comparison)
    except (Unusable, OSError) as error:
        print(f"oracle: {error}", file=sys.stderr)
        return 2
    for path, said, ours in comparison.wrong:
        print(f"DIFFERS {path}: {said} in the summary, {ours} from the trace")
    for path, said in comparison.unknown:
        print(f"UNKNOWN {path}: {said}; the oracle has no rule for it")
    if left_alone:
        print(f"left alone, for too little is known: {', '.join(left_alone)}")
    print(f"{comparison.equal} figures recomputed and compared, {comparison.facts} taken from the raw rows of what only the "
          f"host saw, {comparison.words} sentences left alone; {len(comparison.wrong)} differ, "
          f"{len(comparison.unknown)} unknown")
    return 1 if comparison.wrong or comparison.unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
