"""What only the host, the clients and the brokers could tell: added up again from the raw rows of the run folder."""
import collections

from compare import Fact, Near
from figures import MEASURED, quantiles
from generator import derive, hash_event
from lags import second_of


class Host:
    def __init__(self, figures):
        self.figures, self.truth, self.plan, self.folder = figures, figures.truth, figures.plan, figures.folder

    # --- the load (E3) ---
    def proofs(self):
        """(every lane was given what was planned, one hash of each stream)"""
        told = {(int(r["stream"]), int(r["lane"])): (int(r["sent"]), int(r["hash"])) for r in self.folder.table("lanes.csv")}
        proved, proofs = bool(self.truth.lanes), []
        for s, lanes in enumerate(self.truth.lanes):
            handed, running = collections.Counter(), collections.Counter()
            for lane, n in self.truth.handed[s]:
                proved = proved and n == handed[lane]  # in order, none left out
                running[lane] = hash_event(running[lane], lane, n, self.truth.all_events[s][lane][n])
                handed[lane] += 1
            proof = 0
            for lane in range(lanes.lanes):
                proved = proved and told.get((s, lane)) == (handed[lane], running[lane])
                proof = derive(proof ^ running[lane], lane)
            proofs.append(f"{proof:016x}")
        return proved, proofs

    def run(self):
        end, proofs = self.folder.end, self.proofs()
        cut = any(self.figures.measured(i) and p["end"] > self.truth.planned_until for i, p in enumerate(self.plan["phases"]))
        return {"ending": Fact(end["ending"]), "ended_at_ns": Fact(end["ended_at"]),
                "drained_in_ns": Fact(end["drained_in"]), "drain_complete": Fact(end["drain_complete"]),
                "start_took_ns": Fact(end["extra"]["start_took"]), "lanes_proved": proofs[0], "load_proof": proofs[1],
                "slo_phases_complete": not cut}

    def identity(self):
        m, target = self.folder.manifest, self.folder.manifest.get("target", {})
        facts = {"id": m.get("run_id", ""), "target": target.get("name", ""), "cluster_id": target.get("cluster_id", ""),
                 "load_hash": m.get("load_hash", ""), "scenario_hash": m.get("scenario_hash", ""),
                 "version": m.get("version", ""), "rdkafka": m.get("rdkafka", ""), "started": m.get("started", ""),
                 "loopback": target.get("loopback_log", False), "colocated": target.get("shares_this_machine", False)}
        return {"scenario": self.plan["name"], **{k: Fact(v) for k, v in facts.items()}}

    # --- validity ---
    def receivers(self):
        rows = collections.OrderedDict()
        seconds = {}
        for r in self.folder.table("receivers.csv"):
            key = (int(r["pass"]), int(r["member"]), int(r["second"]))
            busy, queued, waiting = seconds.get(key, (0.0, False, -1))
            seconds[key] = (max(busy, float(r["busy"])), queued or r["data_queued"] == "1",
                            max(waiting, int(r.get("waiting", -1))))
        room = [g["queue"] for g in self.plan["groups"]] + [4096] * len(self.plan["replays"])
        for (p, member, second), (busy, queued, waiting) in sorted(seconds.items()):
            if not self.figures.counts_in(second, MEASURED):
                continue
            row = rows.setdefault((p, member), {"group": self.truth.passes[p].name, "member": member, "bound_seconds": 0,
                                                "measured_seconds": 0, "most_waiting": None, "full_seconds": 0})
            row["measured_seconds"] += 1
            row["bound_seconds"] += busy > 0.8 and queued
            row["full_seconds"] += waiting >= room[p]
            if waiting >= 0:
                row["most_waiting"] = max(row["most_waiting"] or 0, waiting)
        return list(rows.values())

    def own_not_sent(self):
        out = []
        for s, stream in enumerate(self.plan["streams"]):
            for i, phase in enumerate(self.plan["phases"]):
                rows = [(lane, n) for lane, n, e in self.truth.planned[s] if phase["begin"] <= e[0] < phase["end"]]
                own = sum(self.truth.fate(s, lane, n).state == "not_sent_own" for lane, n in rows)
                out.append({"stream": stream["name"], "phase": phase["name"], "planned": len(rows), "not_sent_own": own})
        return out

    def wall_step(self):
        return self.folder.end["extra"]["wall_step"]

    def negative_staleness(self):
        return sum(r.at < r.tau for p in self.figures.live for s in p.streams for r in p.first[s].values())

    def validity(self):
        hiccups = quantiles(self.figures.hiccup_values(self.figures.measured_phases()))
        return {"receivers": [{k: Fact(v) if k.endswith("seconds") or k == "most_waiting" else v for k, v in r.items()}
                              for r in self.receivers()],
                "own_not_sent": self.own_not_sent(),
                "hiccups": [{k: Fact(v) for k, v in q.items()} for q in hiccups],
                "negative_staleness": self.negative_staleness(), "wall_step_ns": Fact(self.wall_step())}

    # --- durability (V7) ---
    @staticmethod
    def _durability(replication, topic, client):
        def number(text):
            try:
                return int(text)
            except (TypeError, ValueError):
                return None

        acks = client.get("request.required.acks", client.get("acks"))
        idempotence = client.get("enable.idempotence")
        return {"replication": replication, "min.insync.replicas": number(topic.get("min.insync.replicas")),
                "acks": -1 if acks == "all" else number(acks),
                "enable.idempotence": None if idempotence is None else idempotence == "true"}

    def _asked(self, stream):
        return self._durability(stream["replication"], stream["topic_config"],
                                {**self.plan["client_settings"], **stream["client_settings"]})

    def asks_for_durability(self):
        for stream in self.plan["streams"]:
            asked = self._asked(stream)
            if stream["replication"] > 1 or asked["min.insync.replicas"] or asked["acks"] or asked["enable.idempotence"]:
                return True
        return False

    def _told(self, stream):
        m = self.folder.manifest
        topic = m.get("prefix", "") + stream["name"]
        found = m.get("topics", {}).get(topic)
        if found:
            replication = found.get("replication", -1)
            yield self._durability(replication if replication >= 0 else None, found.get("config", {}), {})
        found = m.get("failover_settings", {}).get("producer " + topic)
        if found is not None:
            yield self._durability(None, {}, found)
        for e in self.truth.events_of_run:
            if e["kind"] == "topic_at_end" and e["stream"] == stream["name"]:
                replication = e.get("replication", -1)
                yield self._durability(replication if replication >= 0 else None,
                                       {"min.insync.replicas": e.get("min.insync.replicas")}, {})

    def durability(self):
        out = []
        for stream in self.plan["streams"]:
            asked = self._asked(stream)
            for told in self._told(stream):
                for what in ("replication", "min.insync.replicas", "acks", "enable.idempotence"):
                    a, b = asked[what], told[what]
                    if a is None or b is None:
                        continue
                    if what == "enable.idempotence":
                        less, text = a and not b, lambda v: "true" if v else "false"
                    elif what == "acks":
                        order = lambda v: 1 << 40 if v < 0 else v
                        less, text = order(b) < order(a), lambda v: "all" if v < 0 else str(v)
                    else:
                        less, text = b < a, str
                    if less:
                        out.append({"stream": stream["name"], "what": what, "asked": text(a), "found": text(b)})
        return out

    # --- compressibility (V8), measured before the start ---
    def payloads(self):
        asked = {s["name"]: s.get("compresses") for s in self.plan["streams"]}
        keys = ("ratio", "codec", "zstd", "lz4", "batch_bytes", "batch_records", "as_sent", "as_sent_records")
        return [{"stream": row["stream"], "asked": asked[row["stream"]], **{k: Fact(row[k]) for k in keys}}
                for row in self.folder.manifest.get("payload", [])]

    # --- clients (K3) ---
    def clients(self):
        def owner(r):
            return (1, int(r["pass"])) if int(r["stream"]) == 0xFFFF else (0, int(r["stream"]))

        rows, brokers = {}, {}
        for r in self.folder.table("clients.csv"):
            row = rows.setdefault(owner(r), {"all": Connection(), "most": collections.Counter(), "records": Window(),
                                             "bytes": Window()})
            for name in ("waiting", "in_flight", "fetched"):
                row["most"][name] = max(row["most"][name], int(r[name]))
            row["records"].add(r, "batch_records", "")
            row["bytes"].add(r, "batch_bytes", "")
        for r in self.folder.table("connections.csv"):
            if owner(r) in rows:
                rows[owner(r)]["all"].add(r)
            brokers.setdefault(owner(r), {}).setdefault(r["broker"], Connection()).add(r)
        out = []
        for key in sorted(rows):
            row, (kind, index) = rows[key], key
            out.append({"stream": self.plan["streams"][index]["name"] if kind == 0 else None,
                        "group": self.truth.passes[index].name if kind == 1 else None,
                        "all": row["all"].figures(None),
                        "brokers": [b.figures(name) for name, b in sorted(brokers.get(key, {}).items())],
                        "most_waiting": Fact(row["most"]["waiting"]), "most_in_flight": Fact(row["most"]["in_flight"]),
                        "most_fetched": Fact(row["most"]["fetched"]), "batch_records": row["records"].figures(),
                        "batch_bytes": row["bytes"].figures()})
        return out


class Window:
    def __init__(self):
        self.count, self.sum, self.p99, self.max = 0, 0.0, 0, 0

    def add(self, r, name, unit):
        count = int(r[f"{name}_count"])
        if count == 0:
            return
        self.count += count
        self.sum += float(r[f"{name}_mean{unit}"]) * count
        self.p99 = max(self.p99, int(r[f"{name}_p99{unit}"]))
        self.max = max(self.max, int(r[f"{name}_max{unit}"]))

    def figures(self):
        if self.count == 0:
            return Fact(None)
        return {"count": Fact(self.count), "mean": Near(self.sum / self.count, 1e-9), "highest_p99": Fact(self.p99),
                "max": Fact(self.max)}


class Connection:
    COUNTS = ("requests", "retries", "timeouts", "errors", "connects", "disconnects")
    WINDOWS = ("round_trip", "in_client", "to_socket", "throttle")

    def __init__(self):
        self.counts = collections.Counter()
        self.windows = {name: Window() for name in self.WINDOWS}

    def add(self, r):
        for name in self.COUNTS:
            self.counts[name] += int(r[name])
        for name, window in self.windows.items():
            window.add(r, name, "_ns")

    def figures(self, broker):
        return {"broker": broker, **{name: Fact(self.counts[name]) for name in self.COUNTS},
                **{f"{name}_ns": window.figures() for name, window in self.windows.items()}}
