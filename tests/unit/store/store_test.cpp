#include "engine/store/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/store/schema.h"
#include "tests/unit/store/faulty_vfs.h"
#include "tests/unit/store/scratch.h"

namespace heddle {
namespace {

namespace fs = std::filesystem;

class OpenTest : public StoreTest {
 protected:
  void fill(unsigned seed = 1) {
    const RunFolder folder = makeRun("a");
    append(folder.events(), randomStream(folder, seed, 2000));
  }

  // What a store that is closed again holds.
  std::string fillAndIngest() {
    fill();
    const auto store = openStore();
    EXPECT_TRUE(store->ingestAll().ok());
    return contents(*store);
  }

  void execute(const char* sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(workspace_.database().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  // Files beside the database that hold what was moved aside.
  int damagedFiles() {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(workspace_.root)) {
      const std::string name = entry.path().filename().string();
      count += name.find(".damaged-") != std::string::npos && name.find("-wal") == std::string::npos ? 1 : 0;
    }
    return count;
  }
};

TEST_F(OpenTest, AnEmptyWorkspaceIsCreatedWithItsFolder) {
  const Workspace workspace{workspace_.root / "new" / "one"};
  const auto store = Store::open(workspace);
  ASSERT_TRUE(store.ok());
  EXPECT_TRUE((*store)->ingestAll()->empty());
  EXPECT_TRUE((*store)->runs()->empty());
  EXPECT_TRUE((*store)->warnings().empty());
}

TEST_F(OpenTest, TheSchemaCarriesItsVersionAndWal) {
  openStore();
  auto db = Connection::open(workspace_.database(), 100);
  ASSERT_TRUE(db.ok());
  Query version = (*db)->query("PRAGMA user_version");
  ASSERT_TRUE(version.next());
  EXPECT_EQ(version.integer(0), kSchemaVersion);
  Query mode = (*db)->query("PRAGMA journal_mode");
  ASSERT_TRUE(mode.next());
  EXPECT_EQ(mode.text(0), "wal");
}

TEST_F(OpenTest, ADatabaseOfANewerHeddleIsRefusedAndLeftAlone) {
  openStore();
  execute("PRAGMA user_version=99");
  const auto store = Store::open(workspace_);
  ASSERT_FALSE(store.ok());
  EXPECT_NE(store.error().text.find("its version is 99, this program knows versions up to 2"),
            std::string::npos);
  EXPECT_NE(store.error().hint.find("newer Heddle"), std::string::npos);
  EXPECT_EQ(damagedFiles(), 0);
}

TEST_F(OpenTest, ADatabaseOfTheFirstVersionIsFilledAnewFromTheRunFolders) {
  const std::string expected = fillAndIngest();
  execute(
      "DROP TABLE parts; DROP TABLE series; "
      "CREATE TABLE series(series INTEGER PRIMARY KEY, run INTEGER NOT NULL, axis INTEGER NOT NULL, "
      "metric TEXT NOT NULL, count INTEGER NOT NULL, UNIQUE(run, axis, metric)); PRAGMA user_version=1");
  const auto store = openStore();
  ASSERT_TRUE(store->ingestAll().ok());
  EXPECT_EQ(contents(*store), expected);
  EXPECT_TRUE(store->warnings().empty());
  EXPECT_EQ(damagedFiles(), 0);
}

TEST_F(OpenTest, ADatabaseOfAnotherProgramIsRefusedAndLeftAlone) {
  execute("CREATE TABLE photographs(id)");
  const auto store = Store::open(workspace_);
  ASSERT_FALSE(store.ok());
  EXPECT_NE(store.error().text.find("written by another program"), std::string::npos);
  EXPECT_EQ(damagedFiles(), 0);
}

TEST_F(OpenTest, AFileThatIsNoDatabaseIsMovedAsideAndRebuilt) {
  const std::string expected = fillAndIngest();
  fs::remove(workspace_.database());
  append(workspace_.database(), std::string(50'000, 'x'));
  const auto store = openStore();
  ASSERT_EQ(store->warnings().size(), 1u);
  EXPECT_NE(store->warnings()[0].find("was damaged; it was moved to"), std::string::npos);
  EXPECT_EQ(contents(*store), expected);
  EXPECT_EQ(damagedFiles(), 1);
}

TEST_F(OpenTest, DamageInTheMiddleOfTheFileIsRepairedByTheCallThatFindsIt) {
  const std::string expected = fillAndIngest();
  execute("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto size = static_cast<int64_t>(fs::file_size(workspace_.database()));
  ASSERT_GT(size, 40'000);
  {
    std::fstream file(workspace_.database(), std::ios::binary | std::ios::in | std::ios::out);
    // All pages but the first, which holds the version and the schema.
    file.seekp(4096);
    file << std::string(static_cast<size_t>(size - 4096), '\x5a');
  }
  const auto store = openStore();
  const auto runs = store->runs();
  ASSERT_TRUE(runs.ok()) << runs.error().message();
  EXPECT_EQ(contents(*store), expected);
  EXPECT_EQ(store->warnings().size(), 1u);
  EXPECT_EQ(damagedFiles(), 1);
}

TEST_F(OpenTest, ACutFileIsRepairedByIngestionToo) {
  const std::string expected = fillAndIngest();
  execute("PRAGMA wal_checkpoint(TRUNCATE)");
  fs::resize_file(workspace_.database(), 3 * 4096);
  const auto store = openStore();
  const auto ingested = store->ingestAll();
  ASSERT_TRUE(ingested.ok()) << ingested.error().message();
  EXPECT_EQ(contents(*store), expected);
  EXPECT_EQ(store->warnings().size(), 1u);
}

TEST_F(OpenTest, ChunksThatAreMissingAreFoundAndRebuilt) {
  fill();
  const auto store = openStore();
  ASSERT_TRUE(store->ingestAll().ok());
  const std::string expected = contents(*store);
  execute("DELETE FROM chunks WHERE key % 3 = 0");
  const auto curve = store->curve({"a", "train/loss"});
  ASSERT_TRUE(curve.ok()) << curve.error().message();
  EXPECT_EQ(contents(*store), expected);
  EXPECT_EQ(store->warnings().size(), 1u);
}

TEST_F(OpenTest, TwoStoresThatFindTheSameDamageRebuildOnce) {
  fill();
  const auto first = openStore();
  const auto second = openStore();
  ASSERT_TRUE(first->ingestAll().ok());
  const std::string expected = contents(*first);
  execute("DELETE FROM chunks");
  ASSERT_TRUE(first->curve({"a", "train/loss"}).ok());
  ASSERT_TRUE(second->curve({"a", "train/loss"}).ok());
  EXPECT_EQ(contents(*first), expected);
  EXPECT_EQ(contents(*second), expected);
  EXPECT_EQ(damagedFiles(), 1);
}

TEST_F(OpenTest, ALockedDatabaseIsAnErrorAfterTheTimeout) {
  fill();
  const auto store = openStore({.busy_timeout_ms = 50});
  auto other = Connection::open(workspace_.database(), 50);
  ASSERT_TRUE(other.ok());
  {
    const Transaction holder(**other);
    const double before = monotonicSeconds();
    const auto blocked = store->ingestAll();
    EXPECT_GE(monotonicSeconds() - before, 0.045);
    ASSERT_FALSE(blocked.ok());
    EXPECT_NE(blocked.error().text.find("it is locked"), std::string::npos) << blocked.error().text;
    EXPECT_NE(blocked.error().text.find(workspace_.database().string()), std::string::npos);
    EXPECT_NE(blocked.error().hint.find("another program"), std::string::npos);
    // Reading goes on beside a writer.
    EXPECT_TRUE(store->runs().ok());
  }
  EXPECT_EQ(store->ingestAll()->size(), 1u);
}

TEST_F(OpenTest, AFullDiskIsSaidSoAndNothingIsLost) {
  fill();
  FaultyVfs disk;
  const auto store = openStore();
  for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE}) {
    for (const int allowed : {0, 1, 7, 30}) {
      disk.failWrites(code, allowed);
      const auto failed = store->ingestAll();
      ASSERT_FALSE(failed.ok());
      EXPECT_NE(failed.error().text.find(code == SQLITE_FULL ? "the disk is full" : "disk I/O error"),
                std::string::npos)
          << failed.error().text;
      EXPECT_NE(failed.error().hint.find("nothing is lost"), std::string::npos);
      EXPECT_TRUE(store->runs()->empty());
    }
  }
  disk.failWrites(SQLITE_OK);
  ASSERT_TRUE(store->ingestAll().ok());
  const std::string after = contents(*store);
  ASSERT_TRUE(store->rebuild().ok());
  EXPECT_EQ(contents(*store), after);
  EXPECT_TRUE(store->warnings().empty());
}

TEST_F(OpenTest, AWorkspaceThatCannotBeMadeIsAnErrorWithItsPath) {
  append(workspace_.root / "file", "x");
  const auto store = Store::open(Workspace{workspace_.root / "file" / "workspace"});
  ASSERT_FALSE(store.ok());
  EXPECT_NE(store.error().text.find("file/workspace"), std::string::npos);
}

// What `look` says where the workspace can be read but not written to. Root may write anywhere, so a child
// becomes somebody who may not.
std::string saidReadOnly(const Workspace& workspace, const std::function<std::string()>& look) {
  fs::permissions(workspace.root, fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  const fs::path report = fs::temp_directory_path() / ("heddle-report-" + std::to_string(::getpid()));
  std::ofstream(report).close();
  fs::permissions(report, fs::perms::all);
  if (::geteuid() != 0) {
    fs::permissions(workspace.root, fs::perms::owner_read | fs::perms::owner_exec);
  }
  EXPECT_TRUE(endedWell(inChild([&] {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) {
      ::_exit(2);
    }
    std::ofstream(report) << look();
  })));
  fs::permissions(workspace.root, fs::perms::owner_all);
  const std::string said = *readFile(report);
  fs::remove(report);
  return said;
}

TEST_F(OpenTest, TheRunsOfAReadOnlyWorkspaceCanBeLookedAt) {
  fill();
  const auto usual = openStore();
  ASSERT_TRUE(usual->ingestAll().ok());
  const std::string all = contents(*usual);
  EXPECT_FALSE(usual->readOnly());
  const std::string said = saidReadOnly(workspace_, [this] {
    const auto store = Store::open(workspace_);
    if (!store.ok() || !(*store)->readOnly() || !(*store)->ingestAll().ok()) {
      ::_exit(3);
    }
    return (*store)->warnings().at(0) + "\n" + contents(**store);
  });
  EXPECT_EQ(said, "the workspace " + workspace_.root.string() +
                      " cannot be written to; its runs can be looked at, but nothing can be changed\n" + all);
}

TEST_F(OpenTest, AReadOnlyWorkspaceWithoutRunsIsAnErrorWithAHint) {
  fs::remove(workspace_.runs());
  const std::string said = saidReadOnly(workspace_, [this] {
    const auto store = Store::open(workspace_);
    return store.ok() ? std::string("opened") : store.error().message();
  });
  EXPECT_NE(said.find("cannot open the database " + workspace_.database().string()), std::string::npos)
      << said;
  EXPECT_NE(said.find("choose a workspace that you may write to"), std::string::npos) << said;
}

}  // namespace
}  // namespace heddle
