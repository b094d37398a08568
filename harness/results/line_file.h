// Text files of whole lines: written so that a killed process leaves nothing but a cut last line, read so
// that a cut or damaged one is noticed.
#pragma once

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace freshet::results {

// Appends to a file by write(2): what was written survives the death of the process (not of the machine).
// Keeps its first error and writes nothing after it. Not thread-safe.
class AppendFile {
 public:
  AppendFile() = default;
  ~AppendFile();
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) noexcept;

  // Makes an empty file, or empties it.
  static base::Result<AppendFile> create(const std::filesystem::path& path);

  // What write() will append; whole lines only.
  std::string& buffer() { return buffer_; }
  base::Status write();
  std::uint64_t size() const { return size_; }     // bytes the operating system has
  std::uint32_t checksum() const { return crc_; }  // crc32 of them

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::uint32_t crc_ = 0;
  std::string buffer_;
  std::string error_;
};

// crc32 (zlib's) of `text`, going on from that of what stands before it.
std::uint32_t crc_of(std::string_view text, std::uint32_t before = 0);

// Reads a whole file; an error names it.
base::Result<std::string> read_file(const std::filesystem::path& path);
// Writes a whole file under another name and renames it: readers see the old or the new, never half of one.
base::Status replace_file(const std::filesystem::path& path, std::string_view content);

// The content of a JSON file, or why there is none.
base::Result<nlohmann::json> read_json(const std::filesystem::path& path);

// Walks the whole lines of a text; what follows the last newline is rest().
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool next(std::string_view& line) {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return false;
    line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// Takes the comma-separated numbers of a line, in order. complete() is true when every field was taken and
// each was exactly one number of its type.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line), more_(!line.empty()) {}

  template <class T>
  Fields& operator>>(T& value) {
    const char* const end = rest_.data() + rest_.size();
    const auto [stop, error] = std::from_chars(rest_.data(), end, value);
    if (error != std::errc() || (stop != end && *stop != ',')) {
      text();
      good_ = false;
      return *this;
    }
    more_ = stop != end;
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()) + (more_ ? 1 : 0));
    return *this;
  }
  // The next field as it stands.
  std::string_view text() {
    if (!more_) {
      good_ = false;
      return {};
    }
    const std::size_t end = rest_.find(',');
    const std::string_view field = rest_.substr(0, end);
    more_ = end != std::string_view::npos;
    rest_.remove_prefix(more_ ? end + 1 : rest_.size());
    return field;
  }
  bool complete() const { return good_ && !more_; }

 private:
  std::string_view rest_;
  bool more_;
  bool good_ = true;
};

}  // namespace freshet::results
