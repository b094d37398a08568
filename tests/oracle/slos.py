"""SLOs: what each stands for (E9), what its verdict rests on (E7, V1, V4) and whether it holds; then the validity rules
and the run's verdict."""
from compare import Between, Fact, OneOf, Words, between
from figures import ALL, CAME, DISTURBING, quantile, uncounted, value_at
from generator import mass_of
from lags import second_of
from truth import NEVER

COUNTED = ("lost", "duplicate", "out_of_order", "late", "missed")
LEDGER = ("lost", "duplicate", "out_of_order")
WRONG = ("wrong_decisions", "critical_wrong_decisions")
CRITICAL = ("critical_stale_decisions", "critical_wrong_decisions")
DECISIONS = ("stale_decisions", "critical_stale_decisions") + WRONG
SHARES = ("staleness_share",) + DECISIONS
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
    def __init__(self, figures, disturbances, reads):
        self.figures, self.truth, self.plan, self.reads = figures, figures.truth, figures.plan, reads
        self.instances = list(self._instances())
        self.evidence = [self._evidence(*i) for i in self.instances]

    def _called(self, phase, name):
        return name in (phase["name"], phase["isolation"] or phase["name"])

    def _instances(self):
        """(slo, stream, pass, tier, phase) in the order of the scenario."""
        plan, end = self.plan, self.truth.end
        for slo in plan["slos"]:
            figure = slo["figure"]
            if figure in DECISIONS + ("view_staleness",):
                yield from self._of_reads(slo)
                continue
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
                    if figure in ("late", "missed") and not self._critical(figure, s, p):
                        continue
                    if figure in LEDGER:
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

    def _critical(self, figure, s, p):
        return self.plan["streams"][s]["critical"] and (figure == "missed" or self.reads.looked_at(p, s))

    def _of_reads(self, slo):
        for r, spec in enumerate(self.reads.specs):
            p = self.figures.live[spec["group"]]
            if slo.get("read", "") not in ("", spec["name"]) or slo["group"] not in ("", p.name):
                continue
            critical = any(self.plan["streams"][s]["critical"] for s in spec["streams"])
            if slo["figure"] in CRITICAL and not critical or slo["figure"] in WRONG and not spec.get("decide"):
                continue
            for s in spec["streams"]:
                if slo["class"] not in ("", self.plan["streams"][s]["class"]):
                    continue
                for i, phase in enumerate(self.plan["phases"]):
                    selected = not slo["phase"] or self._called(phase, slo["phase"])
                    if self.figures.measured(i) and selected and self._reads_expected(spec, phase) > 0:
                        yield {**slo, "of": slo, "of_read": r}, s, p, -1, i
                if slo["figure"] in DECISIONS:
                    break

    def _reads_expected(self, spec, phase):
        if not spec["triggered"]:
            return spec["rate"] * (phase["end"] - phase["begin"]) / 1e9
        delay = spec["delay_min"] + (spec["delay_max"] - spec["delay_min"]) // 2
        return spec["share"] * expected(self.plan, spec["after"], -1, phase["begin"] - delay, phase["end"] - delay)

    def text(self, slo, s, p, tier, phase):
        stream, threshold = self.plan["streams"][s], slo["threshold"]
        figure = slo["figure"].replace("_", " ")
        if slo["figure"] in ("staleness_percentile", "view_staleness"):
            figure = f"{figure.removesuffix(' percentile')} p{slo['percentile'] * 100:g}"
        if slo["figure"] in DECISIONS:
            name = self.reads.specs[slo["of_read"]]["name"]
            where = self.plan["phases"][phase]["name"]
            return f"{figure} of {name} at {p.name} in {where} {slo['comparison']} {threshold * 100:g} %"
        text = f"{figure} of {stream['class']}"
        if stream["name"] != stream["class"]:
            text += f" (stream {stream['name']})"
        if tier >= 0:
            text += f", tier {self.figures.tiers[s][tier]},"
        text += f" at {p.name}"
        if "of_read" in slo:
            text += f", read by {self.reads.specs[slo['of_read']]['name']},"
        if phase is not None:
            text += f" {'after' if slo['figure'] == 'time_to_fresh' else 'in'} {self.plan['phases'][phase]['name']}"
        if slo["figure"] in SHARES:
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
               "figure": uncounted(0.0), "count": 0, "share": 0.0, "own_delay_ns": 0, "hiccup_ns": 0}
        if "of_read" in slo:
            self._read(row, slo, s, phase)
        elif figure in ("late", "missed"):
            self._critical_events(row, figure, s, p, phase)
        elif figure == "time_over_bound":
            self._over(row, s, p, phase)
        elif figure in LEDGER:
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

    def _read(self, row, slo, s, phase):
        """Over planned reads: over the threshold, or not done."""
        spec, r = self.reads.specs[slo["of_read"]], slo["of_read"]
        due, done = self.reads.of(r, phase)
        if slo["figure"] == "view_staleness":
            values = sorted(looks[spec["streams"].index(s)].staleness for _, _, looks in done)
            over = sum(v > round(slo["threshold"]) for v in values)
            row["figure"] = quantile(slo["percentile"], values, [0] * (len(due) - len(done)))
            p = slo["percentile"]
        elif slo["figure"] in WRONG:
            wrong = self.reads.wrong_in(r, done)
            over = len(wrong) if slo["figure"] == "wrong_decisions" else sum(critical for critical, _ in wrong)
            p = 1 - slo["threshold"]
        else:
            _, _, stale, critical = self.reads.decided(r, phase)
            over, p = (stale if slo["figure"] == "stale_decisions" else critical), 1 - slo["threshold"]
        row["planned"], row["bad"], row["bad_without_own"] = len(due), over + len(due) - len(done), over
        row["share"] = row["bad"] / len(due) if due else 0.0
        self._own(row, s, -1, phase, p, False, spec["streams"] if slo["figure"] in DECISIONS else None)

    def _critical_events(self, row, figure, s, p, phase):
        rows = self.figures.chosen(p, s, -1, phase)
        row["planned"] = len(rows)
        if figure == "missed":
            row["count"] = sum(r[2] not in CAME for r in rows)
        else:
            row["count"] = self.reads.late_in(p, s, phase)
            done = sum(len(self.reads.of(r, phase)[1]) for r, spec in enumerate(self.reads.specs)
                       if spec["group"] == p.index and s in spec["streams"])
            row["planned"] = row["planned"] if done else 0
        self._own(row, s, -1, phase, 1.0, False)

    def _over(self, row, s, p, phase):
        spec = self.plan["phases"][phase]
        row["planned"] = len(self.figures.chosen(p, s, -1, phase))
        row["figure"]["p"] = 1.0
        self._own(row, s, -1, phase, 1.0, False)
        if self.figures.lags[p.index, s].rows and self.truth.planned_until > spec["begin"]:
            exact, late = self.reads.over(p, s, spec["begin"], min(spec["end"], self.truth.planned_until))
            row["figure"] = uncounted(1.0, "exact", ns=between(exact[0], late[0]))

    def _own(self, row, s, tier, phase, p, later, streams=None):
        phases = range(phase, len(self.plan["phases"]) if later else phase + 1)
        delays = sorted(d for one in streams or [s] for d in self.figures.delay_values(one, "own_delay", tier, phases))
        row["own_delay_ns"] = value_at(delays, p)
        row["hiccup_ns"] = Fact(value_at(self.figures.hiccup_values(phases), p))

    def _lag(self, row, figure, s, p, phase):
        row["planned"] = len(self.figures.chosen(p, s, -1, phase))
        row["figure"]["p"] = 1.0
        self._own(row, s, -1, phase, 1.0, figure == "time_to_fresh")
        lags, spec = self.figures.lags[p.index, s], self.plan["phases"][phase]
        if not lags.rows or self.truth.planned_until <= spec["begin"]:
            return
        if figure == "freshness_lag":
            row["figure"] = uncounted(1.0, "exact", ns=self.figures.lag_row(p, s, phase)["freshness_ns"])
        else:
            reached, took, _, _ = self.figures.freshening(p, s, spec["begin"], spec["end"], NEVER)
            kind = OneOf({"exact", "at_least"}) if isinstance(reached, OneOf) else "exact" if reached else "at_least"
            row["figure"] = uncounted(1.0, kind, ns=took)

    def _staleness(self, row, slo, s, p, tier, phase):
        share = slo["figure"] == "staleness_share"
        bound = self.figures.bound(p, s) if share else round(slo["threshold"])
        rows = self.figures.chosen(p, s, tier, phase)
        bad = [r for r in rows if r[2] not in CAME or r[3] > bound]
        row["planned"], row["bad"] = len(rows), len(bad)
        row["bad_without_own"] = sum(r[4] > bound if r[2] in CAME else r[2] != "not_sent_own" for r in rows)
        row["share"] = len(bad) / len(rows) if rows else 0.0
        p_gated = 1 - slo["threshold"] if share else slo["percentile"]
        row["figure"] = quantile(p_gated, *self.figures.values(rows))
        self._own(row, s, tier, phase, p_gated, False)

    # --- verdict ---
    def _allowed(self, slo, planned):
        part = slo["threshold"] if slo["figure"] in SHARES else None
        billionths = round(part * BILLION) if part is not None else BILLION - round(slo["percentile"] * BILLION)
        return planned * billionths // BILLION

    def _holds(self, slo, row, bad):
        compared = {"below": lambda a, b: a < b, "above": lambda a, b: a > b, "exactly": lambda a, b: a == b}
        if slo["figure"] in COUNTED:
            return row["planned"] > 0 and compared[slo["comparison"]](row["count"], round(slo["threshold"]))
        if slo["figure"] in ("freshness_lag", "time_to_fresh", "time_over_bound"):
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
        if slo["figure"] in LEDGER + ("missed",):
            return 0
        if slo["figure"] in DECISIONS:
            looks = [t for t in self.reads.specs[slo["of_read"]]["streams"]
                     if slo["figure"] not in CRITICAL or self.plan["streams"][t]["critical"]]
            return min(self.figures.bound(p, t) for t in looks)
        if slo["figure"] in ("staleness_share", "late", "time_over_bound"):
            return self.figures.bound(p, s)
        return round(slo["threshold"])

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
                    slo["figure"] in SHARES + ("staleness_percentile", "view_staleness"):
                return False
        return self._within("own_delay_ns", 20)

    def _sent_and_read(self, host):
        """What is not read is the reader's own doing, as what is not sent is the sender's."""
        rows = [(r["planned"], r["not_sent_own"]) for r in host.own_not_sent()]
        for r in range(len(self.reads.specs)):
            for phase in range(len(self.plan["phases"])):
                planned, done, _, _ = self.reads.decided(r, phase)
                rows.append((planned, planned - done))
        return all(missing * 100 <= planned for planned, missing in rows)

    def _smallest_bound(self):
        bounds = [s["bound"] for s in self.plan["streams"]]
        bounds += [r["bound"] for g in self.plan["groups"] for r in g["streams"]]
        bounds += [self._gated_bound(i[0], i[1], i[2]) for i in self.instances]
        return min((b for b in bounds if b > 0), default=BILLION)

    def validity(self, host, commands, trust):
        """Rule -> whether it holds, in order."""
        rules = {"V1 own-delay": self._own_delay_holds(),
                 "V2 own-not-sent": self._sent_and_read(host),
                 "V3 receiver-bound": all(r["bound_seconds"] * 100 <= r["measured_seconds"] or r["bound_seconds"] < 3
                                          for r in host.receivers()),
                 "V4 host-stall": self._within("hiccup_ns", 20),
                 "V5 clock": abs(host.wall_step()) * 10 <= self._smallest_bound() and host.negative_staleness() == 0}
        if trust.steady():
            rules["V6 cold"] = trust.steady_holds()
        if host.asks_for_durability():
            rules["V7 durability"] = not host.durability()
        full = [(r["ratio"].value, r["asked"]) for r in host.payloads() if r["batch_bytes"].value >= 16 << 10]
        if host.payloads():
            rules["V8 payload"] = all(abs(ratio / asked - 1) <= 0.25 for ratio, asked in full)
        if commands:
            rules["V9 disturbance"] = not any(c["failed"] for c in commands)
        return rules

    def verdict(self, host, commands, trust):
        rules, holds = self.validity(host, commands, trust), self.holds()
        ending = self.truth.folder.end["ending"]
        stands = {id(i[0].get("of", i[0])) for i in self.instances}
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
                "validity": [self._rule(rule, held, trust) for rule, held in rules.items()]}

    def _rule(self, rule, held, trust):
        said = rule == "V6 cold" and any(r["cold"] for r in trust.steady())
        return {"rule": rule, "holds": held, "said": said, "sentence": Words(), "figure": Words(), "limit": Words()}
