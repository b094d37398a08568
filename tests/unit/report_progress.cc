// Progress: a block to draw in place, a line for a log.
#include "reports/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::reports {
namespace {

using base::kMillisecond;
using base::kSecond;
using ::testing::HasSubstr;

Progress running() {
  Progress progress;
  progress.stage = "running";
  progress.phase = "incident";
  progress.phase_elapsed = 12 * kSecond;
  progress.phase_length = 15 * kSecond;
  progress.elapsed = 47 * kSecond;
  progress.length = 70 * kSecond;
  progress.offered = progress.sent = 16'000;
  progress.acked = 15'900;
  progress.received = 47'700;
  progress.rows = {{"account_lock", "agent_desktop", 24 * kMillisecond, 2 * kSecond, 12 * kMillisecond},
                   {"chat_turn", "agent_desktop", 25 * kMillisecond, 10 * kSecond, 14 * kMillisecond},
                   {"chat_turn", "copilot", 12 * kSecond, 10 * kSecond, 11 * kSecond}};
  return progress;
}

TEST(ProgressLine, SaysWhereItIsAndHowItGoes) {
  EXPECT_EQ(progress_line(running()),
            "incident 12 of 15 s, run 47 of 70 s  offered 16.0 k/s  sent 16.0 k/s  acked 15.9 k/s  received "
            "47.7 k/s"
            "  p99 12.0 s of 10.0 s (chat_turn at copilot)  lag agent_desktop 14.0 ms, copilot 11.0 s");
}

TEST(ProgressLine, BeforeTheStartIsTheStageAlone) {
  Progress progress;
  progress.stage = "probing";
  EXPECT_EQ(progress_line(progress), "probing");
}

TEST(ProgressBlock, NeverOutgrowsTheTerminal) {
  Progress progress = running();
  for (int i = 0; i < 50; ++i) progress.rows.push_back(progress.rows[0]);
  for (const std::size_t width : {60U, 80U, 120U}) {
    for (const std::size_t height : {1U, 2U, 3U, 24U}) {
      const std::string block = progress_block(progress, height, {width, true});
      EXPECT_LE(std::count(block.begin(), block.end(), '\n'), static_cast<std::ptrdiff_t>(height));
      for (std::size_t at = 0, end = 0; (end = block.find('\n', at)) != std::string::npos; at = end + 1) {
        EXPECT_LE(columns_of(block.substr(at, end - at)), width);
      }
    }
  }
}

TEST(ProgressBlock, ShowsEachClassAtEachGroupAgainstItsBound) {
  const std::string block = progress_block(running(), 24, {80, false});
  EXPECT_THAT(block, HasSubstr("incident 12 of 15 s, run 47 of 70 s  [=============       ]\n"));
  EXPECT_THAT(block, HasSubstr("  chat_turn at copilot           p99 now 12.0 s of 10.0 s    lag 11.0 s\n"));
  EXPECT_THAT(progress_block(running(), 24, {80, true}), HasSubstr("\x1b[1;31m  chat_turn at copilot"));
}

TEST(ProgressBlock, DrawsNothingForWhatIsNotKnown) {
  Progress progress = running();
  progress.rows = {{"chat_turn", "copilot", -1, 10 * kSecond, 0}};
  EXPECT_THAT(progress_block(progress, 24, {80, false}), HasSubstr("p99 now - of 10.0 s"));
}

TEST(EraseBlock, GoesUpAsManyLinesAsWereDrawn) {
  EXPECT_EQ(erase_block(""), "");
  EXPECT_EQ(erase_block("one\ntwo\n"), "\x1b[2A\r\x1b[J");
}

}  // namespace
}  // namespace freshet::reports
