#include "tests/unit/results_fixture.h"

#include <stdlib.h>

#include <algorithm>
#include <stdexcept>

#include "harness/plan/thresholds.h"

namespace freshet::results {

using measure::AckState;
using measure::Count;
using measure::Measure;
using measure::Series;

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "freshet-results-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

plan::Plan small_plan(double rate) {
  plan::Plan plan;
  plan.name = "small";
  plan.seed = 7;
  plan.populations = {plan::tenants(5, 0.4, 100)};
  plan.streams = {plan::stream_of("ticket", rate, kSecond)};
  plan::Group group;
  group.name = "desk";
  group.streams = {{0, kSecond}};
  plan.groups = {group};
  plan.phases = {plan::phase_of("warmup", plan::PhaseKind::warmup, 0, 2),
                 plan::phase_of("steady", plan::PhaseKind::steady, 2, 6),
                 plan::phase_of("incident", plan::PhaseKind::incident, 6, 8),
                 plan::phase_of("recovery", plan::PhaseKind::recovery, 8, 20)};
  plan.hold = 2 * kSecond;
  plan.drain = 30 * kSecond;
  plan::fill_segments(plan);
  return plan;
}

MadeRun::MadeRun(plan::Plan plan) : folder_(temporary_ / "run"), plan_(std::move(plan)) {
  Json manifest = {
      {"run_id", "00000000000000aa"}, {"target", {{"name", "one"}}}, {"load_hash", plan::load_hash(plan_)}};
  const base::Status made = create_run_folder(folder_, manifest, plan_);
  if (!made) throw std::runtime_error(made.error().message);
  for (std::size_t stream = 0; stream < plan_.streams.size(); ++stream) {
    lanes_.emplace_back(plan_, stream);
    std::vector<std::uint64_t> planned;
    for (int lane = 0; lane < lanes_[stream].lanes(); ++lane) planned.push_back(lanes_[stream].count(lane));
    acks_.push_back(std::make_unique<measure::AckLog>(planned, lanes_[stream].partitions()));
    log_ends_.emplace_back(static_cast<std::size_t>(lanes_[stream].partitions()), 0);
    sent_.emplace_back(planned.size());
  }
}

FactsWriter& MadeRun::facts() {
  if (!facts_) {
    auto opened = FactsWriter::open(folder_, "local", plan_);
    if (!opened) throw std::runtime_error(opened.error().message);
    facts_ = std::move(opened).value();
  }
  return *facts_;
}

measure::Sealed& MadeRun::shard(std::uint16_t pass, std::uint16_t stream, int partition) {
  const auto [found, fresh] = shards_.try_emplace({pass, stream, partition});
  measure::Sealed& sealed = found->second;
  if (!fresh) return sealed;
  sealed.stream = stream;
  sealed.pass = pass;
  sealed.partition = partition;
  sealed.first_offset = 0;
  sealed.position = 0;
  for (int lane = partition; lane < lanes_[stream].lanes(); lane += lanes_[stream].partitions()) {
    const std::uint64_t planned = lanes_[stream].count(lane);
    sealed.lanes.push_back(
        {static_cast<std::uint16_t>(lane), planned, std::vector<std::uint64_t>(planned / 64 + 1)});
  }
  return sealed;
}

measure::CountSecond& MadeRun::counts(std::uint16_t stream, std::uint16_t pass, std::int64_t second) {
  measure::CountSecond& row = counts_[{stream, pass, second}];
  row.stream = stream;
  row.pass = pass;
  row.second = second;
  return row;
}

void MadeRun::record(const Series& series, std::int64_t second, Nanos value, const Fate& fate) {
  const auto [found, fresh] = cohorts_.try_emplace(
      {series.stream, series.pass, series.tier, static_cast<int>(series.measure), second});
  measure::Cohort& cohort = found->second;
  cohort.series = series;
  cohort.second = second;
  cohort.histogram.record(value);
  ++cohort.samples;
  if (series.measure != Measure::staleness) return;
  const std::vector<Nanos> bounds = plan::thresholds(plan_, series.stream, series.pass);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    cohort.over[i] += value > bounds[i] ? 1U : 0U;
    cohort.over_without_own[i] += value - fate.own_delay > bounds[i] ? 1U : 0U;
  }
}

void MadeRun::apply(std::uint16_t stream, const plan::Event& event, const Fate& fate) {
  measure::AckLog& acks = *acks_[stream];
  const auto partition = static_cast<std::size_t>(lanes_[stream].partition_of(event.lane));
  const std::int64_t second = base::second_of(event.tau);
  const bool handed = fate.ack != AckState::planned && fate.ack != AckState::not_sent_own;
  if (handed) {
    acks.handed_over(event.lane, event.n);
    auto& [sent, hash] = sent_[stream][event.lane];
    hash = plan::hash_event(hash, event);
    ++sent;
    record({stream, measure::kNoPass, event.tier, Measure::own_delay}, second, fate.own_delay, fate);
    ++counts(stream, measure::kNoPass, second).counts[static_cast<std::size_t>(Count::sent)];
  }
  const std::int64_t offset = fate.seen || fate.ack == AckState::acked ? log_ends_[stream][partition]++ : -1;
  if (fate.ack == AckState::acked) acks.acked(event.lane, event.n, offset);
  if (fate.ack == AckState::acked_unknown) acks.acked(event.lane, event.n, -1);
  if (fate.ack == AckState::failed) acks.failed(event.lane, event.n, false);
  if (fate.ack == AckState::indeterminate) acks.failed(event.lane, event.n, true);
  if (fate.ack == AckState::not_sent_own) acks.not_sent(event.lane, event.n, true);
  if (fate.ack == AckState::not_sent_cluster) acks.not_sent(event.lane, event.n, false);
  if (!fate.seen) return;
  for (std::uint16_t pass = 0; pass < plan_.passes(); ++pass) {
    const bool sees = fate.seen_by.empty() || std::count(fate.seen_by.begin(), fate.seen_by.end(), pass) > 0;
    if (!sees) continue;
    for (measure::SeenLane& lane : shard(pass, stream, static_cast<int>(partition)).lanes) {
      if (lane.lane == event.lane) lane.bits[event.n / 64] |= std::uint64_t{1} << (event.n % 64);
    }
    ++counts(stream, pass, base::second_of(event.tau + fate.staleness))
          .counts[static_cast<std::size_t>(Count::visible)];
    if (pass < plan_.groups.size())
      record({stream, pass, event.tier, Measure::staleness}, second, fate.staleness, fate);
  }
}

void MadeRun::decide(const Decide& fate) {
  for (std::uint16_t stream = 0; stream < plan_.streams.size(); ++stream) {
    for (plan::MergeCursor cursor(lanes_[stream], 0, 1); !cursor.done(); cursor.advance()) {
      const plan::Event event = cursor.event();
      apply(stream, event, fate(stream, event));
    }
    for (std::uint16_t pass = 0; pass < plan_.passes(); ++pass) {
      for (int p = 0; p < lanes_[stream].partitions(); ++p) {
        shard(pass, stream, p).position = log_ends_[stream][static_cast<std::size_t>(p)];
      }
    }
  }
  for (auto& [key, cohort] : cohorts_) interval_.cohorts.push_back(std::move(cohort));
  for (const auto& [key, row] : counts_) interval_.counts.push_back(row);
}

void MadeRun::finish(const std::string& ending, Nanos sending_stopped) {
  facts().add(interval_);
  facts().flush(ended_at());
  for (std::uint16_t stream = 0; stream < plan_.streams.size(); ++stream) {
    facts().acks(stream, *acks_[stream]);
    facts().lane_hashes(stream, sent_[stream]);
  }
  for (const auto& [key, sealed] : shards_) facts().seen(sealed);
  Json extra = {{"start_took", 4 * kSecond}, {"wall_step", 3}};
  if (sending_stopped >= 0) extra["sending_stopped"] = sending_stopped;
  facts().finish(ended_at(), 250 * kMillisecond, true, ending, extra);
  const base::Status status = facts().status();
  if (!status) throw std::runtime_error(status.error().message);
}

Settled MadeRun::settled(const plan::DecisionsOf& decisions) const {
  base::Result<Settled> settled = settle(folder_, decisions);
  if (!settled) throw std::runtime_error(settled.error().message);
  return std::move(settled).value();
}

const StalenessRow& staleness_of(const Figures& figures, int stream, int pass, int tier, int phase) {
  for (const StalenessRow& row : figures.staleness) {
    if (row.stream == stream && row.pass == pass && row.tier == tier && row.phase == phase) return row;
  }
  throw std::runtime_error("no such row");
}

std::uint64_t sum_of(const Outcomes& o) {
  return o.visible + o.superseded + o.expired + o.lost + o.undelivered + o.aborted + o.failed +
         o.indeterminate + o.not_sent_own + o.not_sent_cluster + o.unclassified;
}

}  // namespace freshet::results
