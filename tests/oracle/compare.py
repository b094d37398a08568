"""Two trees side by side: what the harness says and what the oracle makes of the trace. Every leaf of the harness's
is met by one of ours, or it is a figure that nobody checks, which is an error."""
import math


class Fact:
    """Seen by the harness alone (the host, the brokers, the user's commands): taken from the raw rows, not
    recomputed from the trace."""

    def __init__(self, value):
        self.value = value


class Words:
    """A sentence made of figures that are compared elsewhere."""


class Near:
    """A sum of doubles, whose last digits hang on the order of the terms."""

    def __init__(self, value, relative=1e-9, absolute=1e-9):
        self.value, self.relative, self.absolute = value, relative, absolute


class Between:
    """Of a lag that a report ended: the harness may notice it a little later (L1), and says more by no more."""

    def __init__(self, low, high):
        self.low, self.high = min(low, high), max(low, high)


def between(low, high):
    return low if low == high else Between(low, high)


class OneOf:
    """Where such a lag was greatest; or what a sample leaves open."""

    def __init__(self, values):
        self.values = values


class Comparison:
    def __init__(self, show=None):
        self.equal = self.facts = self.words = 0
        self.wrong = []  # (path, said, recomputed)
        self.unknown = []
        self.show = show

    def note(self, path, said, ours, how):
        if self.show:
            self.show(f"{path}: {said} | {ours} ({how})")

    def walk(self, path, said, ours):
        if isinstance(ours, Words):
            self.words += 1
            self.note(path, said, "-", "words, not recomputed")
        elif isinstance(ours, Fact):
            self._leaf(path, said, ours.value, "host fact, from its raw rows")
            self.facts += 1
        elif isinstance(ours, dict) and isinstance(said, dict):
            for key in said:
                if key in ours:
                    self.walk(f"{path}.{key}" if path else key, said[key], ours[key])
                else:
                    self.unknown.append((f"{path}.{key}" if path else key, said[key]))
            for key in ours:
                if key not in said:
                    self.wrong.append((f"{path}.{key}", "(missing)", self._plain(ours[key])))
        elif isinstance(ours, list) and isinstance(said, list):
            if len(ours) != len(said):
                self.wrong.append((f"{path}: rows", len(said), len(ours)))
            for i, (a, b) in enumerate(zip(said, ours)):
                self.walk(f"{path}[{self._name(i, a)}]", a, b)
        else:
            self._leaf(path, said, ours, "recomputed")
            self.equal += 1

    def _name(self, i, row):
        if not isinstance(row, dict):
            return str(i)
        parts = [str(row[k]) for k in ("slo", "rule", "stream", "group", "phase", "tier", "partition") if row.get(k) is not None]
        return " ".join(parts) or str(i)

    def _plain(self, ours):
        if isinstance(ours, Between):
            return f"{ours.low} to {ours.high}"
        if isinstance(ours, OneOf):
            return f"one of {sorted(ours.values)}"
        return ours.value if isinstance(ours, (Near, Fact)) else ours

    def _leaf(self, path, said, ours, how):
        if isinstance(ours, Near):
            same = isinstance(said, (int, float)) and math.isclose(said, ours.value, rel_tol=ours.relative,
                                                                     abs_tol=ours.absolute)
        elif isinstance(ours, Between):
            same = isinstance(said, (int, float)) and ours.low - 1e-9 <= said <= ours.high + 1e-9
        elif isinstance(ours, OneOf):
            same = said in ours.values
        elif isinstance(ours, float) and isinstance(said, (int, float)) and not isinstance(said, bool):
            same = math.isclose(said, ours, rel_tol=1e-12, abs_tol=0)
        else:
            same = type(said) is type(ours) and said == ours
            if isinstance(said, (int, float)) and isinstance(ours, (int, float)):
                same = said == ours and isinstance(said, bool) == isinstance(ours, bool)
        ours = self._plain(ours)
        if same:
            self.note(path, said, ours, how)
        else:
            self.wrong.append((path, said, ours))
