// One host's part of the facts (internal to read_facts). Takes each file up to the last flush that was whole;
// what is missing, cut or damaged is left out and named in Facts::damage.
#pragma once

#include <fmt/core.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/results/facts.h"
#include "harness/results/flushes.h"
#include "harness/results/layout.h"

namespace freshet::results {

class HostReader {
 public:
  HostReader(Facts& facts, const plan::Plan& plan, const PlannedLanes& lanes, std::filesystem::path folder)
      : facts_(facts),
        plan_(plan),
        lanes_(lanes.run),
        prefill_(lanes.prefill),
        folder_(std::move(folder)),
        range_(legal_seconds(plan)) {}

  // Once.
  void read();

 private:
  void damage(std::string_view file, std::string_view what) {
    facts_.damage.push_back(fmt::format("{}/{}: {}", folder_.filename().string(), file, what));
  }
  bool second_ok(std::int64_t s) const { return s >= range_.first && s <= range_.last; }
  bool stream_ok(std::size_t s) const { return s < plan_.streams.size(); }
  bool pass_ok(std::size_t p) const { return p < plan_.passes(); }
  bool partition_ok(std::size_t s, std::int32_t p) const {
    return stream_ok(s) && p >= 0 && p < lanes_[s].partitions();
  }

  std::string text(Flushed file);
  template <class Row>
  void table(Flushed file);
  bool take(const CohortRow& row);
  bool take(const measure::CountSecond& row);
  bool take(const measure::LagSecond& row);
  bool take(const measure::OffsetSecond& row);
  bool take(const measure::ReceiverSecond& row);
  bool client_ok(const ClientKey& client) const;
  bool take(const ClientSecond& row);
  bool take(const ConnectionSecond& row);
  bool take(const HostSecond& row);
  bool take(const PartsRow& row);
  bool take(const measure::WorstEvent& row);
  bool take(const LaneRow& row);
  bool take(const measure::OverBound& row);
  bool take(const measure::Carrier& row);
  void events();
  bool take_event(Json event);
  void take_reset(const Json& event);
  void take_prefilled(const Json& event);
  void end();
  void ledgers(const Json& end);
  std::uint64_t planned_of(std::size_t stream, std::size_t lane) const;
  void seen(const std::string& name);
  void unite_with_others();

  Facts& facts_;
  const plan::Plan& plan_;
  const std::vector<plan::StreamLanes>& lanes_;
  const std::vector<std::optional<plan::StreamLanes>>& prefill_;
  std::filesystem::path folder_;
  SecondRange range_;
  std::optional<Flush> flush_;
  std::map<std::pair<std::uint16_t, std::uint16_t>, SeenStream> seen_;  // of this host alone
};

}  // namespace freshet::results
