#include "harness/cli/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace freshet::cli {
namespace {

constexpr std::size_t kDefaultWidth = 80;
constexpr std::size_t kDefaultHeight = 24;

winsize size_of(int fd) {
  winsize size{};
  if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0) return {};
  return size;
}

bool colour_wanted(int fd, const Look& look) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (look.no_colour || (no_colour && *no_colour)) return false;
  return isatty(fd) && !(term && std::string_view(term) == "dumb");
}

reports::Style style_of(int fd, const Look& look) {
  const std::size_t own = size_of(fd).ws_col;
  const std::size_t width = own == 0 ? kDefaultWidth : std::clamp(own, reports::kMinimumWidth, kWidest);
  return {look.width == 0 ? width : look.width, colour_wanted(fd, look)};
}

void write_all(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

}  // namespace

reports::Style stdout_style(const Look& look) {
  return style_of(STDOUT_FILENO, look);
}

reports::Style stderr_style(const Look& look) {
  return style_of(STDERR_FILENO, look);
}

bool stderr_is_terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) && !(term && std::string_view(term) == "dumb");
}

std::size_t stderr_height() {
  const std::size_t own = size_of(STDERR_FILENO).ws_row;
  return own == 0 ? kDefaultHeight : own;
}

void print(std::string_view text) {
  write_all(stdout, text);
}

void notice(std::string_view text) {
  write_all(stderr, text);
}

int fail(std::string_view message, int status) {
  notice(fmt::format("freshet: {}\n", message));
  return status;
}

}  // namespace freshet::cli
