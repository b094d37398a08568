// Readers of the run folder against files that are cut, flipped, mixed up or random: they never crash, and
// what they lose they name. Seeds are fixed, so a failure repeats; FRESHET_FUZZ_ROUNDS asks for more rounds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "harness/results/carriers.h"
#include "harness/results/flushes.h"
#include "harness/results/hdr_codec.h"
#include "harness/results/host_seconds.h"
#include "harness/results/interval_log.h"
#include "harness/results/layout.h"
#include "harness/results/ledger_files.h"
#include "harness/results/line_file.h"
#include "harness/results/tables.h"
#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

namespace fs = std::filesystem;
using Random = std::mt19937_64;

int rounds(int usual) {
  const char* asked = std::getenv("FRESHET_FUZZ_ROUNDS");
  return asked ? std::max(1, std::atoi(asked)) : usual;
}

std::string noise(Random& random, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(random() & 0xff));
  return bytes;
}

// One of the ways in which a file goes wrong.
std::string harm(std::string bytes, Random& random) {
  const std::size_t at = bytes.empty() ? 0 : random() % bytes.size();
  switch (random() % 7) {
    case 0:
      return bytes.substr(0, at);
    case 1:
      return noise(random, random() % 2000);
    case 2:
      return bytes.substr(at);
    case 3:
      return bytes.insert(at, noise(random, random() % 30));
    case 4:
      return bytes + bytes.substr(at);
    case 5:
      for (int i = 0; i < 8 && !bytes.empty(); ++i)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      return bytes;
    default:
      if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ 1 << (random() % 8));
      return bytes;
  }
}

// A digit, comma or sign somewhere else: lines that still look like lines.
std::string harm_text(std::string text, Random& random) {
  static constexpr std::string_view kLikely = "0123456789,-.e\"{}[]:/=\n\0";
  for (std::uint64_t i = 1 + random() % 6; i-- > 0 && !text.empty();) {
    text[random() % text.size()] = kLikely[random() % kLikely.size()];
  }
  return text;
}

std::unique_ptr<MadeRun> made_run(const std::string& ending) {
  plan::Plan plan = small_plan(4);
  plan.slos = {plan::slo_of(plan::Figure::lost, 0), plan::slo_of(plan::Figure::freshness_lag, 1e9)};
  auto made = std::make_unique<MadeRun>(plan);
  MadeRun& run = *made;
  Random random(1);
  run.decide([&](std::uint16_t, const plan::Event&) {
    Fate fate;
    fate.ack = static_cast<measure::AckState>(random() % 8);
    fate.seen = random() % 4 != 0;
    fate.staleness = static_cast<Nanos>(random() % 2'000'000'000);
    return fate;
  });
  for (std::int64_t second = 0; second < 20; ++second) {
    run.interval().lags.push_back({0, 0, 3, second, kSecond, 0, second * kSecond, second * kSecond + 5, 0.5});
    run.interval().offsets.push_back({0, 0, 3, second, 5, 6, 7});
    run.interval().receivers.push_back({0, 0, second, 0.5, true, 9});
    run.interval().carriers.push_back(
        {0, 0, 3, static_cast<std::uint64_t>(second), kSecond, kSecond, 0, kSecond});
    run.interval().worst.push_back({});
  }
  measure::Parts parts;
  parts.buckets[30] = {2000, 1, 2, 3};
  run.interval().parts.push_back(parts);
  run.facts().add(HostSecond{7, kSecond, kSecond / 2, 2 * kSecond, kSecond, 0, 5});
  run.facts().event(kSecond, "reset",
                    {{"group", "desk"},
                     {"stream", "ticket"},
                     {"cause", "expired"},
                     {"partition", 3},
                     {"position", 0},
                     {"goes_on_at", 2}});
  if (!ending.empty()) run.finish(ending);
  if (ending.empty()) {
    run.facts().add(run.interval());
    run.facts().flush(12 * kSecond);
  }
  return made;
}

// Whatever happened to the folder: figures, whose outcomes sum to the plan; damage named when a file that has
// checksums was changed.
void expect_sane(const MadeRun& run, const std::string& what, bool has_checksum) {
  const base::Result<Settled> settled = settle(run.folder());
  ASSERT_TRUE(settled) << what << ": " << settled.error().message;
  for (const StalenessRow& row : settled->figures.staleness)
    EXPECT_EQ(sum_of(row.outcomes), row.outcomes.planned) << what;
  if (has_checksum) {
    EXPECT_THAT(settled->figures.damage, testing::Not(testing::IsEmpty())) << what;
  }
  ASSERT_TRUE(write_summary(run.folder(), *settled, Json::object())) << what;
}

class Folder : public testing::TestWithParam<const char*> {};

TEST_P(Folder, SurvivesAnyHarmToItsFiles) {
  const auto made = made_run(GetParam());
  const MadeRun& run = *made;
  const fs::path facts = run.folder() / "facts" / "local";
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(facts)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  Random random(2);
  for (const fs::path& file : files) {
    const std::string whole = *read_file(file);
    const std::string name = file.filename().string();
    for (int round = 0; round < rounds(12); ++round) {
      std::string harmed = round % 2 == 0 ? harm(whole, random) : harm_text(whole, random);
      if (harmed == whole) continue;
      ASSERT_TRUE(replace_file(file, harmed));
      const bool ledger_counts = *GetParam() != '\0' || !name.ends_with(".bin");
      expect_sane(run, name + " " + std::to_string(round), ledger_counts && name != kEndFile);
    }
    ASSERT_TRUE(replace_file(file, whole));
  }
  const base::Result<Settled> settled = settle(run.folder());
  ASSERT_TRUE(settled);
  EXPECT_THAT(settled->figures.damage, testing::IsEmpty());
}

TEST_P(Folder, SurvivesHarmToSeveralFilesAtOnce) {
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(rounds(10)); ++seed) {
    const auto made = made_run(GetParam());
    const MadeRun& run = *made;
    Random random(seed);
    for (const fs::directory_entry& entry : fs::directory_iterator(run.folder() / "facts" / "local")) {
      if (random() % 2 == 0) continue;
      if (random() % 6 == 0) {
        fs::remove(entry.path());
      } else {
        ASSERT_TRUE(replace_file(entry.path(), harm(*read_file(entry.path()), random)));
      }
    }
    expect_sane(run, "seed " + std::to_string(seed), false);
  }
}

INSTANTIATE_TEST_SUITE_P(Endings, Folder, testing::Values("complete", "interrupted", ""));

// Without a readable manifest and plan there is an error, not a crash; with another plan's load, too.
TEST(PlanAndManifest, AreRefusedOrReadNeverCrash) {
  const auto made = made_run("complete");
  const MadeRun& run = *made;
  Random random(3);
  for (const char* name : {kManifestFile, kPlanFile}) {
    const std::string whole = *read_file(run.folder() / name);
    for (int round = 0; round < rounds(60); ++round) {
      const std::string harmed = round % 2 == 0 ? harm(whole, random) : harm_text(whole, random);
      ASSERT_TRUE(replace_file(run.folder() / name, harmed));
      const base::Result<Settled> settled = settle(run.folder());
      if (!settled) {
        EXPECT_FALSE(settled.error().message.empty());
      }
    }
    ASSERT_TRUE(replace_file(run.folder() / name, whole));
  }
}

TEST(Parsers, TakeAnyBytes) {
  Random random(4);
  const Tags tags(small_plan(), "t");
  const std::string line =
      "Tag=t/ticket/desk/rest/staleness,1.000,1.000,0.001,HISTFAAAAC94nJNpmSzMwMDAzwABzFCaEYhF";
  const std::string row = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21";
  for (int round = 0; round < rounds(20'000); ++round) {
    const std::string log = harm_text(line, random), table = harm_text(row, random),
                      bytes = noise(random, random() % 80);
    for (const std::string& text : {log, table, bytes}) {
      if (const auto parsed = tags.parse(text)) {
        measure::Histogram histogram;
        (void)add_line(*parsed, histogram);
      }
      CohortRow cohort;
      measure::CountSecond count;
      measure::LagSecond lag;
      measure::OffsetSecond offset;
      measure::ReceiverSecond receiver;
      PartsRow parts;
      measure::WorstEvent worst;
      LaneRow lane;
      (void)parse(text, cohort);
      (void)parse(text, count);
      (void)parse(text, lag);
      (void)parse(text, offset);
      (void)parse(text, receiver);
      (void)parse(text, worst);
      (void)parse(text, lane);
      measure::OverBound over;
      measure::LoggedRead read;
      measure::Carrier carrier;
      (void)parse(text, carrier);
      (void)parse(text, over);
      (void)parse(text, read);
      if (parse(text, parts)) {
        EXPECT_LT(parts.bucket, measure::kPartBuckets);
      }
      (void)decode_seen(text, 1000);
      if (const auto acks = AckFile::open(text)) (void)acks->lane(0, 10);
    }
  }
}

// Blocks whose checksums are right, but not their content: what a hostile or broken writer could leave.
TEST(Histograms, TakeAnyPayloadBehindRightLengths) {
  Random random(5);
  int decoded = 0;
  for (int round = 0; round < rounds(3'000); ++round) {
    std::string body("\x1c\x84\x93\x13", 4);
    std::string payload = noise(random, random() % 60);
    body += std::string("\0\0\0", 3) + static_cast<char>(payload.size());
    body +=
        std::string("\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\x01\0\0\0\x14\x1d\xd7\x60\0\x3f\xf0\0\0\0\0\0\0", 32);
    const std::string packed = deflate(body + payload);
    std::string out("\x1c\x84\x93\x14\0\0\0", 7);
    out += static_cast<char>(packed.size());
    measure::Histogram histogram;
    (void)decode_histogram(base64_encode(out + packed), histogram);
    if (histogram.total() == 0) continue;
    ++decoded;
    EXPECT_GT(histogram.value_at_rank(histogram.total()), -1);
  }
  EXPECT_GT(decoded, 0);  // the lengths and the header were right
}

}  // namespace
}  // namespace freshet::results
