#!/usr/bin/env python3
"""A check that cannot fail checks nothing: changes each figure of a run's summary, one at a time, adds one that nobody
knows, and drops records of its trace; the oracle has to notice every time.

    notices.py RUN     exit status 0: it noticed everything
"""
import copy
import sys

from compare import Comparison, Words
from figures import Figures
from folder import REPORT, SEEN, SENT, Folder, Unusable
from oracle import recompute
from truth import Truth

DROPS = 12  # of each kind of record


def leaves(said, ours, path=()):
    """Where figures stand; sentences are left out."""
    if isinstance(ours, Words):
        return
    if isinstance(said, dict) and isinstance(ours, dict):
        for key in said:
            yield from leaves(said[key], ours.get(key), path + (key,))
    elif isinstance(said, list) and isinstance(ours, list):
        for i, row in enumerate(said):
            yield from leaves(row, ours[i], path + (i,))
    else:
        yield path


def changed(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * 1.001 + 0.001
    return "something else" if value != "something else" else None


def put(tree, path, value):
    for key in path[:-1]:
        tree = tree[key]
    tree[path[-1]] = value


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def equal(said, ours):
    comparison = Comparison()
    comparison.walk("", said, ours)
    return not comparison.wrong and not comparison.unknown


def main(path):
    folder = Folder(path)
    ours, said = recompute(Figures(folder, Truth(folder))), folder.summary
    if not equal(said, ours):
        print("the run is not one that the oracle agrees with")
        return 1
    missed, figures = [], list(leaves(said, ours))
    for leaf in figures:
        before = at(said, leaf)
        put(said, leaf, changed(before))
        if equal(said, ours):
            missed.append(f"changed {leaf} from {before}")
        put(said, leaf, before)
    if equal({**said, "new_figure": 0}, ours):
        missed.append("added new_figure")
    rows = said["staleness"]
    if equal({**said, "staleness": [{**rows[0], "new": 0}] + rows[1:]}, ours):
        missed.append("added staleness[0].new")
    if equal({**said, "staleness": rows[:-1]}, ours):
        missed.append("dropped a row")
    records, dropped = folder.records, 0
    for kind in (SENT, REPORT, SEEN):
        places = [i for i, r in enumerate(records) if r.kind == kind]
        for i in places[::max(1, len(places) // DROPS)]:
            folder.records = records[:i] + records[i + 1:]
            dropped += 1
            try:
                if equal(said, recompute(Figures(folder, Truth(folder)))):
                    missed.append(f"dropped {records[i]}")
            except Unusable:
                pass
    for text in missed:
        print(f"NOT NOTICED: {text}")
    print(f"{len(figures)} figures changed, {dropped} records dropped, {len(missed)} not noticed")
    return 1 if missed or dropped == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
