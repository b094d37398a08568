// What runs the roles: threads in real time, or one loop on a manual clock.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/engine/role.h"

namespace freshet::engine {

class Driver {
 public:
  virtual ~Driver() = default;

  // A place for a role. Its Wake exists before the role, because clients take it when they are made.
  virtual std::size_t reserve(const std::string& name) = 0;
  virtual base::Wake& wake(std::size_t place) = 0;
  virtual void attach(std::size_t place, Role& role) = 0;

  // The role's thread, and those that its client starts from it, keep to these CPUs (D2); none: to any.
  // Refused when this process may not use one of them. A simulation has no CPUs.
  virtual base::Status keep_to(std::size_t place, const std::vector<int>& cpus) {
    (void)place, (void)cpus;
    return base::Ok{};
  }

  virtual const base::Clock& clock() const = 0;

  // Steps all attached roles until `done` (looked at between steps, or every few milliseconds) and stops
  // them.
  virtual void run(const std::function<bool()>& done) = 0;
};

}  // namespace freshet::engine
