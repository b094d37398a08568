// What a scenario asks for, and when what is found is less.
#include "harness/plan/durability.h"

#include <gtest/gtest.h>

namespace freshet::plan {
namespace {

std::string less(const Durability& asked, const Durability& found) {
  std::string text;
  for (const Shortfall& shortfall : shortfalls(asked, found)) text += sentence(shortfall) + "; ";
  return text;
}

TEST(Durability, IsReadFromAllNamesOfASetting) {
  const Durability d =
      durability_of(3, {{"min.insync.replicas", "2"}}, {{"acks", "all"}, {"enable.idempotence", "true"}});
  EXPECT_EQ(d.replication, 3);
  EXPECT_EQ(d.min_insync, 2);
  EXPECT_EQ(d.acks, -1);
  EXPECT_EQ(d.idempotence, true);
  EXPECT_EQ(durability_of({}, {}, {{"request.required.acks", "-1"}}).acks, -1);
  EXPECT_EQ(durability_of({}, {}, {{"acks", "1"}}).acks, 1);
  const Durability nothing = durability_of({}, {{"min.insync.replicas", "two"}}, {});
  EXPECT_FALSE(nothing.replication || nothing.min_insync || nothing.acks || nothing.idempotence);
}

TEST(Durability, AStreamsOwnSettingsAreStronger) {
  Plan plan;
  plan.client_settings = {{"acks", "all"}, {"enable.idempotence", "true"}};
  Stream stream;
  stream.replication = 2;
  EXPECT_EQ(asked_durability(plan, stream).acks, -1);
  stream.client_settings = {{"acks", "1"}};
  EXPECT_EQ(asked_durability(plan, stream).acks, 1);
  EXPECT_EQ(asked_durability(plan, stream).replication, 2);
}

TEST(Durability, LessIsLessAndMoreIsNot) {
  const Durability asked{.replication = 3, .min_insync = 2, .acks = -1, .idempotence = true};
  EXPECT_EQ(less(asked, asked), "");
  EXPECT_EQ(less(asked, {.replication = 4, .min_insync = 3, .acks = -1, .idempotence = true}), "");
  EXPECT_EQ(
      less(asked, {.replication = 1, .min_insync = 1, .acks = 1, .idempotence = false}),
      "replication is 1, and the scenario asks for 3; min.insync.replicas is 1, and the scenario asks for "
      "2; acks is 1, and the scenario asks for all; enable.idempotence is false, and the scenario asks "
      "for true; ");
  EXPECT_EQ(less({.acks = 1}, {.acks = 0}), "acks is 0, and the scenario asks for 1; ");
  EXPECT_EQ(less({.acks = 1}, {.acks = -1}), "");
  EXPECT_EQ(less({.idempotence = false}, {.idempotence = false}), "");
}

TEST(Durability, WhatIsNotAskedOrNotToldFallsShortOfNothing) {
  const Durability all{.replication = 3, .min_insync = 2, .acks = -1, .idempotence = true};
  EXPECT_EQ(less(all, {}), "");
  EXPECT_EQ(less({}, {.replication = 1, .min_insync = 1, .acks = 0, .idempotence = false}), "");
}

}  // namespace
}  // namespace freshet::plan
