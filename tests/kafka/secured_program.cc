// The program on a secured cluster, as a person runs it: whole runs as each kind of user, what is said when
// something is not allowed, and that no secret is said or written anywhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/cli/scenario_text.h"
#include "tests/kafka/secured_fixture.h"

namespace freshet::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::Ran;

namespace fs = std::filesystem;

class SecuredProgram : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(brokers_.address(), "");
    scratch_.write("tiny.lua", tests::kTiny);
  }

  Ran run_as(const std::string& properties, const std::vector<std::string>& more = {}) {
    std::vector<std::string> args = {"run", "tiny.lua", "--no-calibration", "--target",
                                     "kafka=" + properties};
    args.insert(args.end(), more.begin(), more.end());
    return tests::run_freshet(scratch_.path(), args);
  }

  std::string secret_of(const std::string& properties, const std::string& setting) {
    std::ifstream file(properties);
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with(setting + "=")) return line.substr(setting.size() + 1);
    }
    ADD_FAILURE() << properties << " has no " << setting;
    return "?";
  }

  // Everything that a run has left, and all it said.
  std::string all_bytes(const Ran& ran) {
    std::string all = ran.out + ran.err;
    for (const auto& file : fs::recursive_directory_iterator(scratch_.path())) {
      if (file.is_regular_file() && file.path().extension() != ".properties") {
        all += tests::read_file(file.path());
      }
    }
    return all;
  }

  Brokers brokers_{{.secure = true}};
  tests::ScratchFolder scratch_;
};

// Every event became visible; whether the machine was fast enough for a verdict is another question.
void expect_all_visible(const Ran& ran, const fs::path& folder) {
  ASSERT_TRUE(ran.exit_status == 0 || ran.exit_status == 3) << ran.exit_status << "\n" << ran.out << ran.err;
  const auto summary = nlohmann::json::parse(tests::read_file(folder / "summary.json"));
  ASSERT_FALSE(summary.at("staleness").empty());
  for (const auto& row : summary.at("staleness")) {
    const auto& outcomes = row.at("outcomes");
    EXPECT_EQ(outcomes.at("visible"), outcomes.at("planned")) << row;
  }
}

TEST_F(SecuredProgram, RunsFromEndToEndAsEachKindOfUserAndKeepsItsSecrets) {
  for (const char* user : {"scram", "plain", "tls"}) {
    SCOPED_TRACE(user);
    const std::string properties = brokers_.properties(user);
    const std::string setting = user == std::string("tls") ? "ssl.key.password" : "sasl.password";
    const std::string secret = secret_of(properties, setting);
    // The file's own secret is another one, and -X has the right one: in both of its spellings.
    std::string text = tests::read_file(properties);
    text.replace(text.find(secret), secret.size(), "PlantedInTheFile");
    const std::string planted = scratch_.write("planted.properties", text);
    const bool one_word = user == std::string("plain");
    const std::vector<std::string> over = one_word ? std::vector<std::string>{"-X" + setting + "=" + secret}
                                                   : std::vector<std::string>{"-X", setting + "=" + secret};
    std::vector<std::string> more = over;
    more.insert(more.end(), {"-o", user});
    const Ran ran = run_as(planted, more);
    expect_all_visible(ran, scratch_.path() / user);
    std::string all = all_bytes(ran);
    const std::vector<std::vector<std::string>> others = {
        {"report", user, "--clients"},
        {"report", user, "--json"},
        {"check", "tiny.lua", "--target", "kafka=" + planted},
        {"clean", "--target", "kafka=" + planted},
        {"clean", "--target", "kafka=" + planted, "--json"}};
    for (std::vector<std::string> said : others) {
      if (user != std::string("scram")) break;  // who one is makes no difference to what they say
      if (said[0] != "report") said.insert(said.end(), over.begin(), over.end());
      const Ran other = tests::run_freshet(scratch_.path(), said);
      EXPECT_NE(other.exit_status, 2) << said[0] << other.err;
      EXPECT_NE(other.exit_status, 5) << said[0] << other.err;
      all += other.out + other.err;
    }
    EXPECT_EQ(all.find(secret), std::string::npos);
    EXPECT_EQ(all.find("PlantedInTheFile"), std::string::npos);
    const std::string manifest = tests::read_file(scratch_.path() / user / "manifest.json");
    EXPECT_THAT(manifest, AllOf(HasSubstr("\"" + setting + "\": \"***\""), HasSubstr(setting + "=***")))
        << "the search would find nothing if nothing were told";
  }
}

TEST_F(SecuredProgram, WhatACommandPrintsOfThemIsMasked) {
  const std::string properties = brokers_.properties("scram");
  const std::string secret = secret_of(properties, "sasl.password");
  scratch_.write("tiny.lua", tests::with_fault(fmt::format(R"(at = "0s", run = "cat '{}'")", properties)));
  const Ran ran = run_as(properties, {"--allow-commands", "-o", "one"});
  expect_all_visible(ran, scratch_.path() / "one");
  const std::string all = all_bytes(ran);
  EXPECT_EQ(all.find(secret), std::string::npos);
  EXPECT_THAT(all, HasSubstr("sasl.password=***")) << "the search would find nothing if nothing were told";
}

// Secrets in the wrong places: a scenario, which would be recorded, an argument that is none, a wrong
// password.
TEST_F(SecuredProgram, SecretsInWrongPlacesAreNotRepeated) {
  std::string scenario = tests::kTiny;
  scenario.insert(scenario.find("streams"), "client = { ['sasl.password'] = 'PlantedSecret' }, ");
  scratch_.write("planted.lua", scenario);
  const std::string file = "kafka=" + brokers_.properties("scram");
  const std::vector<std::vector<std::string>> ways = {
      {"run", "planted.lua", "--no-calibration", "--target", file},
      {"check", "planted.lua", "--target", file},
      {"run", "tiny.lua", "--no-calibration", "--target", file, "-X", "sasl.password:PlantedSecret"},
      {"check", "tiny.lua", "--target", file, "-Xsasl.password=PlantedSecret"},
      {"clean", "--target", file, "-X", "sasl.password=PlantedSecret"}};
  for (const std::vector<std::string>& args : ways) {
    const Ran ran = tests::run_freshet(scratch_.path(), args);
    EXPECT_TRUE(ran.exit_status == 2 || ran.exit_status == 5) << args[0] << ran.out;
    EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("PlantedSecret"))) << args[0];
    EXPECT_THAT(ran.err, Not(testing::IsEmpty()));
  }
}

// Before anything is made, by a producer, by a group; a run's own test has them all.
TEST_F(SecuredProgram, CheckNamesAMissingRight) {
  for (const MissingRight& missing : missing_rights()) {
    const std::string user = missing.user;
    if (user != "no-create" && user != "no-write" && user != "no-group") continue;
    SCOPED_TRACE(user);
    const Ran ran = tests::run_freshet(
        scratch_.path(), {"check", "tiny.lua", "--target", "kafka=" + user_without(brokers_, missing),
                          "--connect-timeout", "300s"});
    EXPECT_EQ(ran.exit_status, 5) << ran.out << ran.err;
    const std::string words = missing.words;  // up to where the run's own prefix stands
    EXPECT_THAT(ran.err, HasSubstr(words.substr(0, words.find("{}"))));
  }
  EXPECT_THAT(brokers_.admin("topics --list"), Not(HasSubstr("-chat"))) << "nothing half-done is left";
}

TEST_F(SecuredProgram, WhatTheClusterDoesNotBelieveIsExit5WithTheReason) {
  ASSERT_TRUE(make_stranger(scratch_.path()));
  for (const WrongWay& way : wrong_ways(scratch_.path())) {
    // A time limit that no run could reach without the test's failing.
    std::vector<std::string> more = {"--connect-timeout", "300s"};
    for (const std::string& setting : way.settings) more.insert(more.end(), {"-X", setting});
    const Ran ran = run_as(brokers_.properties(way.user), more);
    EXPECT_EQ(ran.exit_status, 5) << ran.err;
    EXPECT_THAT(ran.err, AllOf(HasSubstr(way.words), Not(HasSubstr("PlantedSecret"))))
        << way.user << " " << way.settings[0];
    EXPECT_TRUE(fs::is_empty(scratch_.path() / "runs")) << "nothing half-done is left";
  }
}

TEST_F(SecuredProgram, AMissingRightIsExit5WithItsName) {
  for (const MissingRight& missing : missing_rights()) {
    SCOPED_TRACE(missing.user);
    const std::string prefix = std::string(missing.user) + "-";
    const Ran ran =
        run_as(user_without(brokers_, missing), {"--prefix", prefix, "--connect-timeout", "300s"});
    EXPECT_EQ(ran.exit_status, 5) << ran.out << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(fmt::format(fmt::runtime(missing.words), prefix)));
  }
  EXPECT_THAT(brokers_.admin("topics --list"), Not(HasSubstr("-chat"))) << "nothing half-done is left";
}

}  // namespace
}  // namespace freshet::test
