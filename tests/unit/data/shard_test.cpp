#include "engine/data/shard.h"

#include <unistd.h>

#include <numeric>

#include "engine/base/file.h"
#include "engine/base/random.h"
#include "tests/unit/data/workspace_fixture.h"

namespace heddle {
namespace {

// What a shard is given, and by whose plain vectors it is judged.
struct Sentence {
  std::vector<int32_t> ids;
  std::vector<Unit> units;
};
using Document = std::vector<Sentence>;

class ShardTest : public WorkspaceTest {
 protected:
  std::filesystem::path path() const { return root / "00000.shard"; }

  // Documents of 1 .. 4 sentences of 1 .. 30 tokens; one unit in three has a coarse id, one sentence in fifty
  // is a unit of several hundred tokens.
  static std::vector<Document> makeDocuments(int count, const ShardVocabulary& vocabulary) {
    RandomStream draws(nameKey("shard"), 0, 0);
    std::vector<Document> documents(static_cast<size_t>(count));
    const auto phrases = static_cast<uint32_t>(vocabulary.coarse_size - vocabulary.fine_size);
    for (Document& document : documents) {
      document.resize(1 + draws.below(4));
      for (Sentence& sentence : document) {
        const bool is_long = draws.below(50) == 0;
        const auto tokens = static_cast<int32_t>(is_long ? 300 + draws.below(300) : 1 + draws.below(30));
        for (int32_t token = 0; token < tokens; ++token) {
          sentence.ids.push_back(
              static_cast<int32_t>(draws.below(static_cast<uint32_t>(vocabulary.fine_size))));
        }
        for (int32_t first = 0; first < tokens;) {
          const auto count_of =
              is_long ? tokens : std::min(tokens - first, static_cast<int32_t>(1 + draws.below(4)));
          const bool coarse = phrases > 0 && draws.below(3) == 0;
          sentence.units.push_back(
              {first, count_of,
               coarse ? static_cast<int32_t>(vocabulary.fine_size + draws.below(phrases)) : kFallsBack});
          first += count_of;
        }
      }
    }
    return documents;
  }

  void writeShard(const std::vector<Document>& documents, const ShardVocabulary& vocabulary) const {
    ShardWriter writer(vocabulary);
    for (const Document& document : documents) {
      for (const Sentence& sentence : document) {
        writer.addSentence(sentence.ids, sentence.units);
      }
      writer.addSentence({}, {});
      writer.endDocument();
      writer.endDocument();  // an empty one
    }
    ASSERT_TRUE(writer.finish(path()).ok());
  }
  void writeShard() const { writeShard(makeDocuments(50, kTwoGrains), kTwoGrains); }

  std::string failure() const {
    const Result<Shard> shard = Shard::open(path());
    const Status status = shard.ok() ? shard->check() : shard.error();
    return status.ok() ? "opened" : status.error().message();
  }
  void patch(size_t offset, char value) const {
    std::string bytes = *readFile(path());
    bytes[offset] = value;
    ASSERT_TRUE(writeFileAtomic(path(), bytes).ok());
  }

  static constexpr ShardVocabulary kTwoGrains{.fine_size = 1000, .coarse_size = 3000, .hash = {1, 2}};
};

TEST_F(ShardTest, GivesBackWhatWasWrittenInAllWidths) {
  for (const auto& [fine, coarse] : {std::pair<int64_t, int64_t>{65536, 65536},
                                     {65537, 65537},
                                     {65536, 131072},
                                     {65537, 131074},
                                     {5, 100}}) {
    const ShardVocabulary vocabulary{.fine_size = fine, .coarse_size = coarse, .hash = {1, 2}};
    const std::vector<Document> documents = makeDocuments(3000, vocabulary);
    writeShard(documents, vocabulary);
    const Result<Shard> shard = Shard::open(path());
    ASSERT_TRUE(shard.ok()) << shard.error().message();
    ASSERT_TRUE(shard->check().ok());
    EXPECT_EQ(shard->vocabulary(), vocabulary);
    EXPECT_EQ(shard->hasCoarse(), coarse > fine);
    ASSERT_EQ(shard->documents(), 3000);
    EXPECT_EQ(shard->sourceDocuments(), 6000);
    int64_t sentence_number = 0, tokens = 0, unit_number = 0, coarse_units = 0, coarse_tokens = 0;
    for (int64_t number = 0; number < 3000; ++number) {
      ASSERT_EQ(shard->documentBegin(number), sentence_number);
      for (const Sentence& sentence : documents[static_cast<size_t>(number)]) {
        ASSERT_EQ(shard->documentOf(sentence_number), number);
        ASSERT_EQ(shard->sentenceBegin(sentence_number), tokens);
        ASSERT_EQ(shard->unitBegin(sentence_number), unit_number);
        std::vector<int32_t> ids;
        const auto size = static_cast<int64_t>(sentence.ids.size());
        shard->appendTokens(tokens, tokens + size, ids);
        ASSERT_EQ(ids, sentence.ids);
        for (const Unit& unit : sentence.units) {
          ASSERT_EQ(shard->unitTokens(unit_number), unit.count);
          ASSERT_EQ(shard->unitCoarse(unit_number), unit.coarse);
          coarse_units += unit.coarse != kFallsBack;
          coarse_tokens += unit.coarse != kFallsBack ? 1 : unit.count;
          ++unit_number;
        }
        tokens += size;
        ++sentence_number;
      }
    }
    EXPECT_EQ(shard->documentBegin(3000), sentence_number);
    EXPECT_EQ(shard->sentenceBegin(sentence_number), tokens);
    EXPECT_EQ(shard->unitBegin(sentence_number), unit_number);
    EXPECT_EQ(shard->sentences(), sentence_number);
    EXPECT_EQ(shard->tokens(), tokens);
    EXPECT_EQ(shard->units(), unit_number);
    EXPECT_EQ(shard->coarseUnits(), coarse_units);
    EXPECT_EQ(shard->coarseTokens(), coarse_tokens);
  }
}

TEST_F(ShardTest, HoldsNothingAtAll) {
  writeShard({}, kTwoGrains);
  const Result<Shard> shard = Shard::open(path());
  ASSERT_TRUE(shard.ok()) << shard.error().message();
  EXPECT_TRUE(shard->check().ok());
  EXPECT_EQ(shard->documents(), 0);
  EXPECT_EQ(shard->tokens(), 0);
}

TEST_F(ShardTest, RefusesEveryTruncation) {
  writeShard();
  const std::string whole = *readFile(path());
  for (const size_t size :
       {size_t{0}, size_t{5}, size_t{8}, size_t{191}, size_t{192}, whole.size() / 2, whole.size() - 1}) {
    ASSERT_TRUE(writeFileAtomic(path(), whole.substr(0, size)).ok());
    EXPECT_NE(failure().find("cannot use " + path().string() + " as a packed corpus"), std::string::npos)
        << size;
  }
  ASSERT_TRUE(writeFileAtomic(path(), whole + "x").ok());
  EXPECT_NE(failure().find("where its header says"), std::string::npos);
}

TEST_F(ShardTest, RefusesForeignFilesOtherVersionsAndDamage) {
  ASSERT_TRUE(writeFileAtomic(path(), std::string(4096, 'x')).ok());
  EXPECT_NE(failure().find("another kind of file"), std::string::npos);
  writeShard();
  patch(8, 1);
  EXPECT_NE(failure().find("version 1, this program reads version 2"), std::string::npos);
  writeShard();
  patch(64, 1);
  EXPECT_NE(failure().find("header is damaged"), std::string::npos);
  writeShard();
  const int64_t tokens = Shard::open(path())->tokens();
  patch(192 + static_cast<size_t>((2 * tokens + 7) / 8 * 8) + 4, 0x7F);  // the first bound behind 0
  EXPECT_NE(failure().find("out of order"), std::string::npos);
}

// Every answer stays inside the map and the vocabulary, whatever the sections say; the sanitizers watch.
TEST_F(ShardTest, ConfinesWhatDamagedSectionsSayToTheFile) {
  writeShard();
  const std::string whole = *readFile(path());
  RandomStream draws(nameKey("damage"), 0, 0);
  int opened = 0;
  for (int round = 0; round < 300; ++round) {
    std::string bytes = whole;
    for (int hit = 0; hit < 200; ++hit) {
      const auto at = 192 + draws.below(static_cast<uint32_t>(bytes.size() - 192));
      bytes[at] = static_cast<char>(draws.bits());
    }
    ASSERT_TRUE(writeFileAtomic(path(), bytes).ok());
    const Result<Shard> shard = Shard::open(path());
    if (!shard.ok()) {
      continue;
    }
    ++opened;
    static_cast<void>(shard->check());
    std::vector<int32_t> ids;
    for (int64_t document = 0; document < shard->documents(); ++document) {
      const int64_t sentence = std::min(shard->documentBegin(document), shard->sentences() - 1);
      ASSERT_GE(shard->documentOf(sentence), 0);
      ASSERT_LT(shard->documentOf(sentence), shard->documents());
      shard->appendTokens(shard->sentenceBegin(sentence), shard->sentenceBegin(sentence + 1), ids);
      ASSERT_LE(shard->unitBegin(sentence), shard->units());
    }
    for (const int32_t id : ids) {
      ASSERT_TRUE(id >= 0 && id < 1000);
    }
    for (int64_t unit = 0; unit < shard->units(); ++unit) {
      ASSERT_GE(shard->unitTokens(unit), 1);
      const int32_t coarse = shard->unitCoarse(unit);
      ASSERT_TRUE(coarse == kFallsBack || (coarse >= 1000 && coarse < 3000));
    }
  }
  EXPECT_GT(opened, 100);
}

TEST_F(ShardTest, NamesTheFileItCannotOpenOrWrite) {
  EXPECT_NE(failure().find("cannot open " + path().string()), std::string::npos);
  EXPECT_NE(ShardWriter(kTwoGrains).finish(root / "nowhere" / "x.shard").error().message().find("nowhere"),
            std::string::npos);
}

TEST_F(ShardTest, ReportsAFullDiskAndLeavesNothing) {
  // The part file is created beside the final path under a name that depends on the process: a link stands in
  // for a full disk.
  const std::filesystem::path beside = path().string() + ".part" + std::to_string(::getpid());
  std::filesystem::create_symlink("/dev/full", beside);
  ShardWriter writer(kTwoGrains);
  writer.addSentence(std::vector<int32_t>(2 << 20, 1), std::vector<Unit>{{0, 2 << 20, kFallsBack}});
  writer.endDocument();
  const Status status = writer.finish(path());
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message().find("No space left on device"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST(ContentHashTest, IsMurmur3) {
  // Published test value of MurmurHash3_x64_128 with seed 0.
  EXPECT_EQ(contentHash("hello").low, 0xCBD8A7B341BD9B02ull);
  EXPECT_EQ(contentHash("hello").high, 0x5B1E906A48AE1D19ull);
  EXPECT_EQ(contentHash("").hex(), std::string(32, '0'));
}

TEST(ContentHashTest, PiecesCountByTheirBounds) {
  ContentHasher a, b;
  a.add("ab");
  a.add("c");
  b.add("a");
  b.add("bc");
  EXPECT_NE(a.hash(), b.hash());
}

}  // namespace
}  // namespace heddle
