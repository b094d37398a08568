// From what a scenario evaluated to, to a plan: one function a part. Each fills its part of the plan and
// reports what is wrong; after an error the part still has its names (and harmless values), so that other
// parts can be checked against it. Internal to scenario/.
#pragma once

#include <string>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/scenario/reader.h"

namespace freshet::scenario {

inline constexpr std::size_t kMostParts = 1000;  // streams, groups, phases, SLOs: of each

// All of it. `plan` has its file, text and params already.
void build(const Value& scenario, const Options& options, plan::Plan& plan, Errors& errors);

void build_population(const Value* tenants, plan::Plan& plan, Errors& errors);
// Needs the population. `prefill` is of every stream that has none of its own.
void build_streams(const Value* streams, Extent prefill, plan::Plan& plan, Errors& errors);
// Needs the streams.
void build_groups(const Value* groups, plan::Plan& plan, Errors& errors);
// Context reads of the groups' views; needs streams and groups. False when the plan lacks the name of one.
bool build_reads(const Value* reads, plan::Plan& plan, Errors& errors);
// Phases and what happens in them; needs streams and groups.
void build_phases(const Value* phases, plan::Plan& plan, Errors& errors);
// Whether the plan has every name that the scenario means to have: where an error took one away, an SLO that
// selects it is not to blame.
struct KnownNames {
  bool phases = true, others = true;
};

// Needs all of the above.
void build_slos(const Value* slos, KnownNames names, plan::Plan& plan, Errors& errors);

// Streams by name, as in streams = { "chat_turn" }. `fallback` when the field is missing or wrong.
std::vector<std::size_t> read_stream_list(Reader& reader, const plan::Plan& plan,
                                          std::vector<std::size_t> fallback);
std::vector<std::size_t> all_streams(const plan::Plan& plan);

// The client settings under `client`; refuses those that name a target (-b and --target do).
plan::Settings read_client_settings(Reader& reader);

// Refuses what the group's own settings and everybody's together cannot have at once.
void check_group_settings(Reader& reader, const plan::Plan& plan, const plan::Settings& own);

// Refuses list items and names that are none in a table of named parts; returns the parts that are left.
// `example` shows one, for messages.
std::vector<const Value*> named_parts(const Value& table, const std::string& part, const std::string& example,
                                      Errors& errors);

}  // namespace freshet::scenario
