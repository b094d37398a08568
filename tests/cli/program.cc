#include "tests/cli/program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace freshet::tests {
namespace {

void fail(const std::string& what) {
  throw std::runtime_error(what);  // a test that cannot start its program is broken, not failed
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "freshet-cli-XXXXXX").string();
  if (!mkdtemp(name.data())) fail("mkdtemp " + name);
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name, std::ios::binary) << text;
  return (path_ / name).string();
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// Gives the child's ends; keeps the reading end.
void Freshet::open_outputs(Output output, int& out, int& err) {
  if (output == Output::files) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    err_ = ends[0];
    err = ends[1];
    out = open(out_file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    return;
  }
  err_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (err_ < 0 || grantpt(err_) != 0 || unlockpt(err_) != 0) fail("pseudo-terminal");
  const winsize size{24, 80, 0, 0};
  if (ioctl(err_, TIOCSWINSZ, &size) != 0) fail("size of the pseudo-terminal");
  out = open(ptsname(err_), O_RDWR | O_NOCTTY | O_CLOEXEC);
  err = dup(out);
}

Freshet::Freshet(const std::filesystem::path& folder, const std::vector<std::string>& args,
                 const std::map<std::string, std::string>& environment, Output output)
    : out_file_(folder / "stdout.txt") {
  int out = -1, err = -1;
  open_outputs(output, out, err);
  std::vector<char*> argv = {const_cast<char*>(FRESHET_BINARY)};
  for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    const bool ready =
        dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0 && chdir(folder.c_str()) == 0;
    for (const char* name : {"NO_COLOR", "GITHUB_STEP_SUMMARY", "GITHUB_ACTIONS"}) unsetenv(name);
    setenv("TERM", "xterm", 1);
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    if (ready) execv(FRESHET_BINARY, argv.data());
    _exit(127);
  }
  close(out);
  close(err);
}

Freshet::~Freshet() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (err_ >= 0) close(err_);
}

bool Freshet::read_more() {
  char some[4096];
  const ssize_t n = read(err_, some, sizeof some);
  if (n > 0) err_text_.append(some, static_cast<std::size_t>(n));
  return n > 0;
}

bool Freshet::wait_for(const std::string& text, int times) {
  for (std::size_t at = 0; times > 0;) {
    const std::size_t found = err_text_.find(text, at);
    if (found != std::string::npos) {
      at = found + text.size();
      --times;
    } else if (!read_more()) {
      return false;
    }
  }
  return true;
}

void Freshet::signal(int number) {
  kill(pid_, number);
}

Ran Freshet::wait() {
  while (read_more()) {
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  const std::string out = std::filesystem::exists(out_file_) ? read_file(out_file_) : "";
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out, err_text_};
}

Ran run_freshet(const std::filesystem::path& folder, const std::vector<std::string>& args,
                const std::map<std::string, std::string>& environment) {
  return Freshet(folder, args, environment).wait();
}

}  // namespace freshet::tests
