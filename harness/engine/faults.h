// Runs the commands of the plan's faults at their times and writes down what became of them. What was done is
// undone, also when the run ends early.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/engine/commands.h"
#include "harness/engine/context.h"
#include "harness/engine/role.h"

namespace freshet::engine {

class Faults final : public Role {
 public:
  // `secrets`: texts that are masked wherever a command or its output is written down.
  Faults(Context& context, Commands& commands, std::vector<std::string> secrets);
  Stepped step(const base::Clock& clock) override;
  // Nothing runs, and nothing will: looked at by the conductor before the run is over.
  bool done() const { return done_.load(std::memory_order_acquire); }

 private:
  enum class State { waiting, running, ran, undoing, over };
  struct Open {  // one fault of the plan
    State state = State::waiting;
    std::unique_ptr<Command> command;
    Nanos began = 0;                 // of the command, monotonic
    Nanos terminate = base::kNever;  // when it is asked to end, then ended
    bool timed_out = false;
  };

  bool advance(std::size_t fault, const base::Clock& clock);
  bool may_undo(std::size_t fault, Nanos now) const;
  void start(std::size_t fault, bool undo, Nanos now);
  void watch(std::size_t fault, const base::Clock& clock);
  void ended(std::size_t fault, CommandEnd end, Nanos now);
  bool cut_short() const;
  Nanos next(const base::Clock& clock) const;
  std::string masked(std::string text) const;

  Context& context_;
  Commands& commands_;
  std::vector<std::string> secrets_;
  std::vector<Open> faults_;
  std::atomic<bool> done_{false};
};

}  // namespace freshet::engine
