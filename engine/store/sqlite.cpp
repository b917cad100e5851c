#include "engine/store/sqlite.h"

#include <sqlite3.h>

#include <cmath>
#include <limits>
#include <utility>

namespace heddle {
namespace {

// What a user can do about a failure of SQLite.
std::string hintFor(int code) {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds it; close that program or try again in a moment";
    case SQLITE_FULL:
      return "free some space on that disk and try again; nothing is lost, the runs' own files hold "
             "everything";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "choose a workspace that you may write to, or change its permissions";
    case SQLITE_IOERR:
      return "check the disk; nothing is lost, the runs' own files hold everything";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return "it is rebuilt from the run folders when it is opened again";
    default:
      return "";
  }
}

std::string describe(int code, const char* message) {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "it is locked";
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_READONLY:
      return "it cannot be written to";
    default:
      return message;
  }
}

}  // namespace

Query::Query(Connection* connection, sqlite3_stmt* statement, std::string key)
    : connection_(connection), statement_(statement), key_(std::move(key)) {}

Query::Query(Query&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      key_(std::move(other.key_)) {}

Query::~Query() {
  if (statement_ != nullptr) {
    connection_->giveBack(std::move(key_), statement_);
  }
}

bool Query::next() {
  if (statement_ == nullptr || connection_->failed()) {
    return false;
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code != SQLITE_DONE) {
    connection_->fail(code);
  }
  sqlite3_reset(statement_);
  return false;
}

bool Query::isNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Query::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::optional<double> Query::maybeReal(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_NULL:
      return std::nullopt;
    case SQLITE_TEXT:
      return std::numeric_limits<double>::quiet_NaN();
    default:
      return real(column);
  }
}

std::string Query::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes == nullptr ? std::string{}
                          : std::string(bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

std::span<const std::byte> Query::blob(int column) const {
  const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
  return {bytes, bytes == nullptr ? 0 : static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

void Query::bind(int index, int64_t value) {
  if (statement_ != nullptr) {
    sqlite3_bind_int64(statement_, index, value);
  }
}

void Query::bind(int index, double value) {
  if (statement_ != nullptr) {
    sqlite3_bind_double(statement_, index, value);
  }
}

void Query::bind(int index, std::string_view value) {
  if (statement_ != nullptr) {
    // A null pointer would bind NULL; an empty text must stay a text.
    sqlite3_bind_text64(statement_, index, value.data() == nullptr ? "" : value.data(), value.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
  }
}

void Query::bind(int index, std::span<const std::byte> value) {
  if (statement_ != nullptr) {
    sqlite3_bind_blob64(statement_, index, value.data(), value.size(), SQLITE_STATIC);
  }
}

void Query::bind(int index, std::optional<double> value) {
  if (value && std::isnan(*value)) {
    bind(index, "nan");
  } else if (value) {
    bind(index, *value);
  }
}

void Query::bind(int index, const std::optional<std::string>& value) {
  if (value) {
    bind(index, std::string_view(*value));
  }
}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& path, int busy_timeout_ms) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) {
    const Error error{"cannot open the database " + path.string() + ": " + sqlite3_errstr(code),
                      hintFor(code)};
    sqlite3_close_v2(handle);
    return error;
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  return std::unique_ptr<Connection>(new Connection(handle, path));
}

Connection::~Connection() {
  for (auto& [sql, statements] : idle_) {
    for (sqlite3_stmt* statement : statements) {
      sqlite3_finalize(statement);
    }
  }
  sqlite3_close_v2(handle_);
}

Query Connection::prepare(std::string_view sql) {
  std::string key(sql);
  if (failed()) {
    return Query(this, nullptr, {});
  }
  if (const auto it = idle_.find(key); it != idle_.end() && !it->second.empty()) {
    sqlite3_stmt* statement = it->second.back();
    it->second.pop_back();
    return Query(this, statement, std::move(key));
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    fail(code);
    return Query(this, nullptr, {});
  }
  return Query(this, statement, std::move(key));
}

void Connection::giveBack(std::string key, sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  idle_[std::move(key)].push_back(statement);
}

void Connection::script(const char* sql) {
  if (failed()) {
    return;
  }
  if (const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr); code != SQLITE_OK) {
    fail(code);
  }
}

int64_t Connection::lastInsertId() const {
  return sqlite3_last_insert_rowid(handle_);
}
int64_t Connection::changes() const {
  return sqlite3_changes64(handle_);
}

void Connection::fail(int code) {
  code_ = code;
  found_ = describe(code, sqlite3_errmsg(handle_));
}

void Connection::failDamaged(const std::string& found) {
  if (!failed()) {
    code_ = SQLITE_CORRUPT;
    found_ = found;
  }
}

Status Connection::takeFailure(std::string_view tried) {
  was_damaged_ = false;
  if (!failed()) {
    return {};
  }
  const int code = std::exchange(code_, 0);
  was_damaged_ = (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB;
  return Error{"cannot " + std::string(tried) + " in the database " + path_.string() + ": " + found_,
               hintFor(code)};
}

Transaction::Transaction(Connection& connection) : connection_(connection) {
  connection_.run("BEGIN IMMEDIATE");
  open_ = !connection_.failed();
}

Transaction::~Transaction() {
  if (open_ && sqlite3_get_autocommit(connection_.handle_) == 0) {
    // Not through run(): that does nothing after a failure, and a failure is why we are here.
    sqlite3_exec(connection_.handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  if (open_) {
    connection_.run("COMMIT");
    open_ = connection_.failed();
  }
}

ReadTransaction::~ReadTransaction() {
  if (sqlite3_get_autocommit(connection_.handle_) == 0) {
    sqlite3_exec(connection_.handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

}  // namespace heddle
