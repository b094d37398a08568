// A validity rule of a verdict by its number, "V4"; a failure of the test when there is none.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "harness/judge/verdict.h"

namespace freshet::test {

inline const judge::Validity& rule_of(const judge::Verdict& verdict, const std::string& number) {
  static const judge::Validity none;
  for (const judge::Validity& rule : verdict.validity) {
    if (rule.id.starts_with(number)) return rule;
  }
  ADD_FAILURE() << "no rule " << number;
  return none;
}

}  // namespace freshet::test
