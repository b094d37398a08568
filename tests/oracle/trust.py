"""How far the figures can be trusted: steady phases whose halves disagree (V6), error budgets by second of τ, the host,
and the noise floor of the same schedule on the loopback log."""
import collections
import math
import os

from compare import Fact, Near
from figures import CAME, Figures, rank_of, shown
from folder import table
from lags import second_of

BILLION = 1_000_000_000
# Student's t beyond ± which 0.25 % lie, by degrees of freedom.
STUDENT = {4: 6.7583, 5: 5.6042, 6: 4.9807, 7: 4.5946, 8: 4.3335, 9: 4.1458}


def halves(seconds):
    """(known, disagree, geometric mean of the first half, of the second)"""
    middle = len(seconds) // 2
    blocks = min(middle, 10)
    if blocks < 5:
        return False, False, 0, 0
    sides = []
    for side in (seconds[:middle], seconds[-middle:]):
        means = []
        for b in range(blocks):
            part = [v for v in side[b * middle // blocks:(b + 1) * middle // blocks] if v is not None]
            if not part:
                return False, False, 0, 0
            means.append(sum(math.log(max(v, 1000)) for v in part) / len(part))
        mean = sum(means) / blocks
        sides.append((mean, sum((m - mean) ** 2 for m in means) / (blocks - 1)))
    difference = abs(sides[0][0] - sides[1][0])
    noise = math.sqrt(min(sides[0][1], sides[1][1]) * 2 / blocks)
    disagree = difference >= math.log(1.1) and difference > STUDENT[blocks - 1] * noise
    return True, disagree, math.exp(sides[0][0]), math.exp(sides[1][0])


class Trust:
    def __init__(self, figures, slos):
        self.figures, self.slos, self.plan = figures, slos, figures.plan
        self.folder = figures.folder

    # --- V6 ---
    def steady(self):
        out, figures = [], self.figures
        for i, phase in enumerate(self.plan["phases"]):
            if phase["kind"] != "steady" or phase["isolation"]:
                continue
            for p in figures.live:
                for s in p.streams:
                    seconds = collections.defaultdict(list)
                    for row in figures.rows[p.index, s]:
                        if row[2] in CAME:
                            seconds[row[0]].append(row[3])
                    span = range(second_of(phase["begin"]), second_of(phase["end"]))
                    at = lambda q: [shown(sorted(seconds[k])[rank_of(q, len(seconds[k])) - 1]) if seconds.get(k) else None
                                    for k in span]
                    middle, tail = halves(at(0.5)), halves(at(0.99))
                    row = {**figures.names(p, s), "phase": phase["name"], "known": middle[0],
                           "cold": middle[1] or tail[1]}
                    if middle[0]:
                        row.update(p50_first_ns=Near(middle[2], 0, 1), p50_second_ns=Near(middle[3], 0, 1),
                                   p99_first_ns=Near(tail[2], 0, 1), p99_second_ns=Near(tail[3], 0, 1))
                    out.append(row)
        return out

    def steady_holds(self):
        rows = {(r["stream"], r["group"], r["phase"]): r for r in self.steady()}
        for slo, s, p, _, phase in self.slos.instances:
            if slo.get("steady") and phase is not None and p is not None:
                row = rows.get((self.plan["streams"][s]["name"], p.name, self.plan["phases"][phase]["name"]))
                if row and (row["cold"] or not row["known"]):
                    return False
        return True

    # --- budgets ---
    @staticmethod
    def _allowed(slo):
        if slo["figure"] == "staleness_share":
            return round(slo["threshold"] * BILLION)
        return BILLION - round(slo["percentile"] * BILLION)

    def budgets(self):
        phases = {}
        for slo, s, p, tier, phase in self.slos.instances:
            if slo["figure"] not in ("staleness_percentile", "staleness_share") or slo["comparison"] != "below":
                continue
            if self._allowed(slo) > 0:
                phases.setdefault((self.plan["slos"].index(slo), s, p.index, tier), []).append(phase)
        return [self._budget(*key, phases[key]) for key in sorted(phases)]

    def _budget(self, number, s, index, tier, phases):
        slo, p = self.plan["slos"][number], self.figures.live[index]
        bound = self.figures.bound(p, s) if slo["figure"] == "staleness_share" else round(slo["threshold"])
        planned, bad = collections.Counter(), collections.Counter()
        for row in self.figures.rows[p.index, s]:
            if (tier < 0 or row[1] == tier) and self.figures.phase_by_second.get(row[0]) in phases:
                planned[row[0]] += 1
                bad[row[0]] += row[2] not in CAME or row[3] > bound
        allowed = self._allowed(slo)
        over = lambda b, n: b * BILLION > n * allowed
        minutes = collections.defaultdict(lambda: [0, 0])
        for second in planned:
            minutes[second // 60][0] += planned[second]
            minutes[second // 60][1] += bad[second]
        return {"slo": number, **self.figures.names(p, s), "tier": None if tier < 0 else self.figures.tiers[s][tier],
                "planned": sum(planned.values()), "bad": sum(bad.values()),
                "minutes": len(minutes), "bad_minutes": sum(over(b, n) for n, b in minutes.values()),
                "seconds": len(planned), "bad_seconds": sum(over(bad[k], planned[k]) for k in planned),
                "touched_seconds": sum(bad[k] > 0 for k in planned),
                "worst_minute": self._worst(planned, bad, 60, allowed / BILLION),
                "worst_five_minutes": self._worst(planned, bad, 300, allowed / BILLION)}

    @staticmethod
    def _worst(planned, bad, length, part):
        worst = None
        if not planned:
            return None
        first, last = min(planned), max(planned)
        for begin in range(first, last - length + 2):
            n = sum(planned[k] for k in range(begin, begin + length))
            b = sum(bad[k] for k in range(begin, begin + length))
            if n == 0:
                continue
            rate = b / n / part
            if worst is None or rate > worst[0]:
                worst = (rate, begin, n, b)
        return worst and {"rate": Near(worst[0]), "from_second": worst[1], "planned": worst[2], "bad": worst[3]}

    # --- the machine ---
    def host(self):
        rows = [{k: int(v) for k, v in r.items()} for r in table(os.path.join(self.folder.facts, "host.csv"))]
        if not rows:
            return Fact(None)
        part = lambda a, b: a / b if b > 0 else 0.0
        mean = lambda a, b: Near(part(sum(r[a] for r in rows), sum(r[b] for r in rows)))
        most = lambda a, b: Near(max(part(r[a], r[b]) for r in rows))
        return {"seconds": Fact(len(rows)),
                "process_cpus_mean": mean("process_cpu_ns", "interval_ns"),
                "process_cpus_most": most("process_cpu_ns", "interval_ns"),
                "busy_mean": mean("host_busy_ns", "host_total_ns"), "busy_most": most("host_busy_ns", "host_total_ns"),
                "steal_mean": mean("host_steal_ns", "host_total_ns"), "steal_most": most("host_steal_ns", "host_total_ns"),
                "involuntary_switches": Fact(sum(r["involuntary_switches"] for r in rows)),
                "involuntary_switches_most": Fact(max(r["involuntary_switches"] for r in rows))}

    # --- the noise floor ---
    @staticmethod
    def near_floor(staleness, floors):
        """The rows, marked where half and more may be the harness's own."""
        of = {(f["stream"], f["group"]): f["quantiles"] for f in floors}
        for row in staleness:
            for q, own in zip(row["quantiles"], of.get((row["stream"], row["group"]), [])):
                if q["kind"] == "exact" and own["kind"] == "exact" and q["ns"] <= 2 * own["ns"]:
                    q["near_floor"] = True
        return staleness

    def noise_floor(self):
        """From the trace of the run on the loopback log that went before: all measured phases, all tiers."""
        path = os.path.join(self.folder.path, "calibration")
        if not os.path.exists(path):
            return []
        return [{"stream": row["stream"], "group": row["group"], "quantiles": row["quantiles"]}
                for row in Figures.of(path).staleness() if row["tier"] is None and row["phase"] is None]
