// Runs the real binary as a person would, and keeps what it said.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace freshet::tests {

// A folder of the test's own, gone at its end.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Writes a file in it, gives its path.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& file);

struct Ran {
  int exit_status = -1;  // 128 + signal when one ended it
  std::string out, err;
};

enum class Output {
  files,     // no terminal: stdout a file, stderr a pipe
  terminal,  // both a terminal of 80 x 24; all of it is in Ran::err
};

// A freshet process, its working directory `folder`.
class Freshet {
 public:
  Freshet(const std::filesystem::path& folder, const std::vector<std::string>& args,
          const std::map<std::string, std::string>& environment = {}, Output output = Output::files);
  ~Freshet();  // kills what still runs
  Freshet(const Freshet&) = delete;
  Freshet& operator=(const Freshet&) = delete;

  // Blocks until stderr holds `text` so many times; false when the program ended before.
  bool wait_for(const std::string& text, int times = 1);
  void signal(int number);
  Ran wait();
  pid_t pid() const { return pid_; }

 private:
  std::filesystem::path out_file_;
  pid_t pid_ = -1;
  int err_ = -1;  // reading end
  std::string err_text_;
  bool read_more();
  void open_outputs(Output output, int& out, int& err);
};

Ran run_freshet(const std::filesystem::path& folder, const std::vector<std::string>& args,
                const std::map<std::string, std::string>& environment = {});

}  // namespace freshet::tests
