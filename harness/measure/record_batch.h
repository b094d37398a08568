// A record batch as Kafka's clients compress it (message format 2, without its header), and by how much the
// codecs do (V8): the libraries that librdkafka uses, with the levels and frames that it uses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace freshet::measure {

class RecordBatch {
 public:
  // `after`: ms after the first record's timestamp.
  void add(std::span<const std::byte> key, std::span<const std::byte> value, std::int64_t after);
  std::span<const std::byte> bytes() const { return bytes_; }
  std::size_t records() const { return records_; }

 private:
  std::vector<std::byte> bytes_;
  std::size_t records_ = 0;
};

enum class Codec { gzip, lz4, zstd };
std::string_view word_of(Codec codec);
// By what the ratio of a producer with this compression.type is measured: snappy, which is of lz4's kind, by
// lz4; none by zstd, as whoever compresses the log later would.
Codec codec_of(std::string_view compression_type);

// Raw over compressed bytes. REQUIRES: raw is not empty.
double ratio(Codec codec, std::span<const std::byte> raw);

}  // namespace freshet::measure
