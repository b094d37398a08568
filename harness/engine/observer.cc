#include "harness/engine/observer.h"

namespace freshet::engine {
namespace {

// An answer later than this belongs to another second: it is unknown, which never makes a run invalid.
constexpr Nanos kAnswerWithin = 900 * base::kMillisecond;
// Requests that may be open at once per stream; a cluster that does not answer is not asked more and more.
constexpr std::size_t kOpenRequests = 4;

}  // namespace

Observer::Observer(Context& context, std::unique_ptr<cluster::Admin> admin, measure::Recorder& recorder)
    : context_(context), admin_(std::move(admin)), recorder_(recorder) {}

Stepped Observer::step(const base::Clock& clock) {
  const bool worked = collect();
  if (!context_.time.started()) return {.worked = worked, .next = clock.now() + 20 * base::kMillisecond};
  const Stage stage = context_.stage.load(std::memory_order_acquire);
  const std::int64_t second = base::second_of(context_.time.since_start(clock.now()));
  if (stage == Stage::running || stage == Stage::draining) {
    if (second >= 0 && second != second_) {
      second_ = second;
      recorder_.cut();
      ask(second);
      return {.worked = true, .next = clock.now() + base::kMillisecond};
    }
  } else {
    recorder_.cut();
  }
  return {.worked = worked, .next = context_.time.monotonic((second + 1) * base::kSecond)};
}

void Observer::ask(std::int64_t second) {
  for (std::size_t stream = 0; stream < context_.plan.streams.size(); ++stream) {
    const int partitions = context_.plan.streams[stream].partitions;
    Asked asked{stream, second, {}};
    for (std::size_t p = 0; p < context_.passes.size(); ++p) {
      const Pass& pass = context_.passes[p];
      for (std::size_t topic = 0; topic < pass.streams.size(); ++topic) {
        if (pass.streams[topic] != stream) continue;
        for (int partition = 0; partition < partitions; ++partition) {
          const std::int64_t position =
              pass.progress[topic][static_cast<std::size_t>(partition)].position.load(
                  std::memory_order_acquire);
          asked.rows.push_back({static_cast<std::uint16_t>(stream), static_cast<std::uint16_t>(p), partition,
                                second, position, -1, -1});
        }
      }
    }
    if (asked_.size() >= kOpenRequests * context_.plan.streams.size()) {
      for (const auto& row : asked.rows) recorder_.offsets(row);  // unknown, and written down as such
      continue;
    }
    admin_->request_end_offsets(context_.topic(stream), partitions, kAnswerWithin);
    asked_.push_back(std::move(asked));
  }
}

bool Observer::collect() {
  bool worked = false;
  while (auto answer = admin_->poll_end_offsets()) {
    worked = true;
    if (asked_.empty()) continue;
    Asked asked = std::move(asked_.front());
    asked_.pop_front();
    for (const cluster::EndOffsets& end : *answer) {
      if (end.high_watermark < 0) continue;
      context_.log_ends[asked.stream][static_cast<std::size_t>(end.partition)].store(
          end.high_watermark, std::memory_order_relaxed);
    }
    for (measure::OffsetSecond& row : asked.rows) {
      for (const cluster::EndOffsets& end : *answer) {
        if (end.partition != row.partition) continue;
        row.high_watermark = end.high_watermark;
        row.last_stable = end.last_stable;
      }
      recorder_.offsets(row);
    }
  }
  return worked;
}

}  // namespace freshet::engine
