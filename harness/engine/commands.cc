#include "harness/engine/commands.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace freshet::engine {
namespace {

class ShellCommand final : public Command {
 public:
  ShellCommand(pid_t pid, int output) : pid_(pid), output_(output) {}
  ~ShellCommand() override {
    if (pid_ > 0) {
      kill(-pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(output_);
  }

  std::optional<CommandEnd> poll(Nanos) override {
    if (pid_ <= 0) return std::nullopt;
    read_some();
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    pid_ = -1;
    read_some();  // what it wrote last; what it left behind in the background is not waited for
    end_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return std::move(end_);
  }

  void terminate(bool at_once) override {
    if (pid_ > 0) kill(-pid_, at_once ? SIGKILL : SIGTERM);
  }

 private:
  // Bounded: a command that floods its output is read on with the next poll.
  void read_some() {
    std::array<char, 4096> buffer{};
    for (int i = 0; i < 64; ++i) {
      const ssize_t n = read(output_, buffer.data(), buffer.size());
      if (n <= 0) return;
      end_.output.append(buffer.data(), static_cast<std::size_t>(n));
      if (end_.output.size() <= kMostOutput) continue;
      const std::size_t more = end_.output.size() - kMostOutput;
      end_.output.erase(0, more);
      end_.dropped += more;
    }
  }

  pid_t pid_;
  int output_;
  CommandEnd end_;
};

// posix_spawn's two structures, initialised and destroyed.
struct Spawn {
  Spawn() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~Spawn() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

int spawn_shell(const std::string& text, int output, pid_t& pid) {
  Spawn spawn;
  posix_spawn_file_actions_addopen(&spawn.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&spawn.actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&spawn.actions, output, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&spawn.actions, STDERR_FILENO + 1);
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT}) sigaddset(&usual, number);
  posix_spawnattr_setsigmask(&spawn.attributes, &none);
  posix_spawnattr_setsigdefault(&spawn.attributes, &usual);
  posix_spawnattr_setpgroup(&spawn.attributes, 0);
  posix_spawnattr_setflags(&spawn.attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string shell = "sh", option = "-c", command = text;
  std::array<char*, 4> arguments{shell.data(), option.data(), command.data(), nullptr};
  return posix_spawn(&pid, "/bin/sh", &spawn.actions, &spawn.attributes, arguments.data(), environ);
}

}  // namespace

base::Result<std::unique_ptr<Command>> ShellCommands::start(const std::string& text, Nanos) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return base::Error{base::ErrorKind::io, fmt::format("no pipe for a command: {}", std::strerror(errno))};
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  pid_t pid = -1;
  const int error = spawn_shell(text, ends[1], pid);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    return base::Error{base::ErrorKind::io, fmt::format("/bin/sh: {}", std::strerror(error))};
  }
  return std::unique_ptr<Command>(std::make_unique<ShellCommand>(pid, ends[0]));
}

}  // namespace freshet::engine
