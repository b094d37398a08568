"""A trace that holds a sample of whole events, taken by a hash that knows nothing of what becomes of them. It tells the
planned numbers exactly (they need no trace), least numbers of what was visible and what was not, and each percentile
within what chance allows: of m sampled events m·p ± 6 standard deviations lie below it."""
import math

from compare import Between
from figures import Figures, shown
from folder import sample_of

DEVIATIONS = 6
ENDLESS = 1 << 62


class Sampled(Figures):
    def __init__(self, folder, truth):
        self._of_plan(folder, truth)
        self._outcomes()
        sampled = lambda s, lane, n: sample_of(s, lane, n) <= folder.threshold
        self.sample = {(p.index, s): [row for row, (lane, n, _) in zip(self.rows[p.index, s], truth.planned[s])
                                      if sampled(s, lane, n)] for p in self.live for s in p.streams}

    def _sampled(self, p, s, tier, phase):
        return [row for row in self.sample[p.index, s] if (tier < 0 or row[1] == tier) and self.counts_in(row[0], phase)]

    def compare(self, comparison):
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
                            self._row(comparison, row, planned, self._sampled(p, s, tier, phase))
        comparison.walk("staleness: rows of nothing", len(said), 0)

    def _row(self, comparison, row, planned, sample):
        path = f"staleness[{row['stream']} {row['group']} {row['tier']} {row['phase']}]"
        values = sorted(r[3] for r in sample if r[2] == "visible")
        outcomes = row["outcomes"]
        came = outcomes["visible"] + outcomes["superseded"]
        comparison.walk(path + ".outcomes.planned", outcomes["planned"], planned)
        comparison.walk(path + ".outcomes.visible", came, Between(len(values), planned - (len(sample) - len(values))))
        for q in row["quantiles"]:
            comparison.walk(f"{path}.p{100 * q['p']:g}.n", q["n"], planned)
            if q["kind"] == "exact" and sample:
                comparison.walk(f"{path}.p{100 * q['p']:g}.ns", q["ns"], self._within(values, len(sample), q["p"]))

    @staticmethod
    def _within(values, m, p):
        if p == 1:
            return Between(shown(values[-1]) if values else 0, ENDLESS)
        reach = DEVIATIONS * math.sqrt(m * p * (1 - p)) + 1
        low, high = math.floor(m * p - reach), math.ceil(m * p + reach)
        return Between(shown(values[low - 1]) if 1 <= low <= len(values) else -ENDLESS,
                       shown(values[high - 1]) if high <= len(values) else ENDLESS)
