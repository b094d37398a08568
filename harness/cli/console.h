// Where the program writes: the result on stdout, everything else on stderr; what the terminals there can do.
#pragma once

#include <string>
#include <string_view>

#include "reports/text.h"

namespace freshet::cli {

// Exit statuses (design 4). A verdict has its own: judge::Verdict::exit_status().
inline constexpr int kExitOk = 0;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitCluster = 5;
inline constexpr int kExitInterrupted = 130;

struct Look {
  std::size_t width = 0;  // 0: the terminal's own, at most kWidest; 80 where there is none
  bool no_colour = false;
};
inline constexpr std::size_t kWidest = 120;  // wider lines are harder to read, not easier

inline constexpr std::size_t kWidestPicture = 1000;  // pictures are easier to read, the wider they are

// How to write to stdout. Colours only on a terminal, and not with NO_COLOR (https://no-color.org) set.
reports::Style stdout_style(const Look& look);
reports::Style stderr_style(const Look& look);
bool stderr_is_terminal();
std::size_t stderr_height();

void print(std::string_view text);   // stdout
void notice(std::string_view text);  // stderr

// "freshet: MESSAGE" on stderr; gives `status` back.
int fail(std::string_view message, int status);

}  // namespace freshet::cli
