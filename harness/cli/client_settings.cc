#include "harness/cli/client_settings.h"

#include <fmt/format.h>

#include <vector>

#include "harness/base/text.h"
#include "harness/cluster/kafka/profiles.h"
#include "harness/cluster/kafka/settings.h"

namespace freshet::cli {
namespace {

using plan::Settings;
using Kind = cluster::PlannedClient::Kind;

constexpr const char* kProfile = "profile";

// Calls f(kind, name, the client's own settings) for each client of the plan.
template <class Plan, class F>
void each_client(Plan& plan, F&& f) {
  for (auto& stream : plan.streams) f(Kind::producer, "producer " + stream.name, stream.client_settings);
  for (auto& group : plan.groups) f(Kind::member, "group " + group.name, group.client_settings);
  for (auto& replay : plan.replays) f(Kind::member, "group " + replay.name, replay.client_settings);
}

// Under the names that the library itself uses, so that one setting has one name.
base::Status use_own_names(Settings& settings, const std::string& where) {
  Settings own;
  for (const auto& [name, value] : settings) {
    const std::string canonical = cluster::canonical_setting(name);
    const auto [found, fresh] = own.emplace(canonical, value);
    if (!fresh && found->second != value) {
      return base::usage_error(
          fmt::format("{}: {} and another name of it are set to different values", where, name));
    }
  }
  settings = std::move(own);
  return base::Ok{};
}

// The profile that `settings` names; it is no setting of the library's and leaves them.
std::string take_profile(Settings& settings) {
  const auto found = settings.find(kProfile);
  if (found == settings.end()) return "";
  std::string name = found->second;
  settings.erase(found);
  return name;
}

base::Error unknown_profile(const std::string& where, const std::string& name) {
  const std::vector<std::string> names = cluster::profile_names();
  const std::string near = base::nearest(name, names);
  return base::usage_error(fmt::format(
      "{}: there is no profile \"{}\"; {} (freshet help clients)", where, name,
      near.empty() ? fmt::format("expected {}", fmt::join(names, ", ")) : fmt::format("nearest: {}", near)));
}

}  // namespace

base::Result<Profiles> settle_client_settings(plan::Plan& plan, const std::string& chosen) {
  if (!chosen.empty() && !cluster::find_profile(chosen)) return unknown_profile("--profile", chosen);
  const std::string everybodys = take_profile(plan.client_settings);
  if (!everybodys.empty() && !cluster::find_profile(everybodys)) return unknown_profile("client", everybodys);
  base::Status status = use_own_names(plan.client_settings, "client");
  Profiles profiles;
  each_client(plan, [&](Kind, const std::string& where, Settings& own) {
    std::string name = take_profile(own);
    if (status) status = use_own_names(own, where);
    if (name.empty()) name = everybodys.empty() ? "default" : everybodys;
    const cluster::Profile* profile = cluster::find_profile(chosen.empty() ? name : chosen);
    if (!profile || !cluster::find_profile(name)) {
      if (status) status = unknown_profile(where, name);
      return;
    }
    profiles[where] = profile->name;
    for (const cluster::ReasonedSetting& setting : profile->settings) {
      const std::string canonical = cluster::canonical_setting(setting.name);
      if (!plan.client_settings.contains(canonical)) own.emplace(canonical, setting.value);
    }
  });
  if (!status) return status.error();
  return profiles;
}

base::Status check_clients(const plan::Plan& plan, const cluster::KafkaOptions& options) {
  base::Status status = base::Ok{};
  each_client(plan, [&](Kind kind, const std::string& where, const Settings& own) {
    if (!status) return;
    Settings settings = own;
    settings.insert(plan.client_settings.begin(), plan.client_settings.end());  // its own are stronger
    status = cluster::check_planned({kind, where, std::move(settings)}, options);
  });
  return status;
}

}  // namespace freshet::cli
