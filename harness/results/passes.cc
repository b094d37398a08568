#include "harness/results/passes.h"

#include <algorithm>

#include "harness/plan/passes.h"
#include "harness/results/json_fields.h"

namespace freshet::results {
namespace {

// Reads the events of the run that are about passes.
class SpanReader {
 public:
  SpanReader(const plan::Plan& plan, const Facts& facts) : plan_(plan), facts_(facts) {
    for (const plan::Replay& replay : plan.replays) spans_.push_back(planned(replay));
  }

  std::vector<PassSpan> read() {
    for (const Json& event : facts_.events) take(event);
    for (std::size_t r = 0; r < spans_.size(); ++r) {
      for (const std::size_t stream : plan_.replays[r].streams) fill_offsets(r, stream);
    }
    return std::move(spans_);
  }

 private:
  PassSpan planned(const plan::Replay& replay) const {
    PassSpan span;
    span.began = plan_.phases[replay.phase].begin;
    span.ended = std::max(facts_.ended_at, span.began);
    span.from_tau = plan::starts_at(plan_, replay);
    span.from_offset = replay.start == plan::PassStart::offset ? replay.offset : 0;
    span.starts.resize(plan_.streams.size());
    span.positions = span.ends = span.starts;
    for (const std::size_t stream : replay.streams) {
      const auto partitions = static_cast<std::size_t>(plan_.streams[stream].partitions);
      for (auto* offsets : {&span.starts, &span.positions, &span.ends})
        (*offsets)[stream].assign(partitions, -1);
    }
    return span;
  }

  void take(const Json& event) {
    const std::string kind = text_at(event, "kind");
    if (kind == "assigned") return take_assigned(event);
    const bool finished = kind == "replay_finished";
    if (!finished && kind != "replay_given_up") return;
    const std::int64_t r = integer_at(event, "pass", -1) - static_cast<std::int64_t>(plan_.groups.size());
    if (r < 0 || static_cast<std::size_t>(r) >= spans_.size()) return;
    PassSpan& span = spans_[static_cast<std::size_t>(r)];
    span.finished = finished;
    span.ended = integer_at(event, "t", span.ended);
  }

  void take_assigned(const Json& event) {
    const std::string group = text_at(event, "group");
    for (std::size_t r = 0; r < spans_.size(); ++r) {
      if (plan_.replays[r].name == group) take_starts(event, spans_[r]);
    }
  }

  // The first start of a partition counts: what a later member is given lies behind it.
  static void take_starts(const Json& event, PassSpan& span) {
    const Json* rows = field_at(event, "partitions");
    if (!rows || !rows->is_array()) return;
    for (const Json& row : *rows) {
      if (!row.is_object()) continue;
      const auto stream = static_cast<std::size_t>(integer_at(row, "topic", -1));
      const auto partition = static_cast<std::size_t>(integer_at(row, "partition", -1));
      if (stream >= span.starts.size() || partition >= span.starts[stream].size()) continue;
      if (span.reads_from < 0) span.reads_from = integer_at(event, "t", -1);
      if (span.starts[stream][partition] < 0) span.starts[stream][partition] = integer_at(row, "start", -1);
    }
  }

  void fill_offsets(std::size_t r, std::size_t stream) {
    PassSpan& span = spans_[r];
    const auto pass = static_cast<std::uint16_t>(plan_.groups.size() + r),
               s = static_cast<std::uint16_t>(stream);
    const auto seen = facts_.seen.find({s, pass});
    const std::int64_t last = base::second_of(span.ended);
    for (std::size_t p = 0; p < span.ends[stream].size(); ++p) {
      std::int64_t& position = span.positions[stream][p];
      std::int64_t& end = span.ends[stream][p];
      for (const auto& [second, told] : facts_.offsets.of(stream, pass, p)) {
        if (second > last) break;
        position = std::max(position, told.position);
        end = std::max(end, told.high_watermark);
      }
      if (seen != facts_.seen.end()) position = std::max(position, seen->second.positions[p]);
      if (span.finished) end = position;
      end = std::max(end, position);
    }
  }

  const plan::Plan& plan_;
  const Facts& facts_;
  std::vector<PassSpan> spans_;
};

}  // namespace

std::vector<PassSpan> pass_spans(const plan::Plan& plan, const Facts& facts) {
  return SpanReader(plan, facts).read();
}

bool is_expired(const Facts& facts, std::uint16_t stream, std::uint16_t pass, int partition,
                std::int64_t offset) {
  return std::any_of(facts.resets.begin(), facts.resets.end(), [&](const ResetRow& reset) {
    return reset.cause == ResetRow::Cause::expired && reset.stream == stream && reset.pass == pass &&
           reset.partition == partition && offset >= reset.position && offset < reset.goes_on_at;
  });
}

std::uint64_t Outcomes::*unseen_by(const PassSpan& span, const Facts& facts, std::uint16_t stream,
                                   std::uint16_t pass, int partition, Nanos tau, std::int64_t offset) {
  const auto p = static_cast<std::size_t>(partition);
  if (!span.asks_for(tau, offset) || offset >= span.ends[stream][p]) return nullptr;
  // It begins where the log does, or where the log first has what it asks for: what lies below was removed.
  if (offset < span.starts[stream][p] || is_expired(facts, stream, pass, partition, offset))
    return &Outcomes::expired;
  return offset < span.positions[stream][p] ? &Outcomes::lost : &Outcomes::undelivered;
}

}  // namespace freshet::results
