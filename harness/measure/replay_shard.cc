#include "harness/measure/lane_ledger.h"
#include "harness/measure/raise.h"
#include "harness/measure/shard.h"

namespace freshet::measure {

struct ReplayShard::Impl {
  ShardSpec spec;
  Progress* progress;
  Recorder* recorder;
  PartitionLedger ledger;
  std::int64_t position;

  void count(Nanos at, Count what, std::uint64_t by = 1) {
    recorder->count(spec.stream, spec.pass, at, what, by);
  }
};

ReplayShard::ReplayShard(ShardSpec spec, Progress* progress, Recorder* recorder) {
  PartitionLedger ledger(std::move(spec.lanes));
  const std::int64_t start = spec.start_offset;
  impl_ = std::make_unique<Impl>(Impl{std::move(spec), progress, recorder, std::move(ledger), start});
}
ReplayShard::~ReplayShard() = default;

void ReplayShard::apply(const Received& record, Nanos visible) {
  Impl& shard = *impl_;
  if (!take(shard.progress->taken, record.offset)) {
    shard.count(visible, Count::redelivered);
    return;
  }
  LaneLedger* lane = shard.ledger.find(record.lane);
  if (!lane || record.n >= lane->planned()) {
    shard.count(visible, Count::corrupt);
    return;
  }
  if (!lane->see(record.n)) {
    shard.count(visible, record.attempt > 0 ? Count::reprocessed : Count::log_duplicate);
    return;
  }
  shard.count(visible, Count::visible);
  shard.count(visible, Count::bytes_received, record.bytes);
}

void ReplayShard::passed(std::int64_t offset, Nanos) {
  Impl& shard = *impl_;
  raise(shard.progress->applied, offset);
  if (offset <= shard.position) return;
  shard.position = offset;
  raise(shard.progress->position, offset);
}

void ReplayShard::truncated(std::int64_t offset) {
  impl_->progress->applied.store(offset, std::memory_order_release);
  impl_->progress->taken.store(offset, std::memory_order_release);
}

Sealed ReplayShard::seal(Nanos, bool clean) {
  Impl& shard = *impl_;
  return {shard.spec.stream, shard.spec.pass, shard.spec.partition, shard.spec.start_offset,
          shard.position,    clean,           shard.ledger.take()};
}

}  // namespace freshet::measure
