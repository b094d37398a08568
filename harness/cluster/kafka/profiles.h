// Named sets of client settings, each setting with its reason; and what freshet sets itself because observing
// needs it (K3). freshet help clients tells both.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/cluster/cluster.h"

namespace freshet::cluster {

struct ReasonedSetting {
  const char* name;   // as people write it; the library may use another one
  const char* value;  // "" where it depends on the scenario
  const char* why;
};

struct Profile {
  const char* name;
  const char* about;
  std::span<const ReasonedSetting> settings;  // of producers and members alike: each takes its own
};

// "default", whose settings are none, first.
std::span<const Profile> profiles();
// null: there is none of that name.
const Profile* find_profile(const std::string& name);
std::vector<std::string> profile_names();

// Set in every client, whatever the profile: observing needs them. Those that a user may weaken come first.
std::span<const ReasonedSetting> observing_defaults();
std::span<const ReasonedSetting> observing_needs();

}  // namespace freshet::cluster
