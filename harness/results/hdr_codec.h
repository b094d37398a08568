// HdrHistogram's V2 encoding: what other programs read and write as "compressed histogram" (H2).
//
//   compressed   cookie 0x1c849304|0x10, length, zlib stream of
//   encoded      cookie 0x1c849303|0x10, payload length, normalizing offset, significant digits,
//                lowest value i64, highest value i64, ratio f64, payload        (all big endian)
//   payload      counts by index as ZigZag LEB128; a negative number -k stands for k empty counts
//
// Pure functions, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/measure/histogram.h"

namespace freshet::results {

// base64 of the compressed encoding of the samples in range. Values are us.
std::string encode_histogram(const measure::Histogram& histogram);

// Adds what `text` holds to `into`. False, with `into` in part changed, when it is no histogram of `into`'s
// digits and range: cut, flipped, another layout.
bool decode_histogram(std::string_view text, measure::Histogram& into);

// The building blocks, used by the ledger files too.
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);
std::string deflate(std::string_view bytes);
// nullopt when it is no zlib stream or gives more than `limit` bytes.
std::optional<std::string> inflate(std::string_view bytes, std::size_t limit);

}  // namespace freshet::results
