// Commands of faults in simulation: a script stands for each text.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/engine/commands.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {

// Commands that end after a time of their own, by text. What was started is remembered.
class ScriptedCommands final : public engine::Commands {
 public:
  struct Script {
    Nanos takes = 0;
    int status = 0;
    std::string output;
    std::function<void(Nanos)> does;
    bool deaf = false;  // goes on after SIGTERM
    std::size_t dropped = 0;
  };
  std::map<std::string, Script> scripts;
  std::vector<std::pair<Nanos, std::string>> started;

  base::Result<std::unique_ptr<engine::Command>> start(const std::string& text, Nanos now) override {
    const auto found = scripts.find(text);
    if (found == scripts.end()) return base::usage_error("no such command");
    started.emplace_back(now - kStart, text);
    if (found->second.does) found->second.does(now);
    return std::unique_ptr<engine::Command>(std::make_unique<Scripted>(found->second, now));
  }

 private:
  struct Scripted final : engine::Command {
    Scripted(const Script& s, Nanos now) : script(s), until(now + s.takes) {}
    std::optional<engine::CommandEnd> poll(Nanos now) override {
      if (killed) return engine::CommandEnd{.status = 137, .output = script.output};
      if (now < until) return std::nullopt;
      return engine::CommandEnd{.status = script.status, .output = script.output, .dropped = script.dropped};
    }
    void terminate(bool at_once) override { killed = killed || at_once || !script.deaf; }
    Script script;
    Nanos until;
    bool killed = false;
  };
};

}  // namespace freshet::test
