#include "harness/results/blocks.h"

#include <zlib.h>

#include "harness/results/hdr_codec.h"

namespace freshet::results {
namespace {

constexpr std::size_t kBlockHeader = 12;

void put_u32(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(value >> shift & 0xff));
}

std::uint32_t get_u32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

}  // namespace

void append_block(std::string& out, std::string_view plain) {
  const std::string stored = deflate(plain);
  put_u32(out, static_cast<std::uint32_t>(plain.size()));
  put_u32(out, static_cast<std::uint32_t>(stored.size()));
  put_u32(out, checksum(stored));
  out += stored;
}

BlockReader::BlockReader(std::string_view bytes, std::string_view format) {
  if (!bytes.starts_with(format) || bytes.size() <= format.size() || bytes[format.size()] != '\n') return;
  bytes.remove_prefix(format.size() + 1);
  while (bytes.size() >= kBlockHeader) {
    const std::uint32_t stored = get_u32(bytes, 4);
    if (stored > bytes.size() - kBlockHeader) return;
    blocks_.push_back({get_u32(bytes, 0), get_u32(bytes, 8), bytes.substr(kBlockHeader, stored)});
    bytes.remove_prefix(kBlockHeader + stored);
  }
  whole_ = bytes.empty();
}

std::optional<std::string> BlockReader::block(std::size_t i, std::size_t limit) const {
  const Block& block = blocks_[i];
  if (block.plain > limit || checksum(block.stored) != block.crc) return std::nullopt;
  std::optional<std::string> plain = inflate(block.stored, block.plain);
  if (plain && plain->size() != block.plain) return std::nullopt;
  return plain;
}

void put_u64(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(value >> shift & 0xff));
}

void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

std::uint64_t BlockBytes::u64() {
  if (rest_.size() < 8) {
    good_ = false;
    rest_ = {};
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
  }
  rest_.remove_prefix(8);
  return value;
}

std::uint64_t BlockBytes::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) break;
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  good_ = false;
  return 0;
}

}  // namespace freshet::results
