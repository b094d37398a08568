"""SLOs: what each stands for (E9), what its verdict rests on (E7, V1, V4) and whether it holds; then the validity rules
and the run's verdict."""
from compare import Between, Fact, OneOf, Words
from figures import ALL, DISTURBING, quantile, value_at
from generator import mass_of
from lags import second_of
from truth import NEVER

COUNTED = ("lost", "duplicate", "out_of_order")
BY_PHASE = ("staleness_percentile", "staleness_share", "freshness_lag")
BILLION = 1_000_000_000


def ns_text(ns):
    return f"{ns / 1e9:g} s" if ns >= 1e9 else f"{ns / 1e6:g} ms" if ns >= 1e6 else f"{ns / 1e3:g} us"


def expected(plan, stream, tier, begin, end):
    """Expected events: rate, time and share, whatever the seed."""
    total = 0.0
    tiers = plan["populations"][plan["streams"][stream]["population"]]["tiers"]
    for segment in plan["streams"][stream]["segments"]:
        mass = mass_of(segment, begin, end)
        if mass <= 0:
            continue
        share = 1.0 if tier < 0 else (1 - segment["hot_share"]) * tiers[tier]["share"] + (segment["hot_share"] if tier == 0 else 0)
        total += mass * share
    return total


class Slos:
    def __init__(self, figures, disturbances):
        self.figures, self.truth, self.plan = figures, figures.truth, figures.plan
        self.instances = list(self._instances())
        self.evidence = [self._evidence(*i) for i in self.instances]

    def _called(self, phase, name):
        return name in (phase["name"], phase["isolation"] or phase["name"])

    def _instances(self):
        """(slo, stream, pass, tier, phase) in the order of the scenario."""
        plan, end = self.plan, self.truth.end
        for slo in plan["slos"]:
            figure = slo["figure"]
            for s, stream in enumerate(plan["streams"]):
                if slo["class"] not in ("", stream["class"]):
                    continue
                for p in self.figures.live:
                    if slo["group"] not in ("", p.name) or s not in p.streams:
                        continue
                    tier = -1
                    if slo["tier"]:
                        if slo["tier"] not in self.figures.tiers[s]:
                            continue
                        tier = self.figures.tiers[s].index(slo["tier"])
                    if figure in COUNTED:
                        if expected(plan, s, -1, 0, end) > 0:
                            yield slo, s, p, tier, None
                        continue
                    for i, phase in enumerate(plan["phases"]):
                        if figure == "time_to_fresh":
                            if phase["kind"] in DISTURBING and (not slo["after"] or self._called(phase, slo["after"])):
                                if expected(plan, s, -1, 0, end) > 0:
                                    yield slo, s, p, tier, i
                        elif self.figures.measured(i) and (not slo["phase"] or self._called(phase, slo["phase"])):
                            if expected(plan, s, tier, phase["begin"], phase["end"]) > 0:
                                yield slo, s, p, tier, i

    def text(self, slo, s, p, tier, phase):
        stream, threshold = self.plan["streams"][s], slo["threshold"]
        figure = {"staleness_percentile": f"staleness p{slo['percentile'] * 100:g}"}.get(
            slo["figure"], slo["figure"].replace("_", " "))
        text = f"{figure} of {stream['class']}"
        if stream["name"] != stream["class"]:
            text += f" (stream {stream['name']})"
        if tier >= 0:
            text += f", tier {self.figures.tiers[s][tier]},"
        text += f" at {p.name}"
        if phase is not None:
            text += f" {'after' if slo['figure'] == 'time_to_fresh' else 'in'} {self.plan['phases'][phase]['name']}"
        if slo["figure"] == "staleness_share":
            bound = f"{threshold * 100:g} %"
        elif slo["figure"] in COUNTED:
            bound = f"{threshold:g}"
        else:
            bound = ns_text(threshold)
        return f"{text} {slo['comparison']} {bound}"

    # --- evidence ---
    def _evidence(self, slo, s, p, tier, phase):
        figure = slo["figure"]
        row = {"slo": self.text(slo, s, p, tier, phase), "planned": 0, "bad": 0, "bad_without_own": 0,
               "figure": {"p": 0.0, "kind": "n/a"}, "count": 0, "share": 0.0, "own_delay_ns": 0, "hiccup_ns": 0}
        if figure in COUNTED:
            self._ledger(row, figure, s, p)
        elif figure in ("freshness_lag", "time_to_fresh"):
            self._lag(row, figure, s, p, phase)
        else:
            self._staleness(row, slo, s, p, tier, phase)
        return row

    def _ledger(self, row, figure, s, p):
        outcomes, ledger = self.figures.outcome_counts(self.figures.rows[p.index, s]), p.ledger[s]
        row["planned"] = outcomes["planned"]
        row["count"] = {"lost": outcomes["lost"], "out_of_order": ledger["out_of_order"],
                        "duplicate": ledger["redelivered"] + ledger["log_duplicate"] + ledger["reprocessed"]}[figure]

    def _own(self, row, s, tier, phase, p, later):
        phases = range(phase, len(self.plan["phases"]) if later else phase + 1)
        row["own_delay_ns"] = value_at(self.figures.delay_values(s, "own_delay", tier, phases), p)
        row["hiccup_ns"] = Fact(value_at(self.figures.hiccup_values(phases), p))

    def _lag(self, row, figure, s, p, phase):
        row["planned"] = len(self.figures.chosen(p, s, -1, phase))
        row["figure"]["p"] = 1.0
        self._own(row, s, -1, phase, 1.0, figure == "time_to_fresh")
        lags, spec = self.figures.lags[p.index, s], self.plan["phases"][phase]
        if not lags.rows or self.truth.planned_until <= spec["begin"]:
            return
        if figure == "freshness_lag":
            row["figure"] = {"p": 1.0, "kind": "exact", "ns": self.figures.lag_row(p, s, phase)["freshness_ns"]}
        else:
            reached, took, _, _ = self.figures.freshening(p, s, spec["begin"], spec["end"], NEVER)
            kind = OneOf({"exact", "at_least"}) if isinstance(reached, OneOf) else "exact" if reached else "at_least"
            row["figure"] = {"p": 1.0, "kind": kind, "ns": took}

    def _staleness(self, row, slo, s, p, tier, phase):
        share = slo["figure"] == "staleness_share"
        bound = self.figures.bound(p, s) if share else round(slo["threshold"])
        rows = self.figures.chosen(p, s, tier, phase)
        bad = [r for r in rows if r[2] != "visible" or r[3] > bound]
        row["planned"], row["bad"] = len(rows), len(bad)
        row["bad_without_own"] = sum(r[4] > bound if r[2] == "visible" else r[2] != "not_sent_own" for r in rows)
        row["share"] = len(bad) / len(rows) if rows else 0.0
        p_gated = 1 - slo["threshold"] if share else slo["percentile"]
        row["figure"] = quantile(p_gated, *self.figures.values(rows))
        self._own(row, s, tier, phase, p_gated, False)

    # --- verdict ---
    def _allowed(self, slo, planned):
        part = slo["threshold"] if slo["figure"] == "staleness_share" else None
        billionths = round(part * BILLION) if part is not None else BILLION - round(slo["percentile"] * BILLION)
        return planned * billionths // BILLION

    def _holds(self, slo, row, bad):
        compared = {"below": lambda a, b: a < b, "above": lambda a, b: a > b, "exactly": lambda a, b: a == b}
        if slo["figure"] in COUNTED:
            return row["planned"] > 0 and compared[slo["comparison"]](row["count"], round(slo["threshold"]))
        if slo["figure"] in ("freshness_lag", "time_to_fresh"):
            figure = row["figure"]
            if isinstance(figure["kind"], OneOf) or isinstance(figure.get("ns"), Between):
                figure = self._told(row)  # which was compared with what it may be
            if figure["kind"] == "n/a":
                return False
            if slo["comparison"] == "above":
                return figure["ns"] > round(slo["threshold"])
            return figure["kind"] == "exact" and figure["ns"] <= round(slo["threshold"])
        if row["planned"] == 0:
            return False
        allowed = self._allowed(slo, row["planned"])
        return {"below": bad <= allowed, "above": bad > allowed, "exactly": bad == allowed}[slo["comparison"]]

    def _told(self, row):
        told = self.truth.folder.summary["slos"]
        return next((t["figure"] for t in told if t["slo"] == row["slo"]), {"kind": "n/a"})

    def holds(self):
        return [self._holds(i[0], row, row["bad"]) for i, row in zip(self.instances, self.evidence)]

    def _gated_bound(self, slo, s, p):
        if slo["figure"] in COUNTED:
            return 0
        return self.figures.bound(p, s) if slo["figure"] == "staleness_share" else round(slo["threshold"])

    def _within(self, member, part):
        """The figure at its worst against a part of the bound, over all SLOs that have one."""
        for (slo, s, p, _, _), row in zip(self.instances, self.evidence):
            bound, value = self._gated_bound(slo, s, p), row[member]
            value = value.value if isinstance(value, Fact) else value
            if bound > 0 and value * part > bound:
                return False
        return True

    def _own_delay_holds(self):
        for (slo, _, _, _, _), row in zip(self.instances, self.evidence):
            if not self._holds(slo, row, row["bad"]) and self._holds(slo, row, row["bad_without_own"]) and \
                    slo["figure"].startswith("staleness"):
                return False
        return self._within("own_delay_ns", 20)

    def _smallest_bound(self):
        bounds = [s["bound"] for s in self.plan["streams"]]
        bounds += [r["bound"] for g in self.plan["groups"] for r in g["streams"]]
        bounds += [self._gated_bound(i[0], i[1], i[2]) for i in self.instances]
        return min((b for b in bounds if b > 0), default=BILLION)

    def validity(self, host, commands):
        """Rule -> whether it holds, in order."""
        rules = {"V1 own-delay": self._own_delay_holds(),
                 "V2 own-not-sent": all(r["not_sent_own"] * 100 <= r["planned"] for r in host.own_not_sent()),
                 "V3 receiver-bound": all(r["bound_seconds"] * 100 <= r["measured_seconds"] or r["bound_seconds"] < 3
                                          for r in host.receivers()),
                 "V4 host-stall": self._within("hiccup_ns", 20),
                 "V5 clock": abs(host.wall_step()) * 10 <= self._smallest_bound() and host.negative_staleness() == 0}
        if host.asks_for_durability():
            rules["V7 durability"] = not host.durability()
        if commands:
            rules["V9 disturbance"] = not any(c["failed"] for c in commands)
        return rules

    def verdict(self, host, commands):
        rules, holds = self.validity(host, commands), self.holds()
        ending = self.truth.folder.end["ending"]
        stands = {id(i[0]) for i in self.instances}
        empty = [slo for slo in self.plan["slos"] if id(slo) not in stands]
        planned = any(self.figures.chosen(p, s, -1, phase) for p in self.figures.live for s in p.streams
                      for phase in self.figures.all_and_each_phase())
        if ending != "complete":
            outcome, status = "interrupted", 130
        elif not all(rules.values()):
            outcome, status = "invalid", 3
        elif not all(holds) or empty or not planned:
            outcome, status = "fail", 1
        else:
            outcome, status = "pass", 0
        words = {"figure": Words(), "bound": Words(), "count": Words()}
        rows = [{"slo": row["slo"], "holds": h, "line": i[0]["line"], **words}
                for i, row, h in zip(self.instances, self.evidence, holds)]
        rows += [{"slo": Words(), "holds": False, "line": slo["line"], **words} for slo in empty]
        return {"outcome": outcome, "exit_status": status, "reason": Words(), "slos": rows,
                "validity": [{"rule": rule, "holds": held, "sentence": Words(), "figure": Words(), "limit": Words()}
                             for rule, held in rules.items()]}
