#include "harness/plan/reads.h"

#include <algorithm>
#include <queue>

#include "harness/base/random.h"
#include "harness/plan/expected.h"

namespace freshet::plan {
namespace {

constexpr std::uint64_t kReadDraw = 0x7265616473ULL;  // a random stream of its own

// FNV-1a: reads hang on their name, so that adding one changes no other's.
std::uint64_t seed_of(const Plan& plan, const Read& read) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : read.name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return base::derive(base::derive(plan.seed, kReadDraw), hash);
}

// Order of due times; of equal ones that of the events.
struct Later {
  bool operator()(const PlannedRead& a, const PlannedRead& b) const {
    return a.due != b.due ? a.due > b.due : a.n > b.n;
  }
};

}  // namespace

class ReadCursor::Source {
 public:
  virtual ~Source() = default;
  // The next one; `due` kNever when there is none. `n` is not set.
  virtual PlannedRead next() = 0;
};

namespace {

class Background final : public ReadCursor::Source {
 public:
  Background(const Plan& plan, const StreamLanes& lanes, const Read& read)
      : lanes_(lanes), seed_(seed_of(plan, read)), end_(plan.end()) {
    ns_per_read_ = static_cast<double>(base::kSecond) / read.rate;
  }

  PlannedRead next() override {
    const std::uint64_t words = kWords * n_++;
    at_ -= base::portable_log(base::unit_open(base::random_at(seed_, words))) * ns_per_read_;
    if (at_ >= static_cast<double>(end_)) return {.due = base::kNever};
    const auto due = static_cast<Nanos>(at_);
    const std::uint32_t account =
        lanes_.draw_account(due, {base::random_at(seed_, words + 1), base::random_at(seed_, words + 2),
                                  base::random_at(seed_, words + 3)});
    return {.due = due, .account = account};
  }

 private:
  static constexpr std::uint64_t kWords = 4;  // of each read: time, hot, place, key
  const StreamLanes& lanes_;
  std::uint64_t seed_;
  Nanos end_;
  double ns_per_read_ = 0;
  std::uint64_t n_ = 0;
  double at_ = 0;  // ns
};

class Triggered final : public ReadCursor::Source {
 public:
  Triggered(const Plan& plan, const StreamLanes& lanes, const Read& read)
      : read_(read),
        keys_of_account_(plan.streams[read.after].keys_of_account()),
        seed_(seed_of(plan, read)),
        events_(lanes, 0, 1) {}

  PlannedRead next() override {
    // Later events may be read earlier, as long as the shortest delay allows it.
    while (!events_.done() && (waiting_.empty() || events_.tau() + read_.delay_min <= waiting_.top().due)) {
      take(events_.event());
      events_.advance();
    }
    if (waiting_.empty()) return {.due = base::kNever};
    const PlannedRead first = waiting_.top();
    waiting_.pop();
    return first;
  }

 private:
  void take(const Event& event) {
    const std::uint64_t seed = base::derive(seed_, event.lane);
    if (read_.share < 1 && base::unit_open(base::random_at(seed, 2 * event.n)) >= read_.share) return;
    Nanos due = event.tau + read_.delay_min;
    if (read_.delay_max > read_.delay_min) {
      const auto span = static_cast<std::uint64_t>(read_.delay_max - read_.delay_min) + 1;
      const std::uint64_t word = base::random_at(seed, 2 * event.n + 1);
      due += static_cast<Nanos>((static_cast<base::Uint128>(word) * span) >> 64);
    }
    waiting_.push({.n = taken_++, .due = due, .account = event.key / keys_of_account_});
  }

  const Read& read_;
  std::uint32_t keys_of_account_;
  std::uint64_t seed_;
  MergeCursor events_;
  std::uint64_t taken_ = 0;
  std::priority_queue<PlannedRead, std::vector<PlannedRead>, Later> waiting_;
};

}  // namespace

std::uint32_t keys_of(const Plan& plan, const Read& read) {
  std::uint64_t keys = 0;
  for (const std::size_t stream : read.streams) keys += plan.streams[stream].keys_of_account();
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(keys, UINT32_MAX));
}

ReadCursor::ReadCursor(const Plan& plan, const std::vector<StreamLanes>& lanes, std::size_t index)
    : end_(plan.end()) {
  const Read& read = plan.reads[index];
  if (read.triggered) {
    source_ = std::make_unique<Triggered>(plan, lanes[read.after], read);
  } else {
    source_ = std::make_unique<Background>(plan, lanes[read.streams.front()], read);
  }
  current_ = source_->next();
  if (current_.due >= end_) current_.due = base::kNever;
  current_.n = 0;
}
ReadCursor::~ReadCursor() = default;
ReadCursor::ReadCursor(ReadCursor&&) noexcept = default;
ReadCursor& ReadCursor::operator=(ReadCursor&&) noexcept = default;

void ReadCursor::advance() {
  if (done()) return;
  const std::uint64_t n = current_.n + 1;
  current_ = source_->next();
  if (current_.due >= end_) current_.due = base::kNever;
  current_.n = n;
}

double expected_reads(const Plan& plan, const Read& read, Nanos begin, Nanos end) {
  if (!read.triggered) {
    return read.rate * static_cast<double>(end - begin) / static_cast<double>(base::kSecond);
  }
  const Nanos delay = read.delay_min + (read.delay_max - read.delay_min) / 2;
  return read.share * expected_events(plan, read.after, -1, begin - delay, end - delay);
}

}  // namespace freshet::plan
