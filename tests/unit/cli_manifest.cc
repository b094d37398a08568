// The manifest: nothing secret in it, times as written.
#include "harness/cli/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace freshet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Masked, HidesSecretsInEveryWayTheyAreTyped) {
  EXPECT_THAT(masked({"run", "-X", "sasl.password=hunter2", "a.lua"}),
              ElementsAre("run", "-X", "sasl.password=****", "a.lua"));
  EXPECT_THAT(masked({"-Xsasl.password=hunter2"}), ElementsAre("-Xsasl.password=****"));
  EXPECT_THAT(masked({"--setting=ssl.key.password=hunter2"}), ElementsAre("--setting=ssl.key.password=****"));
  EXPECT_THAT(masked({"--setting", "sasl.password=a=b"}), ElementsAre("--setting", "sasl.password=****"));
}

TEST(Masked, LeavesTheRest) {
  EXPECT_THAT(masked({"-X", "linger.ms=5", "-P", "rate=3", "-X"}),
              ElementsAre("-X", "linger.ms=5", "-P", "rate=3", "-X"));
  EXPECT_THAT(masked({}), ElementsAre());
}

TEST(Utc, IsWrittenAsIsoAndCompact) {
  const base::Nanos wall = 1'767'323'045 * base::kSecond + 999'999'999;  // 2026-01-02T03:04:05.99Z
  EXPECT_EQ(iso_utc(wall), "2026-01-02T03:04:05Z");
  EXPECT_EQ(compact_utc(wall), "20260102-030405");
  EXPECT_EQ(iso_utc(0), "1970-01-01T00:00:00Z");
}

TEST(Manifest, SaysWhatWasRun) {
  plan::Plan plan;
  plan.name = "tiny";
  plan.seed = 7;
  plan.scenario_text = "return scenario {}";
  plan.params = {{"rate", "events a second", "rate", "200/s", "100/s"}};
  const auto json = manifest(plan, {"run", "-X", "sasl.password=hunter2"}, 0);
  EXPECT_EQ(json["scenario"], "tiny");
  EXPECT_EQ(json["seed"], 7);
  EXPECT_EQ(json["params"]["rate"], "200/s");
  EXPECT_EQ(json["started"], "1970-01-01T00:00:00Z");
  EXPECT_THAT(json.dump(), Not(HasSubstr("hunter2")));
  for (const char* key : {"version", "rdkafka", "rdkafka_features", "host", "clocks", "scenario_text"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
}

}  // namespace
}  // namespace freshet::cli
