// HdrHistogram's V2 encoding: what other programs read and write as "compressed histogram" (H2).
//
//   compressed   cookie 0x1c849304|0x10, length, zlib stream of
//   encoded      cookie 0x1c849303|0x10, payload length, normalizing offset, significant digits,
//                lowest value i64, highest value i64, ratio f64, payload        (all big endian)
//   payload      counts by index as ZigZag LEB128; a negative number -k stands for k empty counts
//
// The functions are pure and thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/measure/histogram.h"

namespace freshet::results {

// base64 of the compressed encoding of the samples in range. Values are us.
std::string encode_histogram(const measure::Histogram& histogram);

// Samples of one bucket, by HdrHistogram's counts index.
struct BucketCount {
  std::uint32_t index = 0;
  std::uint64_t count = 0;
  friend bool operator==(const BucketCount&, const BucketCount&) = default;
};

// Decodes one histogram after another, with the memory of the one before. Not thread-safe.
class HistogramDecoder {
 public:
  explicit HistogramDecoder(int significant_digits = 3);
  ~HistogramDecoder();
  HistogramDecoder(const HistogramDecoder&) = delete;
  HistogramDecoder& operator=(const HistogramDecoder&) = delete;

  // Puts the buckets that `text` holds samples of behind those in `buckets`, ascending. False, with `buckets`
  // in part changed, when it is no histogram of those digits and H1's range: cut, flipped, another layout.
  bool decode(std::string_view text, std::vector<BucketCount>& buckets);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Adds what `text` holds to `into`. False, with `into` as it was, when it is no histogram of `into`'s digits.
bool decode_histogram(std::string_view text, measure::Histogram& into);

// The building blocks, used by the ledger files too.
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);
std::string deflate(std::string_view bytes);
// nullopt when it is no zlib stream or gives more than `limit` bytes.
std::optional<std::string> inflate(std::string_view bytes, std::size_t limit);

}  // namespace freshet::results
