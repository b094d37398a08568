"""A trace that holds a sample of whole events, taken by a hash that knows nothing of what becomes of them. It tells the
planned numbers exactly (they need no trace), least numbers of ledgers, and what was visible and each percentile within what
chance allows: of m sampled events m·p ± 6 standard deviations lie below it."""
import math

from compare import Between, OneOf
from figures import Figures, shown
from folder import sample_of
from killed import told_seconds, walk_ending
from lags import second_of

DEVIATIONS = 6
ENDLESS = 1 << 62
# Of these a sample that is applied in order has no more than the whole.
LEAST = ("redelivered", "out_of_order", "corrupt", "foreign")
DUPLICATES = ("redelivered", "log_duplicate", "reprocessed")


class Sample:
    """Some events of a row: D of those that were seen, sorted, and how many were not. What was not seen of a compacted
    log may have become visible with another event of its key (E5), at any D."""

    def __init__(self, values, unseen, compacted):
        self.values, self.unseen, self.compacted = sorted(values), unseen, compacted
        self.n = len(values) + unseen

    def visible(self, planned):
        """Of all planned ones: the sample's part of them in Wilson's interval; of a compacted log at least that."""
        m, z = max(self.n, 1), DEVIATIONS
        part, whole = len(self.values) / m, 1 + z * z / m
        middle = (part + z * z / (2 * m)) / whole
        reach = z * math.sqrt(part * (1 - part) / m + z * z / (4 * m * m)) / whole
        low, high = math.floor(planned * (middle - reach)), math.ceil(planned * (middle + reach))
        most = planned if self.compacted else min(high, planned - self.unseen)
        return Between(max(low, len(self.values)), most)

    def ranks(self, p):
        """Of the sample, the ones that p of the whole lies between."""
        reach = 0 if p == 1 else DEVIATIONS * math.sqrt(self.n * p * (1 - p)) + 1
        return math.floor(self.n * p - reach), math.ceil(self.n * p + reach) if p < 1 else ENDLESS

    def kinds(self, p):
        """What a percentile may be: `exact`, or `at_least` when it is one that never became visible."""
        low, high = self.ranks(p)
        kinds = {"exact"} if self.compacted or low <= len(self.values) else set()
        return kinds | ({"at_least"} if high > len(self.values) else set())

    def within(self, p):
        low, high = self.ranks(p)
        first = low - 1 - (self.unseen if self.compacted else 0)
        return Between(shown(self.values[first]) if 0 <= first < len(self.values) else -ENDLESS,
                       shown(self.values[high - 1]) if high <= len(self.values) else ENDLESS)


class Sampled(Figures):
    CHECKED = ("staleness", "ledgers")

    def __init__(self, folder, truth):
        self._of_plan(folder, truth)
        known = told_seconds(folder, truth)
        self.rows, self.samples = {}, {}  # (second, tier) of every planned event; with D or None of the sampled ones
        for p in self.live:
            for s in p.streams:
                rows, sample = self.rows[p.index, s], self.samples[p.index, s] = [], []
                for lane, n, (tau, _, _, tier) in truth.planned[s]:
                    row = (second_of(tau), tier)
                    if row[0] >= known:
                        continue
                    rows.append(row)
                    if sample_of(s, lane, n) <= folder.threshold:
                        r = p.first[s].get((lane, n))
                        sample.append((*row, r.at - r.tau if r else None))

    def _sample(self, p, s, tier, phase):
        seen = [d for second, t, d in self.samples[p.index, s]
                if (tier < 0 or t == tier) and self.counts_in(second, phase)]
        values = [d for d in seen if d is not None]
        return Sample(values, len(seen) - len(values), self.truth.last[s] is not None)

    def compare(self, comparison):
        """Walks what can be told of such a run; gives the parts of the summary that were looked at."""
        self._staleness(comparison)
        self._ledgers(comparison)
        if not self.folder.killed:
            return self.CHECKED
        walk_ending(comparison, self.folder.summary)
        return (*self.CHECKED, "run", "verdict")

    def _staleness(self, comparison):
        said = {(r["stream"], r["group"], r["tier"], r["phase"]): r for r in self.folder.summary["staleness"]}
        for p in self.live:
            for s in p.streams:
                for phase in self.all_and_each_phase():
                    for tier in range(-1, len(self.tiers[s])):
                        planned = len(self.chosen(p, s, tier, phase))
                        name = None if tier < 0 else self.tiers[s][tier]
                        row = said.pop((self.streams[s]["name"], p.name, name, self.phase_name(phase)), None)
                        if row is None:
                            comparison.walk(f"staleness {s} {p.name} {name} {phase}: planned", 0, planned)
                        else:
                            self._row(comparison, row, planned, self._sample(p, s, tier, phase))
        comparison.walk("staleness: rows of nothing", len(said), 0)

    @staticmethod
    def _row(comparison, row, planned, sample):
        path = f"staleness[{row['stream']} {row['group']} {row['tier']} {row['phase']}]"
        outcomes = row["outcomes"]
        comparison.walk(path + ".outcomes.planned", outcomes["planned"], planned)
        comparison.walk(path + ".outcomes.visible", outcomes["visible"] + outcomes["superseded"], sample.visible(planned))
        for q in row["quantiles"]:
            at = f"{path}.p{100 * q['p']:g}"
            comparison.walk(at + ".n", q["n"], planned)
            ranked = planned > 0 and (q["p"] == 1 or planned * (1 - q["p"]) >= 10 - 1e-6)
            comparison.walk(at + ".kind", q["kind"], OneOf(sample.kinds(q["p"]) if ranked else {"n/a"}))
            if q["kind"] == "exact" and sample.n:
                comparison.walk(at + ".ns", q["ns"], sample.within(q["p"]))

    def _ledgers(self, comparison):
        said = {(row["stream"], row["group"]): row for row in self.folder.summary["ledgers"]}
        for p in self.live:
            for s in p.streams:
                row, ledger = said[self.streams[s]["name"], p.name], p.ledger[s]
                path = f"ledgers[{row['stream']} {row['group']}]"
                for name in LEAST:
                    comparison.walk(f"{path}.{name}", row[name], Between(ledger[name], ENDLESS))
                comparison.walk(f"{path}: seen again", sum(row[k] for k in DUPLICATES),
                                Between(sum(ledger[k] for k in DUPLICATES), ENDLESS))
