"""HdrHistogram's buckets and its log, as the format is published: three significant digits, 1 us to 24 h."""
import base64
import struct
import zlib

HIGHEST = 86_400_000_000  # us
HALF_BITS = 10


def bucket(us):
    """(lowest, highest) value of the bucket that `us` lies in."""
    shift = max(us | 2047, 1).bit_length() - HALF_BITS - 1
    low = us >> shift << shift
    return low, min(low + (1 << shift) - 1, HIGHEST)


def decode(text):
    """[(value of the bucket, count)] of one encoded histogram."""
    packed = base64.b64decode(text)
    cookie, length = struct.unpack(">II", packed[:8])
    if cookie != 0x1C849314 or length != len(packed) - 8:
        raise ValueError("not a compressed V2 histogram")
    body = zlib.decompress(packed[8:])
    cookie, length, _, digits, lowest, highest, _ = struct.unpack(">IIIIqqd", body[:40])
    if cookie != 0x1C849313 or length != len(body) - 40 or (digits, lowest) != (3, 1):
        raise ValueError("not a V2 histogram of three digits")
    rows, at, index = [], 40, 0
    while at < len(body):
        bits = shift = 0
        while True:
            byte = body[at]
            at += 1
            bits |= (byte if shift == 56 else byte & 0x7F) << shift
            if shift == 56 or byte < 0x80:
                break
            shift += 7
        value = (bits >> 1) ^ -(bits & 1)
        if value < 0:
            index += -value
            continue
        if value > 0:
            major, minor = index >> HALF_BITS, index & ((1 << HALF_BITS) - 1)
            rows.append((minor if major == 0 else (minor + (1 << HALF_BITS)) << (major - 1), value))
        index += 1
    return rows


def read_log(path):
    """[(tag, second, [(us, count)])]"""
    rows = []
    for line in open(path, encoding="utf-8"):
        if line.startswith("Tag="):
            tag, start, _, _, text = line[4:].rstrip("\n").split(",")
            rows.append((tag, int(float(start)), decode(text)))
    return rows
