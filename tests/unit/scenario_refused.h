// One wrong part of a scenario and the error that it has to give.
#pragma once

#include <ostream>

#include "tests/unit/scenario_fixture.h"

namespace freshet::scenario {

struct Wrong {
  const char* part;      // goes into line 2 of a scenario with the stream "chat" of class "talk"
  const char* expected;  // the one error, from its line on
};

inline void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.part;
}

inline std::string whole(const std::string& part) {
  const bool own_streams = part.starts_with("streams");
  return "return scenario {\n" + part + "\n" +
         (own_streams ? "}" : ",streams = { chat = { class = \"talk\" } } }");
}

inline void expect_refused(const Wrong& wrong) {
  const auto errors = errors_in(whole(wrong.part));
  ASSERT_THAT(errors, testing::SizeIs(1)) << testing::PrintToString(errors);
  EXPECT_THAT(errors[0], testing::StartsWith(wrong.expected));
}

}  // namespace freshet::scenario
