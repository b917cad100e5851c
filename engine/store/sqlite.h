// The few pieces of SQLite's C interface that the store needs. Nothing else includes <sqlite3.h>.
// The first failure of a connection sticks: from then on nothing more is done, until takeFailure() hands it
// out. So a sequence of steps needs one check at its end, and a transaction with a failure in it cannot be
// committed.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace heddle {

class Connection;

// A running statement; put back when it goes out of scope. Column indices count from 0.
class Query {
 public:
  Query(Query&& other) noexcept;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;
  ~Query();

  // True: a row is there to be read. False: no more, or a failure.
  bool next();

  bool isNull(int column) const;
  int64_t integer(int column) const;
  double real(int column) const;                      // NULL reads as 0
  std::optional<double> maybeReal(int column) const;  // NULL reads as nullopt, "nan" as NaN
  std::string text(int column) const;
  // Valid until the next call of next().
  std::span<const std::byte> blob(int column) const;

 private:
  friend class Connection;
  Query(Connection* connection, sqlite3_stmt* statement, std::string key);

  void bind(int index, int64_t value);
  void bind(int index, int value) { bind(index, static_cast<int64_t>(value)); }
  void bind(int index, double value);                 // SQLite has no NaN: it is stored as NULL
  void bind(int index, std::optional<double> value);  // nullopt as NULL, NaN as the text "nan"
  void bind(int index, std::string_view value);
  void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
  void bind(int index, const char* value) { bind(index, std::string_view(value)); }
  void bind(int index, std::span<const std::byte> value);
  void bind(int index, const std::optional<std::string>& value);  // nullopt as NULL

  Connection* connection_;
  sqlite3_stmt* statement_;  // null: it could not be prepared, or was moved from
  std::string key_;
};

class Connection {
 public:
  // Creates the file when it is not there. Fails only for the path; whether the file is a database shows with
  // its first use.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& path, int busy_timeout_ms);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // A statement with its parameters ?1, ?2, ...; text and blobs are borrowed until the query is destroyed.
  template <typename... Values>
  Query query(std::string_view sql, const Values&... values) {
    Query result = prepare(sql);
    int index = 0;
    (result.bind(++index, values), ...);
    return result;
  }
  // The same run to its end.
  template <typename... Values>
  void run(std::string_view sql, const Values&... values) {
    Query statement = query(sql, values...);
    while (statement.next()) {
    }
  }
  // Statements separated by semicolons, without parameters.
  void script(const char* sql);
  int64_t lastInsertId() const;
  // Rows changed by the last statement.
  int64_t changes() const;

  bool failed() const { return code_ != 0; }
  // A failure of ours: what was read makes no sense.
  void failDamaged(const std::string& found);
  // The failure, if there was one, as a sentence: "cannot `tried` PATH: ...". The connection is usable again.
  Status takeFailure(std::string_view tried);
  // Whether the last failure handed out means that the file itself is damaged.
  bool wasDamaged() const { return was_damaged_; }

 private:
  friend class Query;
  friend class Transaction;
  friend class ReadTransaction;
  Connection(sqlite3* handle, std::filesystem::path path) : handle_(handle), path_(std::move(path)) {}
  Query prepare(std::string_view sql);
  void giveBack(std::string key, sqlite3_stmt* statement);
  void fail(int code);

  sqlite3* handle_;
  std::filesystem::path path_;
  int code_ = 0;
  std::string found_;
  bool was_damaged_ = false;
  std::unordered_map<std::string, std::vector<sqlite3_stmt*>> idle_;
};

// BEGIN IMMEDIATE ... COMMIT: the write lock is taken at once, so two processes never both read an offset and
// then both move it. Rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Does nothing when something failed before; takeFailure() then says what.
  void commit();

 private:
  Connection& connection_;
  bool open_ = false;
};

// All reads inside see one state of the database. Ends with the scope.
class ReadTransaction {
 public:
  explicit ReadTransaction(Connection& connection) : connection_(connection) { connection_.run("BEGIN"); }
  ~ReadTransaction();
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

 private:
  Connection& connection_;
};

}  // namespace heddle
