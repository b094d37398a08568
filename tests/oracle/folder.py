"""A run folder as FORMAT.md describes it: manifest, plan, trace, and the raw rows of what nobody can recompute
because it was only ever seen there and then (the host's load, the broker's offsets, the clients' own statistics).
"""
import collections
import json
import os
import struct
import zlib

LINE = struct.Struct("<BBBBHHHHiqQqqqqII")
Record = collections.namedtuple(
    "Record", "kind flags tier detail stream pass_ member lane partition at n tau sent received offset key bytes")
SENT, QUEUE_FULL, REFUSED, NOT_SENT, REPORT, SEEN, ALIEN, OPENED, PASSED, SEALED = range(1, 11)
NOT_PERSISTED, POSSIBLY, PERSISTED = range(3)
STALLED, PREFILL = 8, 4
NO_PASS = 0xFFFF
MASK = (1 << 64) - 1


class Unusable(Exception):
    pass


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def sample_of(stream, lane, n):
    return mix(n ^ (lane << 48) ^ (stream << 32))


def read_trace(path, may_be_cut=False):
    """(records in the order of the file, least threshold). Every block has a checksum: damage is an error, but for the
    last one of a run that was killed while it wrote."""
    data = open(path, "rb").read()
    head = b"# freshet trace 1\n"
    if not data.startswith(head):
        raise Unusable(f"{path}: does not begin as a trace does")
    at, records, threshold = len(head), [], MASK
    while at < len(data):
        if at + 12 > len(data):
            if may_be_cut:
                break
            raise Unusable(f"{path}: cut inside a block")
        plain, stored, crc = struct.unpack_from("<III", data, at)
        at += 12
        block = data[at:at + stored]
        at += stored
        if len(block) != stored and may_be_cut:
            break
        if len(block) != stored or zlib.crc32(block) != crc:
            raise Unusable(f"{path}: a block is cut or damaged")
        body = zlib.decompress(block)
        if len(body) != plain or (len(body) - 8) % LINE.size != 0:
            raise Unusable(f"{path}: a block is not what it says")
        threshold = min(threshold, struct.unpack_from("<Q", body)[0])
        records += [Record(*row) for row in LINE.iter_unpack(body[8:])]
    return records, threshold


def table(path):
    rows = open(path, encoding="utf-8").read().splitlines()
    names = rows[1].split(",")
    return [dict(zip(names, row.split(","))) for row in rows[2:]]


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class Folder:
    def __init__(self, path):
        self.path = path
        self.manifest = load(os.path.join(path, "manifest.json"))
        self.plan = load(os.path.join(path, "plan.json"))
        summary = os.path.join(path, "summary.json")  # what a run did beforehand on the loopback log has none
        self.summary = load(summary) if os.path.exists(summary) else None
        hosts = sorted(os.listdir(os.path.join(path, "facts")))
        if len(hosts) != 1:
            raise Unusable(f"{path}: {len(hosts)} hosts; this oracle reads the folder of one")
        self.facts = os.path.join(path, "facts", hosts[0])
        self.killed = not os.path.exists(os.path.join(self.facts, "end.json"))
        self.known_until = self._last_flush() if self.killed else None
        self.end = ({"ended_at": self.known_until, "extra": {"sending_stopped": MASK}} if self.killed
                    else load(os.path.join(self.facts, "end.json")))
        trace = os.path.join(self.facts, "trace.bin")
        if not os.path.exists(trace):
            raise Unusable(f"{path}: no trace; run it with --trace")
        self.records, self.threshold = read_trace(trace, may_be_cut=self.killed)
        told = self.end["extra"].get("trace", {})
        if not self.killed and told.get("records") != len(self.records):
            raise Unusable(f"{path}: {len(self.records)} records in the trace, {told.get('records')} were written")
        self.sampled = self.threshold != MASK
        if self.sampled:  # what was recorded before it was thinned is no part of the sample
            self.records = [r for r in self.records if sample_of(r.stream, r.lane, r.n) <= self.threshold]
        lines = open(os.path.join(self.facts, "events.jsonl"), encoding="utf-8").read().splitlines()
        self.events = [json.loads(line) for line in lines]
        self.events = [e for e in self.events if e.get("kind") != "format"]
        self.events.sort(key=lambda e: e["t"])

    def _last_flush(self):
        """When the last flush of a killed run was whole: its line ends with the checksum of what stands before."""
        last = None
        for line in open(os.path.join(self.facts, "flushes.csv"), encoding="utf-8").read().split("\n")[2:]:
            head, _, crc = line.rpartition(",")
            if crc.isdigit() and zlib.crc32(head.encode()) == int(crc):
                last = int(head.split(",")[0])
        if last is None:
            raise Unusable(f"{self.path}: it was killed before its first flush")
        return last

    def table(self, name):
        return table(os.path.join(self.facts, name))
