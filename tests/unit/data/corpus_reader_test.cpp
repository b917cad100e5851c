#include "engine/data/corpus_reader.h"

#include "tests/unit/data/workspace_fixture.h"

namespace heddle {
namespace {

using Documents = std::vector<std::vector<std::string>>;

class CorpusReaderTest : public WorkspaceTest {
 protected:
  static Result<Documents> readAll(const std::vector<std::filesystem::path>& paths) {
    Result<CorpusReader> reader = CorpusReader::open({.files = paths});
    if (!reader.ok()) {
      return reader.error();
    }
    Documents documents;
    std::vector<std::string> paragraphs;
    for (;;) {
      const Result<bool> more = reader->next(paragraphs);
      if (!more.ok()) {
        return more.error();
      }
      if (!*more) {
        return documents;
      }
      documents.push_back(paragraphs);
    }
  }
  static std::string failure(const std::vector<std::filesystem::path>& paths) {
    const Result<Documents> documents = readAll(paths);
    return documents.ok() ? "read" : documents.error().message();
  }
};

TEST_F(CorpusReaderTest, SplitsDocumentsAtBlankLines) {
  const auto path = write("a.txt", "\xEF\xBB\xBFOne.\r\n  Two. \r\n\r\n \t\n\xE3\x80\x80\nThree.\n\nFour.");
  EXPECT_EQ(*readAll({path}), (Documents{{"One.", "Two."}, {"Three."}, {"Four."}}));
}

TEST_F(CorpusReaderTest, ReadsFoldersInTheOrderOfTheirPathsWithoutHiddenFiles) {
  write("b/2.txt", "second\n");
  write("b/1.txt", "first\n");
  write("a.txt", "zeroth\n");
  write(".hidden/x.txt", "never\n");
  write("b/.x.swp", std::string("\0", 1));
  EXPECT_EQ(*readAll({root / "text"}), (Documents{{"zeroth"}, {"first"}, {"second"}}));
}

TEST_F(CorpusReaderTest, EndsADocumentAtTheEndOfItsFile) {
  const auto a = write("a.txt", "One.");
  const auto b = write("b.txt", "Two.");
  EXPECT_EQ(*readAll({b, a}), (Documents{{"Two."}, {"One."}}));
}

TEST_F(CorpusReaderTest, ReadsLinesLongerThanItsBuffer) {
  const std::string line(3 << 20, 'x');
  const auto path = write("long.txt", line + "\nend\n");
  EXPECT_EQ(*readAll({path}), (Documents{{line, "end"}}));
}

TEST_F(CorpusReaderTest, RefusesBinaryFilesWithPathAndLine) {
  const auto path = write("picture.png", "text\n\x89PNG" + std::string(4, '\0'));
  const std::string text = failure({path});
  EXPECT_NE(text.find("picture.png"), std::string::npos) << text;
  EXPECT_NE(text.find("line 2 holds NUL bytes"), std::string::npos) << text;
}

TEST_F(CorpusReaderTest, RefusesAnotherEncodingAtTheLineWhereItBegins) {
  std::string bytes = "plain\nplain\n";
  for (int line = 0; line < 20; ++line) {
    bytes += "caf\xE9 cr\xE8me\n";
  }
  const std::string text = failure({write("latin1.txt", bytes)});
  EXPECT_NE(text.find("latin1.txt: line 3 is where bytes that are not UTF-8 begin"), std::string::npos)
      << text;
  EXPECT_NE(text.find("iconv"), std::string::npos) << text;
}

TEST_F(CorpusReaderTest, LetsAFewBrokenBytesThrough) {
  std::string bytes;
  for (int line = 0; line < 200; ++line) {
    bytes += line % 50 == 0 ? "bro\xFFken\n" : "sound\n";
  }
  EXPECT_EQ(failure({write("mostly.txt", bytes)}), "read");
}

TEST_F(CorpusReaderTest, NamesWhatIsNotThere) {
  EXPECT_NE(failure({root / "nowhere.txt"}).find("nowhere.txt: there is no such file"), std::string::npos);
  std::filesystem::create_directories(root / "empty");
  EXPECT_NE(failure({root / "empty"}).find("holds no files"), std::string::npos);
}

TEST_F(CorpusReaderTest, SaysWhenAFileVanishesBeforeItIsRead) {
  const auto path = write("gone.txt", "text\n");
  Result<CorpusReader> reader = CorpusReader::open({.files = {path}});
  ASSERT_TRUE(reader.ok());
  std::filesystem::remove(path);
  std::vector<std::string> paragraphs;
  EXPECT_NE(reader->next(paragraphs).error().message().find("gone.txt: No such file"), std::string::npos);
}

}  // namespace
}  // namespace heddle
