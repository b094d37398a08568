#include "harness/results/line_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace freshet::results {
namespace {

std::string failure(const char* what, const std::filesystem::path& path) {
  return fmt::format("{} {}: {}", what, path.string(), std::strerror(errno));
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

bool write_all(int fd, std::string_view text, std::uint64_t& written) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    written += static_cast<std::uint64_t>(n);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

AppendFile::~AppendFile() {
  if (fd_ >= 0) ::close(fd_);
}

AppendFile::AppendFile(AppendFile&& other) noexcept {
  *this = std::move(other);
}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  std::swap(crc_, other.crc_);
  std::swap(buffer_, other.buffer_);
  std::swap(error_, other.error_);
  return *this;
}

base::Result<AppendFile> AppendFile::create(const std::filesystem::path& path) {
  AppendFile file;
  file.path_ = path;
  file.fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file.fd_ < 0) return base::io_error(failure("cannot create", path));
  return file;
}

base::Status AppendFile::write() {
  if (error_.empty() && !buffer_.empty()) {
    crc_ = crc_of(buffer_, crc_);
    if (!write_all(fd_, buffer_, size_)) error_ = failure("cannot write", path_);
  }
  buffer_.clear();
  if (!error_.empty()) return base::io_error(error_);
  return base::Ok{};
}

std::uint32_t crc_of(std::string_view text, std::uint32_t before) {
  return static_cast<std::uint32_t>(
      crc32_z(before, reinterpret_cast<const Bytef*>(text.data()), static_cast<z_size_t>(text.size())));
}

base::Result<std::string> read_file(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat told {};
  if (file.fd < 0 || ::fstat(file.fd, &told) != 0) return base::io_error(failure("cannot read", path));
  if (S_ISDIR(told.st_mode))
    return base::io_error(fmt::format("cannot read {}: it is a folder", path.string()));
  // Room for one byte more than it has, to find its end without making more; a pipe tells no size.
  std::string content(static_cast<std::size_t>(told.st_size) + 1, '\0');
  std::size_t size = 0;
  for (ssize_t n = 1; n != 0;) {
    if (size == content.size()) content.resize(2 * size);
    n = ::read(file.fd, content.data() + size, content.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return base::io_error(failure("cannot read", path));
    size += static_cast<std::size_t>(n);
  }
  content.resize(size);
  return content;
}

base::Result<nlohmann::json> read_json(const std::filesystem::path& path) {
  base::Result<std::string> text = read_file(path);
  if (!text) return text.error();
  nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
  if (json.is_discarded()) return base::io_error(fmt::format("{}: is not JSON", path.string()));
  return json;
}

base::Status replace_file(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path temporary = path.string() + ".new";
  base::Result<AppendFile> file = AppendFile::create(temporary);
  if (!file) return file.error();
  file->buffer() = content;
  if (base::Status written = file->write(); !written) return written;
  if (::rename(temporary.c_str(), path.c_str()) != 0) return base::io_error(failure("cannot write", path));
  return base::Ok{};
}

}  // namespace freshet::results
