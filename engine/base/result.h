// Result<T>: a value, or one sentence that a user can act on. Used wherever the cause lies outside the
// program (files, recipes, checkpoints, disks, other processes). Broken contracts inside the program are not
// errors of this kind.

#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace heddle {

// `text` is one sentence: what was tried, on what, what was found. `hint` says what to do next.
struct Error {
  std::string text;
  std::string hint = {};

  // "text (hint)", or the text alone.
  std::string message() const { return hint.empty() ? text : text + " (" + hint + ")"; }
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Each ends the program when the other alternative is held: check ok() first.
  T& value() & { return ok() ? std::get<0>(state_) : (std::abort(), std::get<0>(state_)); }
  const T& value() const& { return ok() ? std::get<0>(state_) : (std::abort(), std::get<0>(state_)); }
  // By value: a loop over *f() must not outlive what it walks.
  T value() && { return std::move(value()); }
  const Error& error() const { return !ok() ? std::get<1>(state_) : (std::abort(), std::get<1>(state_)); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return error_.has_value() ? *error_ : (std::abort(), *error_); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace heddle
