// What machines read of a run: JUnit XML, Markdown, GitHub's annotations. Against golden files, through a
// parser, and with texts that try to be markup.
#include <gmock/gmock.h>

#include <pugixml.hpp>

#include "reports/junit.h"
#include "reports/markdown.h"
#include "reports/markup.h"
#include "tests/unit/golden.h"
#include "tests/unit/report_fixture.h"

namespace freshet::reports {
namespace {

using test::expect_golden;
using ::testing::HasSubstr;
using ::testing::Not;

const char* const kFolder = "runs/20260102-030405-incident-burst";

struct Xml {
  explicit Xml(const std::string& text) { EXPECT_TRUE(document.load_string(text.c_str())) << text; }
  pugi::xml_node suite() const { return document.child("testsuites").child("testsuite"); }
  pugi::xml_document document;
};

TEST(Junit, IsTheGoldenText) {
  expect_golden("junit.xml", junit(report_settled(), report_verdict()));
}

TEST(Junit, AnSloThatDoesNotHoldIsAFailure) {
  const Xml xml(junit(report_settled(), report_verdict()));
  EXPECT_STREQ(xml.suite().attribute("tests").value(), "2");
  EXPECT_STREQ(xml.suite().attribute("failures").value(), "1");
  EXPECT_STREQ(xml.suite().attribute("errors").value(), "0");
  const pugi::xml_node good = xml.suite().child("testcase"), bad = good.next_sibling("testcase");
  EXPECT_FALSE(good.child("failure"));
  EXPECT_STREQ(bad.child("failure").attribute("message").value(), "> 40.0 s, expected below 20 s");
}

TEST(Junit, NothingIsJudgedOfARunThatDeservesNoTrust) {
  for (const auto& [outcome, word] :
       {std::pair{judge::Outcome::invalid, "invalid"}, {judge::Outcome::interrupted, "interrupted"}}) {
    judge::Verdict verdict = report_verdict();
    verdict.outcome = outcome;
    verdict.reason = "why";
    const Xml xml(junit(report_settled(), verdict));
    EXPECT_STREQ(xml.suite().attribute("errors").value(), "2");
    EXPECT_STREQ(xml.suite().attribute("failures").value(), "0");
    for (const pugi::xml_node test : xml.suite().children("testcase")) {
      EXPECT_STREQ(test.child("error").attribute("type").value(), word);
      EXPECT_STREQ(test.child("error").attribute("message").value(), "why");
    }
  }
}

// No data is never a pass.
TEST(Junit, ARunWithoutSlosIsOneCase) {
  judge::Verdict verdict = report_verdict();
  verdict.slos.clear();
  const Xml failed(junit(report_settled(), verdict));
  EXPECT_STREQ(failed.suite().attribute("tests").value(), "1");
  EXPECT_TRUE(failed.suite().child("testcase").child("failure"));
  verdict.outcome = judge::Outcome::pass;
  EXPECT_FALSE(Xml(junit(report_settled(), verdict)).suite().child("testcase").child("failure"));
}

// Reasons and names hold what a broker or a scenario said.
const char* const kHostile = "]]>\"><script>alert('x')</script> | `a` *b* [c](d) @me \x01\xff\xc0\xaf\n# h";

TEST(Junit, HostileTextsStayText) {
  results::Settled settled = report_settled();
  judge::Verdict verdict = report_verdict();
  settled.figures.identity.scenario = verdict.slos[1].text = verdict.slos[1].figure = verdict.reason =
      kHostile;
  const Xml xml(junit(settled, verdict));
  EXPECT_EQ(xml.suite().attribute("name").value(), xml_text(kHostile));
  EXPECT_EQ(std::distance(xml.suite().begin(), xml.suite().end()), 3) << "properties and two cases";
}

TEST(Markdown, IsTheGoldenText) {
  expect_golden("summary.md", markdown(report_settled(), report_verdict(), kFolder));
}

TEST(Markdown, HostileTextsStayText) {
  results::Settled settled = report_settled();
  judge::Verdict verdict = report_verdict();
  settled.figures.identity.scenario = verdict.slos[1].text = verdict.reason = kHostile;
  verdict.validity.back().sentence = kHostile;
  const std::string text = markdown(settled, verdict, kHostile);
  EXPECT_THAT(text, Not(HasSubstr("<script")));
  EXPECT_THAT(text, Not(HasSubstr("@me |")));
  EXPECT_THAT(text, HasSubstr("\\| \\`a\\` \\*b\\* \\[c\\]\\(d\\) &#64;me"));
  // A cell has no line of its own.
  const std::size_t row = text.find("| V2");
  ASSERT_NE(row, std::string::npos);
  EXPECT_THAT(text.substr(row, text.find('\n', row) - row), HasSubstr("\\# h"));
}

TEST(GithubAnnotations, PointAtTheLineOfTheSlo) {
  EXPECT_EQ(github_annotations(report_verdict(), "scenarios/a,b.lua"),
            "::error file=scenarios/a%2Cb.lua,line=32,title=freshet::time to fresh of chat_turn at copilot "
            "after incident below 20 s: > 40.0 s (not reached before the run ended)\n");
  judge::Verdict verdict = report_verdict();
  verdict.outcome = judge::Outcome::invalid;
  verdict.reason = "V1: 100 %\n::error::mine";
  EXPECT_EQ(github_annotations(verdict, "x.lua"), "::error title=freshet::V1: 100 %25%0A::error::mine\n");
  verdict.outcome = judge::Outcome::pass;
  EXPECT_EQ(github_annotations(verdict, "x.lua"), "");
}

TEST(XmlText, KeepsWhatXmlHolds) {
  EXPECT_EQ(xml_text("aß€\U0001F600\t\n<&"), "aß€\U0001F600\t\n<&");
  for (const char* bad : {"\x01", "\x7f", "\xff", "\xc0\xaf" /* overlong / */, "\xed\xa0\x80" /* surrogate */,
                          "\xf4\x90\x80\x80" /* beyond */, "\xe2\x82" /* cut */, "\xef\xbf\xbf"}) {
    const std::string text = xml_text(std::string("a") + bad + "b");
    EXPECT_THAT(text, ::testing::StartsWith("a\xEF\xBF\xBD"));
    EXPECT_THAT(text, ::testing::EndsWith("b"));
    for (const char c : text) EXPECT_NE(c, bad[0] == '\xef' ? '\x01' : bad[0]);
  }
}

}  // namespace
}  // namespace freshet::reports
