// Binary files of the ledger: a text line with format and version, then blocks, each compressed and with a
// checksum of its own, so that damage costs one block and is noticed.
//
//   block: u32 plain length, u32 stored length, u32 crc32 of the stored bytes, zlib stream    (little endian)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::results {

// Appends one block.
void append_block(std::string& out, std::string_view plain);

class BlockWriter {
 public:
  explicit BlockWriter(std::string_view format) : out_(format) { out_.push_back('\n'); }
  void add(std::string_view plain) { append_block(out_, plain); }
  const std::string& bytes() const { return out_; }

 private:
  std::string out_;
};

// Splits a file into its blocks. The text has to outlive it.
class BlockReader {
 public:
  BlockReader(std::string_view bytes, std::string_view format);
  // False when the first line is not `format`, or the file ends inside a block.
  bool whole() const { return whole_; }
  std::size_t size() const { return blocks_.size(); }
  // nullopt when the block is damaged or longer than `limit`.
  std::optional<std::string> block(std::size_t i, std::size_t limit) const;

 private:
  struct Block {
    std::uint32_t plain = 0, crc = 0;
    std::string_view stored;
  };
  std::vector<Block> blocks_;
  bool whole_ = false;
};

// Numbers in a block: fixed little endian, or varint (seven bits a byte, low first).
void put_u64(std::string& out, std::uint64_t value);
void put_varint(std::string& out, std::uint64_t value);

class BlockBytes {
 public:
  explicit BlockBytes(std::string_view bytes) : rest_(bytes) {}
  // 0 once the bytes have run out; good() tells.
  std::uint64_t u64();
  std::uint64_t varint();
  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace freshet::results
