#include "harness/engine/readiness.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/measure/envelope.h"

namespace freshet::engine {

Readiness::Readiness(Context& context, cluster::Admin& admin, std::vector<Reports*> reports, Nanos timeout)
    : context_(context), admin_(admin), reports_(std::move(reports)), timeout_(timeout) {}

std::string Readiness::unowned(const Pass& pass) const {
  int partitions = 0, owned = 0;
  for (const std::size_t stream : pass.streams) partitions += context_.plan.streams[stream].partitions;
  for (int m = 0; m < pass.members; ++m) owned += context_.status_of(pass, m).owned.load();
  if (owned == partitions) return "";
  return fmt::format("group {} owns {} of {} partitions", pass.name, owned, partitions);
}

std::string Readiness::missing_assignment() const {
  constexpr Nanos kAtStart = -1;
  for (const Pass& pass : context_.passes) {
    if (!pass.live || !pass.starts) continue;
    if (std::string missing = unowned(pass); !missing.empty()) return missing;
    // Range assigns topic by topic: each member gets at least ⌊P/M⌋ of each.
    const int members = plan::members_at(pass.attendance, kAtStart);
    int fair = 0;
    for (const std::size_t stream : pass.streams) fair += context_.plan.streams[stream].partitions / members;
    for (int m = 0; m < pass.members; ++m) {
      if (!pass.attendance[static_cast<std::size_t>(m)].present(kAtStart)) continue;
      if (const int own = context_.status_of(pass, m).owned.load(); own < fair)
        return fmt::format("a member of group {} owns {} partitions, {} expected", pass.name, own, fair);
    }
  }
  return "";
}

std::string Readiness::missing_probe() const {
  for (std::size_t s = 0; s < reports_.size(); ++s) {
    const auto& acked = reports_[s]->probes();
    for (std::size_t p = 0; p < acked.size(); ++p) {
      if (!acked[p].load(std::memory_order_acquire)) {
        return fmt::format("topic {} partition {} did not acknowledge a probe", context_.topic(s), p);
      }
    }
  }
  for (const Pass& pass : context_.passes) {
    if (!pass.live || !pass.starts) continue;
    for (std::size_t topic = 0; topic < pass.streams.size(); ++topic) {
      for (std::size_t p = 0; p < pass.probed[topic].size(); ++p) {
        if (pass.probed[topic][p].load(std::memory_order_acquire)) continue;
        return fmt::format("group {} did not see a probe of topic {} partition {}", pass.name,
                           context_.topic(pass.streams[topic]), p);
      }
    }
  }
  return "";
}

void Readiness::send_probes(const base::Clock& clock) {
  // A compacted topic takes no record without a key.
  static constexpr std::array<std::byte, 5> kKey = {std::byte{'p'}, std::byte{'r'}, std::byte{'o'},
                                                    std::byte{'b'}, std::byte{'e'}};
  std::array<std::byte, measure::kEnvelopeSize> value{};
  for (std::size_t s = 0; s < context_.producers.size(); ++s) {
    for (int partition = 0; partition < context_.plan.streams[s].partitions; ++partition) {
      measure::Envelope envelope;
      envelope.run = context_.run_id;
      envelope.n = static_cast<std::uint64_t>(partition);
      envelope.stream = static_cast<std::uint16_t>(s);
      envelope.flags = measure::kProbe;
      measure::write_envelope(envelope, value);
      // A probe that the client does not take is sent again with the next round.
      (void)context_.producers[s]->send(partition, kKey, value, clock.wall() / base::kMillisecond);
    }
  }
}

// Each live group's start offset is written for every partition, so that a take-over never starts elsewhere.
// Uses a set-up call: before τ = 0 the conductor may wait.
std::string Readiness::missing_start_offset() {
  for (std::size_t g = 0; g < context_.plan.groups.size(); ++g) {
    const plan::Group& group = context_.plan.groups[g];
    if (group.never_starts || group.commit == plan::CommitPolicy::none) continue;
    for (const plan::GroupStream& read : group.streams) {
      const auto offsets = admin_.committed(context_.group(group.name), context_.topic(read.stream),
                                            context_.plan.streams[read.stream].partitions, timeout_);
      if (!offsets) return offsets.error().message;
      if (std::any_of(offsets->begin(), offsets->end(), [](std::int64_t offset) { return offset < 0; })) {
        return fmt::format("group {} has not written a start offset for every partition of {}", group.name,
                           context_.topic(read.stream));
      }
    }
  }
  return "";
}

}  // namespace freshet::engine
