#include "harness/cli/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string>

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

// What the environment says that its programs write; the first of the three that is set counts (POSIX).
bool writes_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    std::string locale = value;
    std::ranges::transform(locale, locale.begin(), [](unsigned char c) { return std::tolower(c); });
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

reports::Style style_of(int fd, const Look& look) {
  const std::size_t own = size_of(fd).ws_col;
  const std::size_t room = own == 0 ? kDefaultWidth : std::clamp(own, reports::kMinimumWidth, kWidestPicture);
  reports::Style style{std::min(room, kWidest), colour_wanted(fd, look), writes_utf8(), room};
  if (look.width != 0) style.width = style.room = look.width;
  return style;
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
