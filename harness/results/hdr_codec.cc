#include "harness/results/hdr_codec.h"

#include <zlib.h>

#include <array>
#include <bit>
#include <cassert>
#include <cstdint>

namespace freshet::results {
namespace {

using measure::Histogram;

constexpr std::uint32_t kEncodedCookie = 0x1c849303 | 0x10;
constexpr std::uint32_t kCompressedCookie = 0x1c849304 | 0x10;
constexpr std::size_t kHeader = 40;
// More than any run can count; keeps a damaged file from overflowing a sum.
constexpr std::uint64_t kMostSamples = 1'000'000'000'000'000;

template <class T>
void put_big_endian(std::string& out, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((static_cast<std::uint64_t>(value) >> shift) & 0xff));
  }
}

template <class T>
T get_big_endian(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<T>(value);
}

// LEB128-64b9B: seven bits a byte, the ninth byte carries eight.
void put_zigzag(std::string& out, std::int64_t value) {
  std::uint64_t bits = static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  for (int i = 0; i < 8 && bits >= 0x80; ++i) {
    out.push_back(static_cast<char>(bits | 0x80));
    bits >>= 7;
  }
  out.push_back(static_cast<char>(bits));
}

bool get_zigzag(std::string_view bytes, std::size_t& at, std::int64_t& value) {
  std::uint64_t bits = 0;
  for (int i = 0; i < 9; ++i) {
    if (at >= bytes.size()) return false;
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    const bool last = i == 8 || byte < 0x80;
    bits |= static_cast<std::uint64_t>(i == 8 ? byte : byte & 0x7f) << (7 * i);
    if (last) break;
  }
  value = static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
  return true;
}

std::string encoded(const Histogram& histogram) {
  std::string payload;
  std::uint32_t next = 0;
  histogram.visit([&](std::uint32_t index, std::int64_t, std::uint64_t count) {
    const std::int64_t empty = static_cast<std::int64_t>(index) - next;
    if (empty == 1) put_zigzag(payload, 0);
    if (empty > 1) put_zigzag(payload, -empty);
    put_zigzag(payload, static_cast<std::int64_t>(count));
    next = index + 1;
  });
  std::string out;
  put_big_endian(out, kEncodedCookie);
  put_big_endian(out, static_cast<std::uint32_t>(payload.size()));
  put_big_endian(out, std::uint32_t{0});
  put_big_endian(out, static_cast<std::uint32_t>(histogram.digits()));
  put_big_endian(out, std::int64_t{1});
  put_big_endian(out, Histogram::kHighest);
  put_big_endian(out, std::bit_cast<std::uint64_t>(1.0));
  return out + payload;
}

bool decode_payload(std::string_view payload, std::uint64_t length, std::vector<BucketCount>& buckets) {
  std::uint64_t index = 0;
  for (std::size_t at = 0; at < payload.size();) {
    std::int64_t count = 0;
    if (!get_zigzag(payload, at, count)) return false;
    if (count < 0) {
      if (count < -static_cast<std::int64_t>(length)) return false;
      index += static_cast<std::uint64_t>(-count);
      continue;
    }
    if (index >= length || static_cast<std::uint64_t>(count) > kMostSamples) return false;
    if (count > 0) buckets.push_back({static_cast<std::uint32_t>(index), static_cast<std::uint64_t>(count)});
    ++index;
  }
  return true;
}

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> reverse_alphabet() {
  std::array<std::int8_t, 256> reverse{};
  reverse.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    reverse[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return reverse;
}

// The six bits of each of the characters, four of them; negative: one is not of the alphabet.
std::int32_t group_of(const char* four) {
  static constexpr std::array<std::int8_t, 256> kReverse = reverse_alphabet();
  const auto bits = [&](int k) -> std::int32_t { return kReverse[static_cast<unsigned char>(four[k])]; };
  const std::int32_t a = bits(0), b = bits(1), c = bits(2), d = bits(3);
  return (a | b | c | d) < 0 ? -1 : a << 18 | b << 12 | c << 6 | d;
}

bool decode_base64(std::string_view text, std::string& out) {
  if (text.empty() || text.size() % 4 != 0) return false;
  std::size_t padding = 0;
  while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
  out.resize(text.size() / 4 * 3);
  std::array<char, 4> last{'A', 'A', 'A', 'A'};  // 'A' stands for no bits
  text.substr(text.size() - 4, 4 - padding).copy(last.data(), last.size());
  for (std::size_t i = 0, at = 0; i < text.size(); i += 4, at += 3) {
    const std::int32_t group = group_of(i + 4 < text.size() ? text.data() + i : last.data());
    if (group < 0) return false;
    out[at] = static_cast<char>(group >> 16 & 0xff);
    out[at + 1] = static_cast<char>(group >> 8 & 0xff);
    out[at + 2] = static_cast<char>(group & 0xff);
  }
  out.resize(out.size() - padding);
  return true;
}

}  // namespace

std::string encode_histogram(const Histogram& histogram) {
  const std::string body = deflate(encoded(histogram));
  std::string out;
  put_big_endian(out, kCompressedCookie);
  put_big_endian(out, static_cast<std::uint32_t>(body.size()));
  return base64_encode(out + body);
}

struct HistogramDecoder::Impl {
  explicit Impl(int significant_digits)
      : digits(static_cast<std::uint32_t>(significant_digits)),
        buckets(Histogram(significant_digits).buckets()),
        most(kHeader + 9 * buckets),
        plain(std::make_unique_for_overwrite<char[]>(most)),
        ready(inflateInit(&stream) == Z_OK) {}
  ~Impl() {
    if (ready) inflateEnd(&stream);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // What the zlib stream holds, until the next call; nullopt when it is none or holds too much.
  std::optional<std::string_view> inflated(std::string_view bytes) {
    if (!ready || inflateReset(&stream) != Z_OK) return std::nullopt;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(plain.get());
    stream.avail_out = static_cast<uInt>(most);
    const bool whole = ::inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
    if (!whole) return std::nullopt;
    return std::string_view(plain.get(), most - stream.avail_out);
  }

  const std::uint32_t digits;
  const std::size_t buckets, most;  // most: bytes of the longest encoding
  std::string compressed;
  std::unique_ptr<char[]> plain;
  z_stream stream{};
  const bool ready;
};

HistogramDecoder::HistogramDecoder(int significant_digits)
    : impl_(std::make_unique<Impl>(significant_digits)) {}
HistogramDecoder::~HistogramDecoder() = default;

bool HistogramDecoder::decode(std::string_view text, std::vector<BucketCount>& buckets) {
  std::string& compressed = impl_->compressed;
  if (!decode_base64(text, compressed) || compressed.size() < 8) return false;
  if (get_big_endian<std::uint32_t>(compressed, 0) != kCompressedCookie) return false;
  if (get_big_endian<std::uint32_t>(compressed, 4) != compressed.size() - 8) return false;
  const auto body = impl_->inflated(std::string_view(compressed).substr(8));
  if (!body || body->size() < kHeader) return false;
  const bool ours = get_big_endian<std::uint32_t>(*body, 0) == kEncodedCookie &&
                    get_big_endian<std::uint32_t>(*body, 4) == body->size() - kHeader &&
                    get_big_endian<std::uint32_t>(*body, 8) == 0 &&
                    get_big_endian<std::uint32_t>(*body, 12) == impl_->digits &&
                    get_big_endian<std::int64_t>(*body, 16) == 1 &&
                    get_big_endian<std::int64_t>(*body, 24) == Histogram::kHighest;
  return ours && decode_payload(body->substr(kHeader), impl_->buckets, buckets);
}

bool decode_histogram(std::string_view text, Histogram& into) {
  std::vector<BucketCount> buckets;
  if (!HistogramDecoder(into.digits()).decode(text, buckets)) return false;
  for (const BucketCount& bucket : buckets) into.add_at_index(bucket.index, bucket.count);
  return true;
}

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t here = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < here ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out.push_back(k <= here ? kAlphabet[group >> (18 - 6 * k) & 63] : '=');
    }
  }
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string out;
  if (!decode_base64(text, out)) return std::nullopt;
  return out;
}

std::string deflate(std::string_view bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string out(size, '\0');
  [[maybe_unused]] const int code =
      compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
               static_cast<uLong>(bytes.size()));
  assert(code == Z_OK);  // the buffer is large enough by compressBound's contract
  out.resize(size);
  return out;
}

std::optional<std::string> inflate(std::string_view bytes, std::size_t limit) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int code = Z_OK;
  while (code == Z_OK && out.size() <= limit) {
    std::array<char, 16384> chunk;
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    code = ::inflate(&stream, Z_NO_FLUSH);
    out.append(chunk.data(), chunk.size() - stream.avail_out);
  }
  const bool whole = code == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (!whole || out.size() > limit) return std::nullopt;
  return out;
}

}  // namespace freshet::results
