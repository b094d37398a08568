#include "harness/engine/writer.h"

namespace freshet::engine {
namespace {

constexpr Nanos kEvery = 250 * base::kMillisecond;

}  // namespace

Stepped Writer::step(const base::Clock& clock) {
  const bool worked = collect();
  clients_.write();
  host_.write(clock);
  write_notes(clock);
  if (context_.time.started()) facts_.flush(context_.time.since_start(clock.now()));
  if (!facts_.status()) context_.unwritable.store(true, std::memory_order_release);
  if (live_) live_->tell(clock.now());
  return {.worked = worked, .next = clock.now() + kEvery};
}

bool Writer::collect() {
  bool worked = false;
  while (context_.reads && context_.reads->pop(read_)) {
    worked = true;
    facts_.add(read_);
  }
  for (measure::Recorder& recorder : context_.recorders) {
    measure::Interval* interval = recorder.take();
    if (!interval) continue;
    worked = true;
    facts_.add(*interval);
    if (live_) live_->add(*interval);
    {
      const std::lock_guard lock(recent_mutex_);
      for (const measure::Cohort& cohort : interval->cohorts) {
        if (cohort.series.measure != measure::Measure::staleness) continue;
        recent_[{cohort.series.stream, cohort.series.pass}].merge(cohort.histogram);
      }
    }
    recorder.give_back(interval);
  }
  return worked;
}

void Writer::write_notes(const base::Clock& clock) {
  // Before the start there is no time since it; what happened then is written with negative times afterwards.
  if (!context_.time.started() && context_.stage.load() != Stage::over) return;
  for (Note& note : context_.notes.take()) {
    const Nanos at = context_.time.started() ? context_.time.since_start(note.at) : note.at - clock.now();
    facts_.event(at, note.kind, std::move(note.fields));
  }
}

Nanos Writer::recent_p99(std::uint16_t stream, std::uint16_t pass) {
  const std::lock_guard lock(recent_mutex_);
  const auto found = recent_.find({stream, pass});
  if (found == recent_.end() || found->second.total() == 0) return -1;
  const std::uint64_t total = found->second.total();
  const std::uint64_t rank = total - total / 100;  // ⌈0.99 n⌉
  const std::int64_t us = found->second.value_at_rank(rank);
  found->second.clear();
  return us * base::kMicrosecond;
}

void Writer::drain(const base::Clock& clock) {
  for (measure::Recorder& recorder : context_.recorders) recorder.cut();
  collect();
  for (measure::Recorder& recorder : context_.recorders) recorder.cut();
  collect();
  clients_.write();
  write_notes(clock);
  if (context_.time.started()) facts_.flush(context_.time.since_start(clock.now()));
  if (live_) live_->tell(clock.now());
}

}  // namespace freshet::engine
