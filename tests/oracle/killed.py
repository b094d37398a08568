"""A run that was killed: no ledger, no end. What its folder tells is which events had become visible by the last flush,
of those due half a second before it at the latest; of the others, that they had not."""
from figures import Figures
from lags import second_of
from truth import SECOND


def told_seconds(folder, truth):
    """Seconds of τ that are told of: all, or those that a killed run surely wrote down."""
    planned = -(-truth.end // SECOND)
    return min(max(second_of(folder.known_until - SECOND // 2), 0), planned) if folder.killed else planned


def walk_ending(comparison, summary):
    comparison.walk("run.ending", summary["run"]["ending"], "killed")
    comparison.walk("verdict.outcome", summary["verdict"]["outcome"], "interrupted")


class Killed(Figures):
    def __init__(self, folder, truth):
        self._of_plan(folder, truth)
        known, seconds = folder.known_until, told_seconds(folder, truth)
        self.rows = {}
        for p in self.live:
            for s in p.streams:
                rows = self.rows[p.index, s] = []
                for lane, n, (tau, _, _, tier) in truth.planned[s]:
                    second = second_of(tau)
                    if second >= seconds:
                        continue
                    r = p.first[s].get((lane, n))
                    if r:
                        own = 0 if r.flags & 8 else r.sent - r.tau
                        rows.append((second, tier, "visible", r.at - r.tau, r.at - r.tau - own, False))
                    else:
                        age = max(0, known - (second + 1) * SECOND)
                        rows.append((second, tier, "unclassified", age, 0, False))

    def live_ledgers(self):
        return [{**self.names(p, s), "lost": 0, "phantom": 0,
                 **{k: p.ledger[s][k] for k in ("redelivered", "log_duplicate", "reprocessed", "out_of_order", "corrupt",
                                                "foreign")}} for p in self.live for s in p.streams]

    def compare(self, comparison):
        """Walks what can be told of such a run; gives the parts of the summary that were looked at."""
        summary = self.folder.summary
        walk_ending(comparison, summary)
        comparison.walk("staleness", summary["staleness"], self.staleness())
        live = {p.name for p in self.live}
        comparison.walk("ledgers", [row for row in summary["ledgers"] if row["group"] in live], self.live_ledgers())
        return ("run", "verdict", "staleness", "ledgers")
