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


def read_trace(path):
    """(records in the order of the file, least threshold). Every block has a checksum: damage is an error."""
    data = open(path, "rb").read()
    head = b"# freshet trace 1\n"
    if not data.startswith(head):
        raise Unusable(f"{path}: does not begin as a trace does")
    at, records, threshold = len(head), [], MASK
    while at < len(data):
        if at + 12 > len(data):
            raise Unusable(f"{path}: cut inside a block")
        plain, stored, crc = struct.unpack_from("<III", data, at)
        at += 12
        block = data[at:at + stored]
        at += stored
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
        self.summary = load(os.path.join(path, "summary.json"))
        hosts = sorted(os.listdir(os.path.join(path, "facts")))
        if len(hosts) != 1:
            raise Unusable(f"{path}: {len(hosts)} hosts; this oracle reads the folder of one")
        self.facts = os.path.join(path, "facts", hosts[0])
        if not os.path.exists(os.path.join(self.facts, "end.json")):
            raise Unusable(f"{path}: the run was killed and left no end: its ledgers are not judged by anybody")
        self.end = load(os.path.join(self.facts, "end.json"))
        trace = os.path.join(self.facts, "trace.bin")
        if not os.path.exists(trace):
            raise Unusable(f"{path}: no trace; run it with --trace")
        self.records, threshold = read_trace(trace)
        told = self.end["extra"].get("trace", {})
        if threshold != MASK:
            raise Unusable(f"{path}: the trace holds a sample ({threshold / MASK:.3%} of the events), and nothing that "
                           "is counted can be recomputed from a sample")
        if told.get("records") != len(self.records):
            raise Unusable(f"{path}: {len(self.records)} records in the trace, {told.get('records')} were written")
        lines = open(os.path.join(self.facts, "events.jsonl"), encoding="utf-8").read().splitlines()
        self.events = [json.loads(line) for line in lines]
        self.events = [e for e in self.events if e.get("kind") != "format"]
        self.events.sort(key=lambda e: e["t"])

    def table(self, name):
        return table(os.path.join(self.facts, name))
