// The seam to the commands of the user's that faults run: a shell in a run, a test's function in simulation.
// Nothing here waits.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/base/time.h"

namespace freshet::engine {

using base::Nanos;

struct CommandEnd {
  int status = 0;           // its exit status; 128 + signal when a signal ended it
  std::string output;       // standard output and error together: the last kMostOutput bytes
  std::size_t dropped = 0;  // bytes before those
};

// A command that runs. Destroying it while it does ends it at once.
class Command {
 public:
  static constexpr std::size_t kMostOutput = 16 * 1024;
  virtual ~Command() = default;
  // How it ended, once; nullopt while it runs. To be called until it has.
  virtual std::optional<CommandEnd> poll(Nanos now) = 0;
  // Asks it and what it started to end (SIGTERM), or ends them (SIGKILL).
  virtual void terminate(bool at_once) = 0;
};

class Commands {
 public:
  virtual ~Commands() = default;
  virtual base::Result<std::unique_ptr<Command>> start(const std::string& text, Nanos now) = 0;
};

// `/bin/sh -c TEXT` in a process group of its own, with an empty standard input, in the present folder.
class ShellCommands final : public Commands {
 public:
  base::Result<std::unique_ptr<Command>> start(const std::string& text, Nanos now) override;
};

}  // namespace freshet::engine
