// Columns, wrapping, colours.
#include "reports/text.h"

#include <gtest/gtest.h>

namespace freshet::reports {
namespace {

TEST(ColumnsOf, CountsCharactersNotBytesAndNoEscapes) {
  EXPECT_EQ(columns_of(""), 0U);
  EXPECT_EQ(columns_of("24.1 ms"), 7U);
  EXPECT_EQ(columns_of("≥31.0 s"), 7U);
  EXPECT_EQ(columns_of("\x1b[1;31mFAIL\x1b[0m"), 4U);
  EXPECT_EQ(columns_of("cut escape \x1b[1"), 11U);
}

TEST(Painted, PaintsOnlyWhenAsked) {
  EXPECT_EQ(painted("ok", Paint::good, {80, false}), "ok");
  EXPECT_EQ(painted("ok", Paint::good, {80, true}), "\x1b[32mok\x1b[0m");
  EXPECT_EQ(painted("ok\n", Paint::good, {80, true}), "\x1b[32mok\x1b[0m\n");
  EXPECT_EQ(painted("ok", Paint::plain, {80, true}), "ok");
}

TEST(Wrapped, BreaksAtSpacesAndIndents) {
  const Style style{60, false};
  EXPECT_EQ(wrapped("short", 2, style), "short\n");
  const std::string text =
      wrapped(std::string(30, 'a') + " " + std::string(29, 'b') + " " + std::string(29, 'c'), 2, style);
  EXPECT_EQ(text, std::string(30, 'a') + " " + std::string(29, 'b') + "\n  " + std::string(29, 'c') + "\n");
  EXPECT_EQ(wrapped(std::string(70, 'x') + " y", 2, style), std::string(70, 'x') + "\n  y\n")
      << "nothing is cut";
  EXPECT_EQ(wrapped("  kept indent", 4, style), "  kept indent\n");
}

TEST(Table, AlignsFiguresUnderTheirHeads) {
  Table table("Title", {"p50", "p99"});
  table.row("copilot", {"5.12 ms", "≥31.0 s"});
  table.row("desktop", {"900 us"});
  EXPECT_EQ(table.text({80, false}),
            "Title          p50      p99\n"
            "  copilot  5.12 ms  ≥31.0 s\n"
            "  desktop   900 us\n");
}

TEST(Table, GivesALongLabelALineOfItsOwn) {
  Table table("T", {"count"});
  table.row(std::string(60, 'n'), {"1"});
  table.row("n", {"2"});
  EXPECT_EQ(table.text({60, false}), "T" + std::string(52, ' ') + "  count\n  " + std::string(60, 'n') +
                                         "\n" + std::string(53, ' ') + "      1\n  n" + std::string(50, ' ') +
                                         "      2\n");
}

TEST(Table, IsEmptyWithoutFigures) {
  Table table("T", {"count"});
  table.heading("only words");
  EXPECT_TRUE(table.empty());
  table.row("n", {"1"});
  EXPECT_FALSE(table.empty());
}

}  // namespace
}  // namespace freshet::reports
