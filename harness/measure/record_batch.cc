#include "harness/measure/record_batch.h"

#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

#include <stdexcept>

namespace freshet::measure {
namespace {

void put(std::vector<std::byte>& out, std::span<const std::byte> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void put_varint(std::vector<std::byte>& out, std::int64_t value) {
  auto zigzag = static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  for (; zigzag >= 128; zigzag >>= 7) out.push_back(static_cast<std::byte>(zigzag | 128));
  out.push_back(static_cast<std::byte>(zigzag));
}

constexpr int kZstdLevel = 3;  // librdkafka's, as all of these, where compression.level is not set

std::size_t zstd_size(std::span<const std::byte> raw) {
  std::vector<std::byte> out(ZSTD_compressBound(raw.size()));
  const std::size_t size = ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), kZstdLevel);
  if (ZSTD_isError(size)) throw std::runtime_error(ZSTD_getErrorName(size));
  return size;
}

std::size_t lz4_size(std::span<const std::byte> raw) {
  LZ4F_preferences_t how{};
  how.frameInfo.blockMode = LZ4F_blockIndependent;
  std::vector<std::byte> out(LZ4F_compressFrameBound(raw.size(), &how));
  const std::size_t size = LZ4F_compressFrame(out.data(), out.size(), raw.data(), raw.size(), &how);
  if (LZ4F_isError(size)) throw std::runtime_error(LZ4F_getErrorName(size));
  return size;
}

std::size_t gzip_size(std::span<const std::byte> raw) {
  constexpr std::size_t kGzipOverZlib = 12;  // header and trailer of the one beyond those of the other
  uLongf size = compressBound(static_cast<uLong>(raw.size()));
  std::vector<Bytef> out(size);
  const int code = compress2(out.data(), &size, reinterpret_cast<const Bytef*>(raw.data()),
                             static_cast<uLong>(raw.size()), Z_DEFAULT_COMPRESSION);
  if (code != Z_OK) throw std::runtime_error("zlib cannot compress");
  return size + kGzipOverZlib;
}

std::size_t compressed_size(Codec codec, std::span<const std::byte> raw) {
  switch (codec) {
    case Codec::gzip:
      return gzip_size(raw);
    case Codec::lz4:
      return lz4_size(raw);
    case Codec::zstd:
      break;
  }
  return zstd_size(raw);
}

}  // namespace

void RecordBatch::add(std::span<const std::byte> key, std::span<const std::byte> value, std::int64_t after) {
  std::vector<std::byte> body;
  body.push_back(std::byte{0});  // attributes
  put_varint(body, after);
  put_varint(body, static_cast<std::int64_t>(records_));
  put_varint(body, static_cast<std::int64_t>(key.size()));
  put(body, key);
  put_varint(body, static_cast<std::int64_t>(value.size()));
  put(body, value);
  put_varint(body, 0);  // headers
  put_varint(bytes_, static_cast<std::int64_t>(body.size()));
  put(bytes_, body);
  ++records_;
}

std::string_view word_of(Codec codec) {
  switch (codec) {
    case Codec::gzip:
      return "gzip";
    case Codec::lz4:
      return "lz4";
    case Codec::zstd:
      break;
  }
  return "zstd";
}

Codec codec_of(std::string_view compression_type) {
  if (compression_type == "gzip") return Codec::gzip;
  if (compression_type == "lz4" || compression_type == "snappy") return Codec::lz4;
  return Codec::zstd;
}

double ratio(Codec codec, std::span<const std::byte> raw) {
  return static_cast<double>(raw.size()) / static_cast<double>(compressed_size(codec, raw));
}

}  // namespace freshet::measure
