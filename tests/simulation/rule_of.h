// What a verdict says of the run's validity.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "harness/judge/verdict.h"

namespace freshet::test {

// A validity rule by its number, "V4"; a failure of the test when there is none.
inline const judge::Validity& rule_of(const judge::Verdict& verdict, const std::string& number) {
  static const judge::Validity none;
  for (const judge::Validity& rule : verdict.validity) {
    if (rule.id.starts_with(number)) return rule;
  }
  ADD_FAILURE() << "no rule " << number;
  return none;
}

// This machine stood still for longer than what the run asks for allows, which no cluster makes it do: the
// run is invalid, whatever else it shows.
inline bool stood_still(const judge::Verdict& verdict) {
  return !rule_of(verdict, "V4").holds;
}

}  // namespace freshet::test
