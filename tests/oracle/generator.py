"""Every planned event, made again from plan.json alone (measurement.md E1, E2): a second implementation of the
generator. Doubles are IEEE here as there, and no function of a mathematical library is used but the square root,
so the events are equal to the last bit or the generator is broken.
"""
import math
import struct

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
SECOND = 1_000_000_000
TIME, HOT, KEY, SIZE, WORDS = 0, 1, 2, 3, 4


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def derive(seed, index):
    return mix((seed + mix((index + GOLDEN) & MASK)) & MASK)


def random_at(seed, i):
    return mix((seed + (i + 1) * GOLDEN) & MASK)


def unit_open(bits):
    return ((bits >> 12) + 0.5) * 2.0**-52


def log(x):
    k = 0
    if x < 2.0**-1022:
        x *= 2.0**54
        k = -54
    bits = struct.unpack("<Q", struct.pack("<d", x))[0]
    k += (bits >> 52) - 1023
    m = struct.unpack("<d", struct.pack("<Q", (bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000))[0]
    if m > 1.41421356237309514547:
        m *= 0.5
        k += 1
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01
               + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)))
    half = 0.5 * f * f
    exponent = float(k)
    return exponent * LN2_HIGH - ((half - (s * (half + even + odd) + exponent * LN2_LOW)) - f)


def c_div(a, b):
    """Integer division that rounds towards zero, as C's does."""
    q = abs(a) // b
    return q if a >= 0 else -q


def power_of_two(k):
    return struct.unpack("<d", struct.pack("<Q", (1023 + k) << 52))[0]


def exp(x):
    k = int(x * 1.44269504088896338700 + (-0.5 if x < 0 else 0.5))
    high = x - k * LN2_HIGH
    low = k * LN2_LOW
    r = high - low
    t = r * r
    c = r - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03
                 + t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))))
    value = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    half = c_div(k, 2)
    return value * power_of_two(half) * power_of_two(k - half)


def power(x, y):
    if y == 0.0 or x == 1.0:
        return 1.0
    if y == 1.0:
        return x
    if y == -1.0:
        return 1.0 / x
    return exp(y * log(x))


def horner(coefficients, x):
    value = coefficients[0]
    for c in coefficients[1:]:
        value = value * x + c
    return value


def normal_quantile(p):
    def lower_tail(p):
        q = math.sqrt(-2.0 * log(p))
        above = horner([-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                        -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00], q)
        below = horner([7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                        3.754408661907416e+00, 1.0], q)
        return above / below

    if p < 0.02425:
        return lower_tail(p)
    if p > 1.0 - 0.02425:
        return -lower_tail(1.0 - p)
    q = p - 0.5
    r = q * q
    above = horner([-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02,
                    1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00], r)
    below = horner([-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                    6.680131188771972e+01, -1.328068155288572e+01, 1.0], r)
    return above * q / below


class Sum:
    """Compensated (Neumaier)."""

    def __init__(self):
        self.sum = self.lost = 0.0

    def add(self, term):
        following = self.sum + term
        if abs(self.sum) >= abs(term):
            self.lost += (self.sum - following) + term
        else:
            self.lost += (term - following) + self.sum
        self.sum = following

    def value(self):
        return self.sum + self.lost


def murmur2(key):
    h = 0x9747B28C ^ len(key)
    m = 0x5BD1E995
    i = 0
    while i + 4 <= len(key):
        k = int.from_bytes(key[i:i + 4], "little") * m & 0xFFFFFFFF
        k ^= k >> 24
        h = (h * m & 0xFFFFFFFF) ^ (k * m & 0xFFFFFFFF)
        i += 4
    rest = key[i:]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * m & 0xFFFFFFFF
    h ^= h >> 13
    h = h * m & 0xFFFFFFFF
    return h ^ (h >> 15)


def name_hash(name):
    value = 0xCBF29CE484222325
    for c in name.encode():
        value = ((value ^ c) * 0x100000001B3) & MASK
    return value


def sizes_of(model):
    def one(p):
        low, high = float(model["minimum"]), float(model["maximum"])
        size = low
        if model["kind"] == "uniform":
            size = low + p * (high - low)
        elif model["kind"] == "lognormal":
            exponent = max(-600.0, min(600.0, model["sigma"] * normal_quantile(p)))
            size = max(low, min(high, model["median"] * exp(exponent)))
        elif model["kind"] == "empirical":
            size = sorted(model["samples"])[int(p * len(model["samples"]))]
        elif model["kind"] != "fixed":
            raise ValueError(f"unknown size model {model['kind']}")
        return int(size + 0.5)

    return [one((i + 0.5) / 1024.0) for i in range(1024)]


def rate_in(segment, t):
    if segment["rate_begin"] == segment["rate_end"]:
        return segment["rate_begin"]
    return segment["rate_begin"] + (segment["rate_end"] - segment["rate_begin"]) * (
        float(t - segment["begin"]) / float(segment["end"] - segment["begin"]))


def mass_of(segment, begin=None, end=None):
    """Expected events of the segment in [begin, end)."""
    begin = segment["begin"] if begin is None else max(begin, segment["begin"])
    end = segment["end"] if end is None else min(end, segment["end"])
    if begin >= end:
        return 0.0
    return (rate_in(segment, begin) + rate_in(segment, end)) / 2 * (float(end - begin) / 1e9)


class Lanes:
    """The lanes of one stream: of the run, or of what was written before it."""

    def __init__(self, plan, index, prefill=False):
        stream = plan["streams"][index]
        self.stream = stream
        self.partitions = stream["partitions"]
        self.lanes = stream["lanes"]
        population = plan["populations"][stream["population"]]
        self.sub_keys = 1 if stream["key"] in ("account", "tenant") else max(1, stream["keys_per_account"])
        self.segments = stream["segments"]
        if prefill:
            rate = stream["rate"]
            self.segments = [{"begin": -stream["prefill"], "end": 0, "rate_begin": rate, "rate_end": rate,
                              "hot_share": 0, "hot_accounts": 0}] if stream["prefill"] > 0 else []
        seed = derive(plan["seed"], name_hash(stream["name"]))
        if prefill:
            seed = derive(seed, 0x7072656669)
        self.seeds = [derive(seed, lane) for lane in range(self.lanes)]
        self.sizes = sizes_of(stream["size"])
        self._keys(population)
        self._hot(plan, stream["population"])

    def _keys(self, population):
        self.tier_end, keys = [], 0
        for tier in population["tiers"]:
            keys += tier["accounts"] * self.sub_keys
            self.tier_end.append(keys)
        self.keys = keys
        self.tier_of = []
        self.weights = []
        first = 0
        for number, tier in enumerate(population["tiers"]):
            skew, n = tier["skew"], tier["accounts"]
            weights = [power(float(rank), -skew) for rank in range(1, n + 1)]
            if skew == 0:
                total = float(n)
            else:
                total = Sum()
                for weight in reversed(weights):
                    total.add(weight)
                total = total.value()
            scale = tier["share"] / total if n > 0 else 0.0
            for weight in weights:
                self.weights += [scale * weight / self.sub_keys] * self.sub_keys
                self.tier_of += [number] * self.sub_keys
            first += n
        self.keys_of_lane = [[] for _ in range(self.lanes)]
        self.lane_of = []
        for key in range(self.keys):
            lane = (murmur2(self.key_bytes(key)) & 0x7FFFFFFF) % self.lanes
            self.lane_of.append(lane)
            self.keys_of_lane[lane].append(key)

    def key_bytes(self, key):
        account = key // self.sub_keys
        if self.tier_of[key] == 0:
            text = f"ent-{account:06d}"
        else:
            text = f"acct-{account - self.tier_end[0] // self.sub_keys:07d}"
        word = {"customer": "/customer-", "case": "/case-", "conversation": "/conv-"}.get(self.stream["key"])
        if word:
            text += f"{word}{key % self.sub_keys}"
        return text.encode()

    def _hot(self, plan, population):
        wanted = max((s["hot_accounts"] for s in self.segments), default=0)
        accounts = list(range(self.tier_end[0] // self.sub_keys if self.tier_end else 0))
        wanted = min(wanted, len(accounts))
        seed = derive(derive(plan["seed"], 0x686F7420616363), population)
        self.hot_order = []
        for i in range(wanted):
            j = i + (random_at(seed, i) * (len(accounts) - i) >> 64)
            accounts[i], accounts[j] = accounts[j], accounts[i]
            self.hot_order.append(accounts[i])
        self.hot_of_lane = [[] for _ in range(self.lanes)]  # (key, rank)
        for rank, account in enumerate(self.hot_order):
            for sub in range(self.sub_keys):
                key = account * self.sub_keys + sub
                self.hot_of_lane[self.lane_of[key]].append((key, rank))

    def _alias_table(self, lane):
        keys = self.keys_of_lane[lane]
        n = len(keys)
        scratch = [self.weights[key] for key in keys]
        tiers = [Sum() for _ in self.tier_end]
        total = Sum()
        for key, weight in zip(keys, scratch):
            tiers[self.tier_of[key]].add(weight)
            total.add(weight)
        total = total.value()
        base = 0.0
        for tier in tiers:
            base += tier.value()
        small, large, columns = [], [], [None] * n
        for i in range(n):
            scratch[i] = scratch[i] * float(n) / total if total > 0 else 1.0
            (small if scratch[i] < 1 else large).append(i)
        while small and large:
            less, more = small.pop(), large[-1]
            threshold = 0xFFFFFFFF if scratch[less] >= 1 else int(scratch[less] * 2.0**32)
            columns[less] = (threshold, keys[less], keys[more])
            scratch[more] -= 1 - scratch[less]
            if scratch[more] < 1:
                large.pop()
                small.append(more)
        for i in small + large:
            columns[i] = (0xFFFFFFFF, keys[i], keys[i])
        return columns, base, [tier.value() for tier in tiers]

    def _lane_segments(self, lane, base):
        rows = []
        for segment in self.segments:
            used = min(segment["hot_accounts"], len(self.hot_order))
            mine = sum(1 for _, rank in self.hot_of_lane[lane] if rank < segment["hot_accounts"])
            hot_weight = float(mine) / (float(used) * self.sub_keys) if used > 0 else 0.0
            hot = segment["hot_share"] * hot_weight
            share = (1 - segment["hot_share"]) * base + hot
            per_ns = share / 1e9
            length = float(segment["end"] - segment["begin"])
            rate = segment["rate_begin"] * per_ns
            threshold, hot_keys = 0, 0
            if hot > 0:
                part = hot / share
                threshold = MASK if part >= 1 else int(part * 2.0**64)
                hot_keys = mine
            rows.append((segment["begin"], segment["end"], mass_of(segment) * share, rate, rate * rate,
                         1 / rate if rate > 0 else 0.0,
                         2 * (segment["rate_end"] - segment["rate_begin"]) * per_ns / length, threshold, hot_keys))
        return rows

    def lane_upto(self):
        """Part of the base mix in lanes 0 … l."""
        if not hasattr(self, "_upto"):
            self._upto, upto = [], 0.0
            self._columns = []
            for lane in range(self.lanes):
                columns, _, tiers = self._alias_table(lane)
                self._columns.append(columns)
                for weight in tiers:
                    upto += weight
                self._upto.append(upto)
        return self._upto

    def draw(self, lane, random):
        columns = self._columns[lane]
        product = random * len(columns)
        limit, key, alias = columns[product >> 64]
        return key if (product >> 32) & 0xFFFFFFFF < limit else alias

    def events(self, lane):
        """All events of a lane in order: (tau, key, size, tier); the place in the list is n."""
        columns, base, _ = self._alias_table(lane)
        segments = self._lane_segments(lane, base)
        seed, poisson = self.seeds[lane], self.stream["arrival"] == "poisson"
        hot = self.hot_of_lane[lane]
        events, n, at = [], 0, 0
        tau = segments[0][0] if segments else 0
        passed = None
        while True:
            word = WORDS * n
            if passed is None:
                u = unit_open(random_at(seed, word + TIME))
                passed = -log(u) if poisson else u
            elif poisson:
                passed -= log(unit_open(random_at(seed, word + TIME)))
            else:
                passed += 1
            while at < len(segments) and passed >= segments[at][2]:
                passed -= segments[at][2]
                at += 1
            if at == len(segments):
                return events
            begin, end, _, rate, square, ns_per_event, slope, threshold, hot_keys = segments[at]
            x = passed * ns_per_event
            if slope != 0:
                x = 2 * passed / (rate + math.sqrt(max(square + slope * passed, 0.0)))
            last = end - begin - 1
            tau = max(tau, begin + (int(x) if x < float(last) else last))
            pick = random_at(seed, word + KEY)
            if hot_keys > 0 and random_at(seed, word + HOT) < threshold:
                key = hot[pick * hot_keys >> 64][0]
            else:
                product = pick * len(columns)
                limit, key, alias = columns[product >> 64]
                if (product >> 32) & 0xFFFFFFFF >= limit:
                    key = alias
            events.append((tau, key, self.sizes[random_at(seed, word + SIZE) & 1023], self.tier_of[key]))
            n += 1


def hash_event(running, lane, n, event):
    """Proof of what a lane was given (E3)."""
    tau, key, size, tier = event
    running = mix(((running ^ n ^ (lane << 48)) + GOLDEN) & MASK)
    running = mix((running + tau) & MASK)
    return mix(((running ^ (key << 32 | size)) + tier) & MASK)
