// A value or an error in words. Expected failures travel by value; exceptions are for broken invariants.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace freshet::base {

// Who has to act on the error; decides the exit status (design 4).
enum class ErrorKind {
  usage,    // the user's words: bad option, illegal scenario, topic of another shape (exit 2)
  cluster,  // the cluster could not be reached or refused what is needed (exit 5)
  io,       // a file or folder could not be read or written (exit 2)
};

struct Error {
  ErrorKind kind = ErrorKind::usage;
  std::string message;  // a sentence; says what was found and what was expected
};

struct Ok {};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // REQUIRES: ok().
  T& value() & {
    assert(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    assert(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    assert(ok());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // REQUIRES: !ok().
  const Error& error() const {
    assert(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<Ok>;

inline Error usage_error(std::string message) {
  return {ErrorKind::usage, std::move(message)};
}
inline Error cluster_error(std::string message) {
  return {ErrorKind::cluster, std::move(message)};
}
inline Error io_error(std::string message) {
  return {ErrorKind::io, std::move(message)};
}

}  // namespace freshet::base
