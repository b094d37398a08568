// The lines of table fields, read from the text.
#include "harness/scenario/source_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::scenario {
namespace {

using testing::ElementsAre;
using testing::Field;

std::vector<std::string> texts(std::string_view source) {
  std::vector<std::string> all;
  for (const Token& token : tokenize(source)) all.push_back(token.text);
  return all;
}

TEST(Lexer, TellsTokensApart) {
  EXPECT_THAT(texts("a.b1 = { 'x', \"y\\\"z\" } == ~= 1.5e3 .. ..."),
              ElementsAre("a", ".", "b1", "=", "{", "x", ",", "y\"z", "}", "==", "~=", "1.5e3", ".", ".", ".",
                          ".", "."));
  EXPECT_THAT(texts("[[long\n]==] text]] [==[ x ]] ]==]"), ElementsAre("long\n]==] text", " x ]] "));
}

TEST(Lexer, LeavesOutComments) {
  EXPECT_THAT(texts("a -- b { c\nd --[[ e\n f ]] g --[==[ ]] ]==] h"), ElementsAre("a", "d", "g", "h"));
}

TEST(Lexer, CountsLinesThroughTextsAndComments) {
  const auto tokens = tokenize("a\n--[[\n\n]] b [[\n\n]] c \"x\\\ny\" d");
  EXPECT_THAT(tokens, ElementsAre(Field(&Token::line, 1), Field(&Token::line, 4), Field(&Token::line, 4),
                                  Field(&Token::line, 6), Field(&Token::line, 6), Field(&Token::line, 7)));
}

TEST(Lexer, TakesAnythingToItsEnd) {
  for (const char* broken : {"\"", "[[", "--[[", "[==", "'\\", "\xff\x01{", "1..2..", "]"}) tokenize(broken);
}

TEST(SourceMap, KnowsTheLinesOfFieldsAtAnyDepth) {
  const SourceMap map(
      "return scenario {\n a = 1,\n b = {\n  c = 'x',\n  ['d.e'] = f(1, {2}, 3),\n 'item', g },\n}");
  const SourceTable* top = map.call(1, "scenario");
  ASSERT_NE(top, nullptr);
  EXPECT_EQ(top->field("a")->line, 2);
  ASSERT_NE(top->field("b"), nullptr);
  const SourceTable* b = map.table_of(*top->field("b"));
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(b->field("c")->line, 4);
  EXPECT_EQ(b->field("d.e")->line, 5);
  EXPECT_EQ(b->item(0)->line, 6);
  EXPECT_EQ(b->item(1)->name, "g");
  EXPECT_EQ(b->item(2), nullptr);
  EXPECT_EQ(b->field("x"), nullptr);
}

TEST(SourceMap, FindsACallByTheLineWhereItBeginsOrItsBrace) {
  const SourceMap map("local x = support.\nrefund\n{ rate =\n '5/s' }\nlocal y = slo({ 'lost' })");
  const SourceTable* refund = map.call(1, "refund");
  ASSERT_NE(refund, nullptr);
  EXPECT_EQ(refund, map.call(3, "refund"));
  EXPECT_EQ(refund->field("rate")->line, 3);
  EXPECT_NE(map.call(5, "slo"), nullptr);
  EXPECT_EQ(map.call(5, "refund"), nullptr);
}

TEST(SourceMap, FollowsALocalVariable) {
  const SourceMap map("local streams = {\n a = 1 }\nreturn scenario { streams = streams }");
  const SourceTable* streams = map.table_of(*map.call(3, "scenario")->field("streams"));
  ASSERT_NE(streams, nullptr);
  EXPECT_EQ(streams->field("a")->line, 2);
}

TEST(SourceMap, IsNotConfusedByFunctionsInTables) {
  const SourceMap map(
      "return f { a = function(x, y)\n if x then return 1, 2 end\n for i = 1, 2 do end end,\n b = 5 }");
  const SourceTable* table = map.call(1, "f");
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->fields.size(), 2U);
  EXPECT_TRUE(table->items.empty());
  EXPECT_EQ(table->field("b")->line, 4);
}

TEST(SourceMap, ReportsKeysThatAreWrittenTwice) {
  const SourceMap map("return { a = 1,\n b = { a = 2 },\n a = 3 }");
  ASSERT_EQ(map.duplicates().size(), 1U);
  EXPECT_EQ(map.duplicates()[0].key, "a");
  EXPECT_EQ(map.duplicates()[0].line, 3);
  EXPECT_EQ(map.duplicates()[0].first_line, 1);
}

TEST(SourceMap, SurvivesWhatIsNoLua) {
  for (const char* broken : {"{", "}", "{{{{", "{ a = ", "{ ) ) }", "{ = }", "{ [", "local x = {", "( {"})
    SourceMap{broken};
  SourceMap{std::string(100'000, '{')};
}

}  // namespace
}  // namespace freshet::scenario
