#include <fmt/format.h>

#include "harness/plan/sound.h"
#include "harness/scenario/build.h"

namespace freshet::scenario {
namespace {

// What a scenario gets that says nothing: assumptions, of a business with a few large customers.
constexpr std::uint32_t kEnterprise = 20;
constexpr double kEnterpriseShare = 0.45;
constexpr std::uint32_t kOthers = 50'000;
constexpr double kSkew = 1.1;

// A tier without accounts has no share; the only tier with accounts has all of it.
double enterprise_share(Reader& reader, std::int64_t enterprise, std::int64_t others) {
  const double given = reader.share("enterprise_share", -1);
  if (given < 0) return enterprise == 0 ? 0 : others == 0 ? 1 : kEnterpriseShare;
  if (enterprise == 0 && given > 0)
    reader.problem("enterprise_share", "there are no enterprise accounts to have it");
  if (others == 0 && given < 1)
    reader.problem("enterprise_share", "there are no other accounts to have the rest");
  return given;
}

}  // namespace

void build_population(const Value* tenants, plan::Plan& plan, Errors& errors) {
  Value nothing_said;
  nothing_said.type = Value::Type::table;
  Reader reader(tenants == nullptr ? nothing_said : *tenants, "tenants", errors);
  const auto most = static_cast<std::int64_t>(plan::kMostKeys);
  std::int64_t enterprise = reader.whole("enterprise", kEnterprise, {0, most});
  std::int64_t others = reader.whole("others", kOthers, {0, most});
  if (enterprise + others == 0) reader.problem("there are no accounts at all");
  if (enterprise + others > most) {
    reader.problem(fmt::format("more than {} accounts", most));
    enterprise = kEnterprise;
    others = kOthers;
  }

  workloads::Population population;
  population.name = reader.name("name", "tenants");
  const double share = enterprise_share(reader, enterprise, others);
  population.tiers.push_back({"enterprise", static_cast<std::uint32_t>(enterprise), share,
                              reader.number("enterprise_skew", 0, {0, 5})});
  population.tiers.push_back(
      {"rest", static_cast<std::uint32_t>(others), 1 - share, reader.number("skew", kSkew, {0, 5})});
  reader.finish(0);
  plan.populations.push_back(std::move(population));
}

}  // namespace freshet::scenario
