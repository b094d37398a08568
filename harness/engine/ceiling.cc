#include "harness/engine/ceiling.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "harness/base/random.h"
#include "harness/plan/contents.h"
#include "workloads/size.h"

namespace freshet::engine {
namespace {

class Filling {
 public:
  Filling(const plan::Plan& plan, const plan::Stream& stream, cluster::Producer& producer,
          base::EventWake& wake, const base::Clock& clock, const CeilingOptions& options)
      : producer_(producer),
        wake_(wake),
        clock_(clock),
        options_(options),
        contents_(plan, stream),
        sizes_(stream.size),
        random_(plan.seed),
        value_(sizes_.largest()) {}

  base::Result<Ceiling> operator()() {
    const Nanos begin = clock_.now();
    from_ = begin + options_.settle;
    until_ = from_ + options_.measure;
    while (clock_.now() < until_ && error_.empty()) {
      if (options_.stop && options_.stop->load() != 0) return base::cluster_error("interrupted");
      send();
      collect();
      if (full_) wake_.wait_until(clock_, std::min(until_, clock_.now() + 10 * base::kMillisecond));
    }
    if (!error_.empty()) return base::cluster_error("a record was not taken: " + error_);
    const double seconds = static_cast<double>(options_.measure) / base::kSecond;
    return Ceiling{static_cast<double>(bytes_) / seconds, static_cast<double>(events_) / seconds, ""};
  }

 private:
  // A bounded stretch, so that reports are looked at in between.
  void send() {
    constexpr int kStretch = 1000;
    full_ = false;
    for (int i = 0; i < kStretch && !full_; ++i) {
      const std::size_t size = sizes_.at(random_.next());
      if (in_flight_ + size > options_.in_flight_bytes) {
        full_ = true;
        return;
      }
      const std::span<std::byte> value(value_.data(), size);
      contents_.fill(value, static_cast<std::uint32_t>(random_.next()), 0, n_);
      switch (producer_.send(0, {}, value, clock_.wall() / base::kMillisecond)) {
        case cluster::Sent::accepted:
          ++n_;
          in_flight_ += size;
          break;
        case cluster::Sent::queue_full:
          full_ = true;
          break;
        case cluster::Sent::refused:
          error_ = producer_.last_error();
          full_ = true;
          break;
      }
    }
  }

  void collect() {
    while (const auto report = producer_.poll()) {
      in_flight_ -= std::min(in_flight_, report->value.size());
      if (report->persisted != cluster::Persisted::yes) {
        const std::string refusal = producer_.refusal();
        error_ = refusal.empty() ? report->error : refusal;
        return;
      }
      const Nanos now = clock_.now();
      if (now < from_ || now >= until_) continue;
      ++events_;
      bytes_ += report->value.size();
    }
  }

  cluster::Producer& producer_;
  base::EventWake& wake_;
  const base::Clock& clock_;
  const CeilingOptions& options_;
  plan::Contents contents_;
  workloads::SizeTable sizes_;
  base::Random random_;
  std::vector<std::byte> value_;
  Nanos from_ = 0, until_ = 0;
  std::uint64_t n_ = 0, events_ = 0, bytes_ = 0;
  std::size_t in_flight_ = 0;
  bool full_ = false;
  std::string error_;
};

}  // namespace

base::Result<Ceiling> measure_ceiling(const plan::Plan& plan, const plan::Stream& stream,
                                      cluster::Cluster& cluster, const base::Clock& clock,
                                      const CeilingOptions& options) {
  base::EventWake asking, wake;
  auto admin = cluster.make_admin(asking);
  if (!admin) return admin.error();
  const base::Status made =
      (*admin)->create_topic({options.topic, 1, stream.replication, stream.topic_config}, options.timeout);
  if (!made) return made.error();
  base::Result<Ceiling> ceiling = [&]() -> base::Result<Ceiling> {
    cluster::ProducerOptions how;
    how.topic = options.topic;
    how.settings = stream.client_settings;
    how.settings.insert(plan.client_settings.begin(), plan.client_settings.end());  // its own are stronger
    auto producer = cluster.make_producer(how, wake);
    if (!producer) return producer.error();
    auto measured = Filling(plan, stream, **producer, wake, clock, options)();
    (*producer)->purge();
    return measured;
  }();
  const base::Status deleted = (*admin)->delete_topics({options.topic}, options.timeout);
  if (!ceiling) return ceiling.error();
  Ceiling result = std::move(ceiling).value();
  if (!deleted)
    result.warning =
        fmt::format("topic {} is left on the cluster: {}", options.topic, deleted.error().message);
  return result;
}

}  // namespace freshet::engine
