#include "harness/results/trace_file.h"

#include <algorithm>

#include "harness/plan/expected.h"
#include "harness/results/blocks.h"

namespace freshet::results {
namespace {

constexpr std::size_t kBlock = 1 << 20;
// Of the room, what the first share may use; and how much of that it is planned to use, so that chance does
// not thin it.
constexpr double kFirst = 0.75, kPlanned = 0.9;
constexpr std::uint64_t kThin = 8;

std::uint64_t room_of(const TraceOptions& options) {
  return options.most_bytes / sizeof(measure::TraceRecord);
}

}  // namespace

double expected_trace_records(const plan::Plan& plan) {
  std::vector<double> passes(plan.streams.size(), 2), past(plan.streams.size(), 0);
  for (const plan::Group& group : plan.groups) {
    for (const plan::GroupStream& read : group.streams) passes[read.stream] += 2;
  }
  for (const plan::Replay& replay : plan.replays) {
    for (const std::size_t stream : replay.streams) {
      passes[stream] += 1;
      past[stream] += 1;
    }
  }
  double records = 0;
  for (std::size_t s = 0; s < plan.streams.size(); ++s) {
    const plan::Stream& stream = plan.streams[s];
    records += passes[s] * plan::expected_events(plan, s, -1, 0, plan.end());
    records += past[s] * stream.rate * static_cast<double>(stream.prefill) / base::kSecond;
  }
  return records;
}

TraceOptions fitting(TraceOptions options, const plan::Plan& plan) {
  const double expected = expected_trace_records(plan);
  const double first = kFirst * static_cast<double>(room_of(options));
  if (options.share * expected > first) options.share = kPlanned * first / expected;
  return options;
}

std::uint64_t TraceOptions::threshold() const {
  if (share >= 1) return measure::kTraceAll;
  return share <= 0 ? 0 : static_cast<std::uint64_t>(share * 0x1p64);
}

base::Result<TraceFile> TraceFile::create(const std::filesystem::path& path, const TraceOptions& options) {
  auto file = AppendFile::create(path);
  if (!file) return file.error();
  TraceFile trace;
  trace.file_ = std::move(file).value();
  trace.file_.buffer() = std::string(kTraceFormat) + "\n";
  trace.threshold_ = options.threshold();
  trace.room_ = static_cast<std::uint64_t>(kFirst * static_cast<double>(room_of(options)));
  trace.rest_ = room_of(options) - trace.room_;
  if (const base::Status written = trace.file_.write(); !written) return written.error();
  return trace;
}

void TraceFile::add(std::span<const measure::TraceRecord> records) {
  for (const measure::TraceRecord& record : records) {
    if (measure::trace_hash(record) > threshold_) continue;
    if (used_ >= room_) {
      close_block();
      threshold_ /= kThin;
      room_ = std::max<std::uint64_t>(rest_ / 2, 1);
      rest_ -= std::min(rest_, room_);
      used_ = 0;
      if (measure::trace_hash(record) > threshold_) continue;
    }
    if (block_.empty()) put_u64(block_, threshold_);
    block_.append(reinterpret_cast<const char*>(&record), sizeof(record));
    ++used_;
    ++records_;
    if (block_.size() >= kBlock) close_block();
  }
}

void TraceFile::close_block() {
  if (block_.empty()) return;
  append_block(file_.buffer(), block_);
  block_.clear();
}

base::Status TraceFile::write() {
  close_block();
  return file_.write();
}

double TraceFile::share() const {
  return threshold_ == measure::kTraceAll ? 1 : static_cast<double>(threshold_) * 0x1p-64;
}

}  // namespace freshet::results
