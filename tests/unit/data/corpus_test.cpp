#include "engine/data/corpus.h"

#include <cmath>

#include "engine/base/file.h"
#include "engine/data/documents.h"
#include "tests/unit/data/workspace_fixture.h"

namespace heddle {
namespace {

constexpr ShardVocabulary kVocabulary{.fine_size = 100, .coarse_size = 200, .hash = {7, 8}};

class CorpusTest : public WorkspaceTest {
 protected:
  std::filesystem::path folder() const { return root / "corpus"; }
  std::filesystem::path part(int number) const {
    return folder() / ("0000" + std::to_string(number) + ".shard");
  }
  CorpusWriter writer(const ShardVocabulary& vocabulary = kVocabulary) const {
    Result<CorpusWriter> made = CorpusWriter::open(folder(), vocabulary, /*part_bytes=*/30);
    EXPECT_TRUE(made.ok());
    return std::move(*made);
  }
  // Document d: d % 3 sentences of one coarse unit of two tokens and one that falls back; ten bytes of text.
  static Status addDocuments(CorpusWriter& writer, int first, int end) {
    for (int document = first; document < end; ++document) {
      for (int sentence = 0; sentence < document % 3; ++sentence) {
        writer.addSentence(std::vector<int32_t>{document, document + 1, sentence},
                           std::vector<Unit>{{0, 2, 100 + document}, {2, 1, kFallsBack}});
      }
      if (const Status status = writer.endDocument(10); !status.ok()) {
        return status;
      }
    }
    return {};
  }
  void writeCorpus() const {
    CorpusWriter made = writer();
    ASSERT_TRUE(addDocuments(made, 0, 20).ok());
    ASSERT_TRUE(made.finish({.text_bytes = 200, .filters = {{"duplicate", 3}}, .seconds = 1.5}).ok());
  }
  std::string failure() const {
    const Result<Corpus> corpus = Corpus::open(folder(), 0.1);
    return corpus.ok() ? "opened" : corpus.error().message();
  }
};

TEST_F(CorpusTest, NumbersThroughAllParts) {
  writeCorpus();
  const Result<Corpus> corpus = Corpus::open(folder(), 0.1);
  ASSERT_TRUE(corpus.ok()) << corpus.error().message();
  ASSERT_TRUE(corpus->check().ok());
  EXPECT_EQ(corpus->report().parts, 7);  // three documents of ten bytes each, the last one has two
  EXPECT_EQ(corpus->documents(), 13);    // of 20, those whose number is a multiple of 3 are empty
  EXPECT_EQ(corpus->sentences(), 19);
  EXPECT_EQ(corpus->tokens(), 57);
  EXPECT_EQ(corpus->units(), 38);
  EXPECT_EQ(corpus->report().coarse_tokens, 38);
  EXPECT_EQ(corpus->report().coarseRate(), 0.5);
  EXPECT_EQ(corpus->heldout().count(), 1);
  EXPECT_TRUE(corpus->hasCoarse());
  int64_t kept = 0, sentence = 0;
  for (int document = 0; document < 20; ++document) {
    if (document % 3 == 0) {
      continue;
    }
    EXPECT_EQ(corpus->documentBegin(kept), sentence);
    for (int inside = 0; inside < document % 3; ++inside, ++sentence) {
      EXPECT_EQ(corpus->documentOf(sentence), kept);
      EXPECT_EQ(corpus->sentenceBegin(sentence), 3 * sentence);
      EXPECT_EQ(corpus->unitBegin(sentence), 2 * sentence);
      EXPECT_EQ(corpus->unitTokens(2 * sentence), 2);
      EXPECT_EQ(corpus->unitCoarse(2 * sentence), 100 + document);
      EXPECT_EQ(corpus->unitCoarse(2 * sentence + 1), kFallsBack);
    }
    ++kept;
  }
  EXPECT_EQ(corpus->documentBegin(kept), 19);
  EXPECT_EQ(corpus->sentenceBegin(19), 57);
  EXPECT_EQ(corpus->unitBegin(19), 38);
  std::vector<int32_t> all;
  corpus->appendTokens(0, corpus->tokens(), all);  // across all parts
  ASSERT_EQ(all.size(), 57u);
  EXPECT_EQ(all[0], 1);
  EXPECT_EQ(all[56], 0);
  EXPECT_EQ(all[54], 19);
}

TEST_F(CorpusTest, GoesOnBehindTheLastCompletePart) {
  writeCorpus();
  std::vector<std::string> whole;
  for (int number = 0; number < 7; ++number) {
    whole.push_back(*readFile(part(number)));
  }
  // Killed while part 4 was written, with leftovers behind it.
  std::filesystem::remove(folder() / "corpus.json");
  ASSERT_TRUE(writeFileAtomic(part(4), whole[4].substr(0, 200)).ok());
  CorpusWriter again = writer();
  EXPECT_EQ(again.sourceDocuments(), 12);
  EXPECT_FALSE(std::filesystem::exists(part(4)));
  EXPECT_FALSE(std::filesystem::exists(part(6)));
  EXPECT_NE(failure().find("not packed to its end"), std::string::npos);
  ASSERT_TRUE(addDocuments(again, 12, 20).ok());
  ASSERT_TRUE(again.finish({}).ok());
  EXPECT_EQ(failure(), "opened");
  for (int number = 0; number < 7; ++number) {
    EXPECT_EQ(*readFile(part(number)), whole[static_cast<size_t>(number)]) << number;
  }
}

TEST_F(CorpusTest, StartsAnewWithAnotherTokenizer) {
  writeCorpus();
  ShardVocabulary other = kVocabulary;
  other.hash.low = 9;
  EXPECT_EQ(writer(other).sourceDocuments(), 0);
  EXPECT_FALSE(std::filesystem::exists(part(0)));
}

TEST_F(CorpusTest, RefusesPartsThatDoNotBelong) {
  EXPECT_NE(failure().find("not packed to its end"), std::string::npos);
  writeCorpus();
  std::filesystem::copy_file(part(0), part(1), std::filesystem::copy_options::overwrite_existing);
  std::filesystem::copy_file(part(3), part(6), std::filesystem::copy_options::overwrite_existing);
  EXPECT_NE(failure().find("do not hold what corpus.json says"), std::string::npos) << failure();
  writeCorpus();
  ShardWriter foreign({.fine_size = 100, .coarse_size = 100, .hash = {}});
  ASSERT_TRUE(foreign.finish(part(2)).ok());
  EXPECT_NE(failure().find("another tokeniser"), std::string::npos) << failure();
  writeCorpus();
  std::filesystem::remove(part(2));
  EXPECT_NE(failure().find("00002.shard"), std::string::npos) << failure();
}

TEST_F(CorpusTest, RefusesDamagedReports) {
  writeCorpus();
  const std::string report = *readFile(folder() / "corpus.json");
  for (const std::string& bytes :
       {std::string(), std::string("{"), std::string("[]"), std::string("{\"version\": 1}"),
        std::string("{\"version\": 2, \"parts\": -1}"), report.substr(0, report.size() / 2)}) {
    ASSERT_TRUE(writeFileAtomic(folder() / "corpus.json", bytes).ok());
    EXPECT_NE(failure().find("corpus.json"), std::string::npos) << bytes;
  }
}

TEST_F(CorpusTest, ReadsItsReportBack) {
  writeCorpus();
  const Result<CorpusReport> report = CorpusReport::read(folder());
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(report->vocabulary, kVocabulary);
  EXPECT_EQ(report->text_bytes, 200);
  EXPECT_EQ(report->filters.at("duplicate"), 3);
  EXPECT_EQ(report->seconds, 1.5);
  EXPECT_EQ(report->toJson(), CorpusReport::fromJson(report->toJson().dump(), "x")->toJson());
}

TEST(HeldoutDocumentsTest, HoldsOutTheShareWithAtLeastOneOnEitherSide) {
  for (const int64_t documents : {0, 1, 2, 3, 10, 97, 1000, 12345}) {
    for (const double share : {0.0, 1e-6, 0.01, 0.1, 0.37, 0.5, 0.93, 0.999999}) {
      const HeldoutDocuments heldout(documents, share);
      int64_t count = 0;
      for (int64_t document = 0; document < documents; ++document) {
        count += heldout.contains(document);
      }
      EXPECT_EQ(count, heldout.count()) << documents << " " << share;
      if (documents < 2 || share == 0) {
        EXPECT_EQ(count, 0);
      } else {
        EXPECT_GE(count, 1);
        EXPECT_LT(count, documents);
        EXPECT_NEAR(static_cast<double>(count), share * static_cast<double>(documents), 1.0);
      }
    }
  }
}

TEST(DocumentsTest, NumberTheDocumentsOfASideWithoutMemory) {
  for (const int64_t documents : {0, 1, 2, 3, 10, 97, 1000, 12345}) {
    for (const double share : {0.0, 1e-6, 0.01, 0.1, 0.37, 0.5, 0.9, 0.999999}) {
      const HeldoutDocuments split(documents, share);
      const Documents training(split, Documents::Side::kTraining);
      const Documents heldout(split, Documents::Side::kHeldout);
      std::vector<uint32_t> listed;
      int64_t rank[2] = {0, 0};
      for (int64_t document = 0; document < documents; ++document) {
        const bool held = split.contains(document);
        const Documents& side = held ? heldout : training;
        ASSERT_EQ(side.at(rank[held]), document) << documents << " " << share;
        ASSERT_EQ(side.rankOf(document), rank[held]++) << documents << " " << share;
        if (!held) {
          listed.push_back(static_cast<uint32_t>(document));
        }
      }
      EXPECT_EQ(training.size(), rank[0]);
      EXPECT_EQ(heldout.size(), rank[1]);
      const Documents some(listed);
      ASSERT_EQ(some.size(), training.size());
      for (int64_t at = 0; at < some.size(); ++at) {
        ASSERT_EQ(some.at(at), training.at(at));
        ASSERT_EQ(some.rankOf(some.at(at)), at);
      }
    }
  }
}

TEST(HeldoutDocumentsTest, DrawsEvenlyInsideAStretch) {
  // A tenth is held out: the place of the document in its stretch of ten is uniform. Chi-squared with 9
  // degrees of freedom: 27.9 is passed once in a thousand.
  const HeldoutDocuments heldout(100000, 0.1);
  std::vector<double> places(10);
  for (int64_t document = 0; document < 100000; ++document) {
    places[static_cast<size_t>(document % 10)] += heldout.contains(document);
  }
  double chi = 0;
  for (const double count : places) {
    chi += (count - 1000) * (count - 1000) / 1000;
  }
  EXPECT_LT(chi, 27.9);
}

TEST(HeldoutDocumentsTest, AnswersForMoreDocumentsThanFitIntoMemory) {
  const HeldoutDocuments heldout(int64_t{1} << 50, 0.25);
  int64_t count = 0;
  for (int64_t document = (int64_t{1} << 49) + 12345, end = document + 40000; document < end; ++document) {
    count += heldout.contains(document);
  }
  EXPECT_NEAR(static_cast<double>(count), 10000, 2);
}

}  // namespace
}  // namespace heddle
