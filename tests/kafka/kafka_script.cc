// scripts/kafka: what a scenario's faults rely on. Real brokers, hurt in every way that the script knows.
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "tests/kafka/kafka_fixture.h"

namespace freshet::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

// The script refuses, and says why.
void expect_refused(const ScriptRan& ran, int exit_status, const std::string& why) {
  EXPECT_EQ(ran.exit_status, exit_status) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr(why));
}

TEST(KafkaScript, MisuseIsRefusedInWords) {
  const std::string nowhere = testing::TempDir() + "freshet-no-such-cluster";
  expect_refused(kafka_script("kill 1 --dir " + nowhere), 1, "there is no cluster in");
  expect_refused(kafka_script("controller --dir " + nowhere), 1, "there is no cluster in");
  expect_refused(kafka_script("add --dir " + nowhere), 1, "no broker runs");
  expect_refused(kafka_script("kill two"), 2, "a broker is a number from 1 to 9");
  expect_refused(kafka_script("start --brokers 2"), 2, "--brokers is 1 or 3");
  expect_refused(kafka_script("start --sceure"), 2, "unknown option '--sceure'");
  expect_refused(kafka_script("reassign 1,2"), 2, "an argument is missing");
  expect_refused(kafka_script("kill 1 2"), 2, "unknown argument '2'");
  EXPECT_FALSE(fs::exists(nowhere));
}

// Lines of "topics --describe" that are about partitions and hold `text`.
int partitions_with(const Brokers& brokers, const std::string& topic, const std::string& text) {
  std::istringstream lines(brokers.admin("topics --describe --topic " + topic));
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("Partition: ") != std::string::npos && line.find(text) != std::string::npos) ++count;
  }
  return count;
}

TEST(KafkaScript, ThreeBrokersLoseOneGetItBackAndAreJoinedByAFourth) {
  Brokers brokers({.brokers = 3, .tuned = true});
  ASSERT_NE(brokers.address(), "");
  brokers.admin("topics --create --topic t --partitions 6 --replication-factor 3");
  EXPECT_EQ(partitions_with(brokers, "t", "Leader: 2"), 2);

  brokers.kill(2);
  expect_refused(brokers.script("kill 2"), 1, "broker 2 does not run");
  expect_refused(brokers.script("pause 2"), 1, "broker 2 does not run");
  expect_refused(brokers.script("restart 2"), 1, "broker 2 does not run");
  expect_refused(brokers.script("kill 4"), 1, "there is no broker 4");
  EXPECT_EQ(brokers.script("status").exit_status, 3);
  brokers.start();
  EXPECT_EQ(brokers.script("status").exit_status, 0);

  const int in_charge = brokers.controller();
  EXPECT_THAT(brokers.script("restart controller").output,
              HasSubstr(fmt::format("broker {} is back in sync", in_charge)));
  const int fourth = brokers.add();
  EXPECT_EQ(fourth, 4);
  EXPECT_EQ(partitions_with(brokers, "t", "Leader: 4"), 0);
  brokers.reassign("2,3,4", "t*");
  EXPECT_EQ(partitions_with(brokers, "t", "Replicas: 2,3,4\tIsr: 2,3,4"), 2);
  EXPECT_EQ(partitions_with(brokers, "t", "Leader: 4"), 2);
  expect_refused(brokers.script("reassign 2,4 t"), 1, "more replicas than there are brokers");
  expect_refused(brokers.script("reassign 2,3,4 u"), 1, "no topic fits");
}

TEST(KafkaScript, WhateverWasDoneToItItEndsCleanly) {
  Brokers brokers({.brokers = 3, .tuned = true});
  brokers.freeze(3);
  expect_refused(brokers.script("pause 3"), 1, "is paused already");
  expect_refused(brokers.script("restart 3"), 1, "is paused");
  brokers.thaw(3);
  expect_refused(brokers.script("resume 3"), 1, "is not paused");
  brokers.freeze(3);
  brokers.kill(1);
  brokers.kill(2);
  EXPECT_TRUE(runs_with(brokers.dir()));
  EXPECT_EQ(brokers.script("stop").exit_status, 0);
  EXPECT_FALSE(runs_with(brokers.dir()));
  brokers.start();  // nothing of it was lost
  brokers.freeze(1);
  brokers.freeze(2);
  EXPECT_EQ(brokers.script("wipe").exit_status, 0);
  EXPECT_FALSE(runs_with(brokers.dir()));
  EXPECT_FALSE(fs::exists(brokers.dir()));
}

TEST(KafkaScript, FilesWithSecretsAreTheirOwnersOnly) {
  Brokers brokers({.secure = true});
  ASSERT_NE(brokers.address(), "");
  brokers.new_user("reader");
  for (const char* folder : {"/clients", "/secrets"}) {
    for (const auto& file : fs::recursive_directory_iterator(brokers.dir() + folder)) {
      EXPECT_EQ(file.status().permissions() & fs::perms::mask, fs::perms::owner_read | fs::perms::owner_write)
          << file.path();
    }
  }
  EXPECT_EQ(fs::status(brokers.dir() + "/node-1/server.properties").permissions() & fs::perms::others_all,
            fs::perms::none);
}

class KafkaTiers : public KafkaClient {
 protected:
  void SetUp() override { connect(brokers_.address()); }
  Brokers brokers_{{.tiered = true, .metrics = true}};

  // The page whose address the script prints, as http://127.0.0.1:PORT/metrics.
  std::string metrics_page() const {
    const std::string address = brokers_.script("metrics").last;
    const std::string command = fmt::format(
        R"(bash -c 'port="{}"; port="${{port##*:}}"; exec 3<>"/dev/tcp/127.0.0.1/${{port%%/*}}" &&
           printf "GET /metrics HTTP/1.0\r\n\r\n" >&3 && cat <&3')",
        address);
    std::string page;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> part{};
    while (const std::size_t got = std::fread(part.data(), 1, part.size(), pipe))
      page.append(part.data(), got);
    EXPECT_EQ(pclose(pipe), 0) << address;
    return page;
  }

  int remote_segments() const {
    int count = 0;
    for (const auto& file : fs::recursive_directory_iterator(brokers_.remote_folder())) {
      if (file.path().extension() == ".log") ++count;
    }
    return count;
  }
};

TEST_F(KafkaTiers, SegmentsMoveToTheRemoteFolderAndMetricsTellIt) {
  const std::string topic = new_topic(1, {{"remote.storage.enable", "true"},
                                          {"local.retention.ms", "1000"},
                                          {"segment.bytes", "1048576"},
                                          {"file.delete.delay.ms", "100"}});
  const auto stream = producer(topic, 1);
  const std::string value(10'000, 'x');
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(stream->send(0, bytes("k"), bytes(value), epoch_ms_), Sent::accepted);
  }
  ASSERT_TRUE(until([&] {
    while (stream->poll()) {
    }
    return stream->in_flight() == 0 && remote_segments() > 0;
  }));
  EXPECT_THAT(metrics_page(),
              HasSubstr("kafka_server_brokertopicmetrics_count{name=\"RemoteCopyBytesPerSec\""));
}

}  // namespace
}  // namespace freshet::test
