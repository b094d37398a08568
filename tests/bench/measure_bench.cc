// What an event costs on its way through measure/, its content included: envelope (512 B), histogram record
// (aim: at most 3 ns), ack log, view, ledger, and a consumed event altogether (aim: at most 150 ns).
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "harness/base/random.h"
#include "harness/measure/envelope.h"
#include "harness/measure/histogram.h"
#include "harness/measure/shard.h"
#include "workloads/payload.h"

namespace {

using namespace freshet;
using namespace freshet::measure;

constexpr std::uint64_t kRun = 42;

std::vector<std::byte> value_of(std::size_t size) {
  std::vector<std::byte> value(size);
  base::Random random(size);
  for (std::byte& b : value) b = static_cast<std::byte>(random.next());
  return value;
}

void envelope_write(benchmark::State& state) {
  std::vector<std::byte> value = value_of(static_cast<std::size_t>(state.range(0)));
  Envelope envelope;
  envelope.run = kRun;
  for (auto _ : state) {
    ++envelope.n;
    write_envelope(envelope, value);
    benchmark::DoNotOptimize(value.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(envelope_write)->Arg(512)->Arg(65'536)->ArgName("bytes");

void envelope_read(benchmark::State& state) {
  std::vector<std::byte> value = value_of(static_cast<std::size_t>(state.range(0)));
  Envelope envelope;
  envelope.run = kRun;
  write_envelope(envelope, value);
  for (auto _ : state) {
    benchmark::DoNotOptimize(value.data());
    benchmark::ClobberMemory();
    if (read_envelope(value, kRun, envelope) != Decoded::ok) state.SkipWithError("not whole");
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(envelope_read)->Arg(512)->Arg(65'536)->ArgName("bytes");

// What the sender copies for an event's content (aim: at most 100 ns/KB, at any ratio).
void payload_fill(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const workloads::Payload payload(1, static_cast<double>(state.range(1)), static_cast<double>(size));
  std::vector<std::byte> value(size);
  std::uint64_t id = 0;
  for (auto _ : state) {
    payload.fill(value, static_cast<std::uint32_t>(id * 7), id);
    ++id;
    benchmark::DoNotOptimize(value.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(payload_fill)->ArgsProduct({{512, 1024, 16'384}, {1, 2, 4, 8}})->ArgNames({"bytes", "ratio"});

void histogram_record(benchmark::State& state) {
  // A body of some milliseconds and a tail, as staleness has.
  std::vector<Nanos> samples(4096);
  base::Random random(1);
  for (Nanos& s : samples) {
    const double u = random.unit();
    s = static_cast<Nanos>(2e6 / u);
  }
  Histogram histogram;
  for (const Nanos s : samples) histogram.record(s);
  std::size_t i = 0;
  for (auto _ : state) histogram.record(samples[i++ & 4095]);
  benchmark::DoNotOptimize(histogram.total());
}
BENCHMARK(histogram_record);

void ack_log_acked(benchmark::State& state) {
  constexpr std::uint64_t kEvents = 1 << 20;
  AckLog log(std::vector<std::uint64_t>(12, kEvents), 12);
  std::uint64_t n = 0;
  std::int64_t offset = 0;
  for (auto _ : state) {
    for (int lane = 0; lane < 12; ++lane) log.acked(lane, n, offset);
    n = (n + 1) & (kEvents - 1);
    ++offset;
  }
  state.SetItemsProcessed(state.iterations() * 12);
}
BENCHMARK(ack_log_acked);

void view_apply(benchmark::State& state) {
  const auto keys = static_cast<std::uint32_t>(state.range(0));
  MemoryView view({keys});
  base::Random random(3);
  Nanos tau = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(view.apply(0, static_cast<std::uint32_t>(random.below(keys)), ++tau, 0));
  }
}
BENCHMARK(view_apply)->Arg(50'000)->Arg(10'000'000)->ArgName("keys");

// Lane l has an event at each (3 n + l) x 100 us: 10 000 events/s over three lanes.
class EvenTimes final : public SourceTimes {
 public:
  EvenTimes(int lane, std::uint64_t planned) : lane_(lane), planned_(planned) {}
  static Nanos at(int lane, std::uint64_t n) {
    return (3 * static_cast<Nanos>(n) + lane) * 100 * base::kMicrosecond;
  }
  Nanos tau() const override { return n_ < planned_ ? at(lane_, n_) : base::kNever; }
  void advance() override { ++n_; }

 private:
  int lane_;
  std::uint64_t planned_, n_ = 0;
};

// Everything that a live shard does with an event, cuts and the writer's share included.
class Consumed {
 public:
  static constexpr std::uint64_t kEvents = 1 << 20;  // a lane
  static constexpr std::uint32_t kKeys = 50'000;

  Consumed() : acks_({kEvents, kEvents, kEvents}, 1), view_({kKeys}) {
    for (std::uint64_t n = 0; n < kEvents; ++n) {
      for (int lane = 0; lane < 3; ++lane) acks_.acked(lane, n, static_cast<std::int64_t>(3 * n) + lane);
    }
    open();
  }
  void next() {
    const int lane = static_cast<int>(offset_ % 3);
    const auto n = static_cast<std::uint64_t>(offset_ / 3);
    const Nanos tau = EvenTimes::at(lane, n);
    const std::uint64_t bits = random_.next();
    const Nanos visible = tau + 2 * base::kMillisecond + static_cast<Nanos>(bits & 0x3ffff) / 8;
    if (base::second_of(visible) != second_) {
      second_ = base::second_of(visible);
      shard_->roll(visible);
      recorder_.cut();
      if (Interval* taken = recorder_.take()) recorder_.give_back(taken);
    }
    shard_->apply({.offset = offset_,
                   .n = n,
                   .tau = tau,
                   .sent = tau + 50'000,
                   .received = visible - 10'000,
                   .key = static_cast<std::uint32_t>((bits >> 32) % kKeys),
                   .bytes = 512,
                   .lane = static_cast<std::uint16_t>(lane),
                   .attempt = 0,
                   .tier = static_cast<std::uint8_t>((bits >> 20) & 1),
                   .flags = 0},
                  visible);
    shard_->passed(++offset_, visible);
  }
  bool exhausted() const { return static_cast<std::uint64_t>(offset_) == 3 * kEvents; }
  void open() {
    ShardSpec spec{.stream = 0,
                   .pass = 0,
                   .partition = 0,
                   .start_offset = 0,
                   .bound = 2 * base::kSecond,
                   .thresholds = {2 * base::kSecond, base::kSecond, 10 * base::kSecond},
                   .lanes = {}};
    for (int lane = 0; lane < 3; ++lane) {
      spec.lanes.push_back(
          {static_cast<std::uint16_t>(lane), kEvents, std::make_unique<EvenTimes>(lane, kEvents)});
    }
    progress_ = std::make_unique<Progress>();
    shard_ = std::make_unique<LiveShard>(std::move(spec), &acks_, &view_, progress_.get(), &recorder_, 0);
    offset_ = 0;
    second_ = 0;
  }

 private:
  AckLog acks_;
  MemoryView view_;
  Recorder recorder_;
  std::unique_ptr<Progress> progress_;
  std::unique_ptr<LiveShard> shard_;
  base::Random random_{9};
  std::int64_t offset_ = 0;
  std::int64_t second_ = 0;
};

void consumed_event(benchmark::State& state) {
  Consumed consumed;
  for (auto _ : state) {
    if (consumed.exhausted()) {
      state.PauseTiming();
      consumed.open();
      state.ResumeTiming();
    }
    consumed.next();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(consumed_event);

}  // namespace
