// Reads the groups' views as those who work with them would (R2): at its time each planned read looks at the
// words of its account's keys and writes them down, to be resolved against the schedule after the run.
#pragma once

#include <vector>

#include "harness/engine/context.h"
#include "harness/engine/role.h"
#include "harness/plan/reads.h"

namespace freshet::engine {

class ViewReader final : public Role {
 public:
  explicit ViewReader(Context& context);
  Stepped step(const base::Clock& clock) override;

 private:
  std::size_t next_due() const;  // Plan::reads.size() when none is left
  bool look(std::size_t read, const base::Clock& clock);

  Context& context_;
  std::vector<plan::ReadCursor> cursors_;  // by Plan::reads
  measure::LoggedRead seen_;
  bool done_ = false;
};

}  // namespace freshet::engine
