#include <zlib.h>
#include <zstd.h>

#include "engine/base/json.h"
#include "engine/base/random.h"
#include "engine/data/corpus_reader.h"
#include "tests/unit/data/workspace_fixture.h"

namespace heddle {
namespace {

using Documents = std::vector<std::vector<std::string>>;

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd(const std::string& text, int window_log = 0) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  // In two calls, or libzstd would shrink the window to the text.
  ZSTD_inBuffer from{text.data(), text.size(), 0};
  ZSTD_outBuffer to{packed.data(), packed.size(), 0};
  ZSTD_compressStream2(context, &to, &from, ZSTD_e_continue);
  ZSTD_compressStream2(context, &to, &from, ZSTD_e_end);
  packed.resize(to.pos);
  ZSTD_freeCCtx(context);
  return packed;
}

class CorpusFormatsTest : public WorkspaceTest {
 protected:
  static Result<Documents> readAll(const CorpusReaderOptions& options) {
    Result<CorpusReader> reader = CorpusReader::open(options);
    if (!reader.ok()) {
      return reader.error();
    }
    Documents documents;
    std::vector<std::string> paragraphs;
    double fraction = 0;
    for (;;) {
      const Result<bool> more = reader->next(paragraphs);
      if (!more.ok()) {
        return more.error();
      }
      EXPECT_GE(reader->fraction(), fraction);
      fraction = reader->fraction();
      if (!*more) {
        EXPECT_EQ(fraction, 1.0);
        return documents;
      }
      documents.push_back(paragraphs);
    }
  }
  static std::string failure(const CorpusReaderOptions& options) {
    const Result<Documents> documents = readAll(options);
    return documents.ok() ? "read" : documents.error().message();
  }
  // Documents that are not all alike, about a megabyte of them.
  static Documents manyDocuments() {
    Documents documents(2000);
    RandomStream random(1, 2, 3);
    for (std::vector<std::string>& document : documents) {
      for (uint32_t paragraph = 0; paragraph <= random.below(4); ++paragraph) {
        std::string& text = document.emplace_back("p");
        for (uint32_t word = 0; word < random.below(60); ++word) {
          text += " w" + std::to_string(random.below(10000));
        }
      }
    }
    return documents;
  }
  static std::string asPlain(const Documents& documents) {
    std::string text;
    for (const std::vector<std::string>& document : documents) {
      for (const std::string& paragraph : document) {
        text += paragraph + "\n";
      }
      text += "\n";
    }
    return text;
  }
};

TEST_F(CorpusFormatsTest, ReadsEachFileOfAFolderAsOneDocumentWhenAsked) {
  write("a/1.txt", "One.\n\nStill one.\n");
  write("a/2.txt", "\n \n");
  write("b.txt", "Two.");
  EXPECT_EQ(*readAll({.files = {root / "text"}, .format = CorpusFormat::kDocuments}),
            (Documents{{"One.", "Still one."}, {"Two."}}));
}

TEST_F(CorpusFormatsTest, ReadsJsonLinesWithEscapesAndAnyMember) {
  const auto path = write("a.jsonl",
                          "\xEF\xBB\xBF{\"text\":\"One.\\nTwo \\u4e2d\\ud83d\\ude00.\",\"id\":1}\r\n\n"
                          "{\"id\": 2, \"text\": \"\"}\n"
                          "{\"id\": 3, \"text\": \" \\n\\nThree.\\r\\n\"}");
  EXPECT_EQ(*readAll({.files = {path}}), (Documents{{"One.", "Two \u4E2D\U0001F600."}, {"Three."}}));
  const auto body = write("b.txt", "{\"body\": \"Four.\"}\n");
  EXPECT_EQ(*readAll({.files = {body}, .json_key = "body"}), (Documents{{"Four."}}));
}

TEST_F(CorpusFormatsTest, NamesTheLineOfBrokenJson) {
  const std::string good = "{\"text\":\"fine\"}\n";
  const auto of = [this](const std::string& bytes) { return failure({.files = {write("a.jsonl", bytes)}}); };
  EXPECT_NE(of(good + "\n{\"text\":\"cut").find("a.jsonl: line 3 is not one whole JSON value"),
            std::string::npos);
  EXPECT_NE(of(good + "{\"text\":\"two\"} {\"text\":\"in one\"}\n").find("line 2 is not one whole"),
            std::string::npos);
  EXPECT_NE(
      of(good + "{\"text\":\"caf\xE9\"}\n").find("line 2 is not one whole JSON value: it holds bytes that"),
      std::string::npos);
  EXPECT_NE(of(good + "{\"text\":\"\\ud800\"}\n").find("line 2"), std::string::npos);
  EXPECT_NE(of("[{\"text\":\"array\"}]\n").find("line 1 is JSON, but no object (give one object per line"),
            std::string::npos);
  EXPECT_NE(of("{\n  \"text\": \"pretty\"\n}\n").find("jq -c makes one line"), std::string::npos);
  EXPECT_NE(
      of(good + "{\"title\":1,\"body\":\"x\"}\n")
          .find("line 2 has no member \"text\" (name the one that holds the text in json_key; there are: "
                "title, body)"),
      std::string::npos);
  EXPECT_NE(of("{\"text\":[\"list\"]}\n").find("line 1 has no text in its member \"text\""),
            std::string::npos);
  EXPECT_NE(of(std::string(3000, '[') + "\n").find("line 1"), std::string::npos);
}

TEST_F(CorpusFormatsTest, ReadsWikiExtractorOutputWithoutTitles) {
  const auto path = write("wiki_00",
                          "<doc id=\"1\" url=\"http://x/?curid=1\" title=\"Loom &amp; &quot;Co&quot;\">\n"
                          "Loom & \"Co\"\n\nA loom.\nIt weaves.\n\nMore.\n</doc>\n"
                          "<doc id=\"2\" url=\"u\" title=\"Empty\">\nEmpty\n\n</doc>\n\n"
                          "<doc id=\"3\" url=\"u\" title=\"Heddle\">\nNo title here.\nHeddle\n</doc>\n"
                          "<doc id=\"4\" url=\"u\" title=\"Old\">\nOld\nEnds inside.</doc>\n");
  EXPECT_EQ(*readAll({.files = {path}}),
            (Documents{{"A loom.", "It weaves.", "More."}, {"No title here.", "Heddle"}, {"Ends inside."}}));
}

TEST_F(CorpusFormatsTest, RefusesWikiExtractorOutputThatIsIncomplete) {
  const std::string begin = "<doc id=\"1\" url=\"u\" title=\"T\">\nT\n\nText.\n";
  const auto of = [this](const std::string& bytes) { return failure({.files = {write("wiki", bytes)}}); };
  EXPECT_NE(of(begin).find("wiki: line 1 begins a <doc> that no </doc> ends"), std::string::npos);
  EXPECT_NE(of(begin + begin + "</doc>\n").find("line 1 begins a <doc> that no"), std::string::npos);
  EXPECT_NE(of(begin + "</doc>\nstray\n").find("line 6 lies outside <doc ...> and </doc>"),
            std::string::npos);
}

TEST_F(CorpusFormatsTest, SaysWhatAFileIsWhenAnotherFormatWasAskedFor) {
  const auto json = write("j.txt", "\n{\"text\": \"x\"}\n");
  const auto wiki = write("w.txt", "<doc id=\"1\" url=\"u\" title=\"T\">\nx\n</doc>\n");
  const auto plain = write("p.txt", "{\"quoted\" in braces, yet plain text.\n");
  for (const CorpusFormat format : {CorpusFormat::kPlain, CorpusFormat::kDocuments}) {
    EXPECT_NE(failure({.files = {json}, .format = format})
                  .find("j.txt: line 2 is JSON where plain text was asked for (set format = \"jsonl\""),
              std::string::npos);
    EXPECT_NE(failure({.files = {wiki}, .format = format}).find("line 1 is WikiExtractor where plain text"),
              std::string::npos);
    EXPECT_EQ(failure({.files = {plain}, .format = format}), "read");
  }
  EXPECT_NE(failure({.files = {plain}}).find("set format = \"plain\" if this is no JSON"), std::string::npos);
  EXPECT_NE(failure({.files = {wiki}, .format = CorpusFormat::kJsonLines})
                .find("set format = \"auto\" if this is no JSON"),
            std::string::npos);
  EXPECT_NE(
      failure({.files = {json}, .format = CorpusFormat::kWikiExtractor}).find("line 2 lies outside <doc"),
      std::string::npos);
}

TEST_F(CorpusFormatsTest, KnowsTheFormatsOfRecipesByName) {
  EXPECT_EQ(*corpusFormat("auto"), CorpusFormat::kAuto);
  EXPECT_EQ(*corpusFormat("wikiextractor"), CorpusFormat::kWikiExtractor);
  EXPECT_EQ(
      corpusFormat("csv").error().message(),
      "there is no text format \"csv\" (the formats are: auto, plain, documents, jsonl, wikiextractor)");
}

TEST_F(CorpusFormatsTest, ReadsTheSameDocumentsFromEveryFormatAndCompression) {
  const Documents documents = manyDocuments();
  std::string json;
  std::string wiki;
  for (size_t index = 0; index < documents.size(); ++index) {
    std::string text;
    for (const std::string& paragraph : documents[index]) {
      text += paragraph + "\n";
    }
    json += dumpJson({{"id", index}, {"text", text}}) + "\n";
    wiki += "<doc id=\"" + std::to_string(index) + "\" url=\"u\" title=\"T\">\nT\n\n" + text + "</doc>\n";
    if (index < 100) {
      write("folder/" + std::to_string(1000 + index), text);
    }
  }
  EXPECT_EQ(*readAll({.files = {root / "text/folder"}, .format = CorpusFormat::kDocuments}),
            Documents(documents.begin(), documents.begin() + 100));
  for (const auto& [name, bytes] :
       {std::pair{"a.txt", asPlain(documents)}, std::pair{"a.json", json}, std::pair{"wiki_01", wiki}}) {
    const std::string half(bytes, 0, bytes.size() / 3);
    const std::string rest(bytes, half.size());
    EXPECT_EQ(*readAll({.files = {write(name, bytes)}}), documents) << name;
    EXPECT_EQ(*readAll({.files = {write(std::string(name) + ".gz", gzip(bytes))}}), documents) << name;
    EXPECT_EQ(*readAll({.files = {write(std::string(name) + ".zst", zstd(bytes))}}), documents) << name;
    // Packed in parts, as parallel packers do, and padded.
    EXPECT_EQ(*readAll({.files = {write(std::string(name) + ".gz",
                                        gzip(half) + gzip(rest) + std::string(512, '\0'))}}),
              documents);
    EXPECT_EQ(*readAll({.files = {write(std::string(name) + ".zst", zstd(half) + zstd(rest))}}), documents);
  }
}

TEST_F(CorpusFormatsTest, RefusesCompressedFilesThatEndEarly) {
  const std::string bytes = asPlain(manyDocuments());
  for (const auto& [name, packed] : {std::pair{"a.gz", gzip(bytes)}, std::pair{"a.zst", zstd(bytes)}}) {
    for (const size_t kept : {size_t{5}, packed.size() / 2, packed.size() - 1}) {
      const std::string text = failure({.files = {write(name, packed.substr(0, kept))}});
      EXPECT_NE(text.find(" data ends early, so the file is incomplete (fetch or pack it again"),
                std::string::npos)
          << name << " " << kept << " " << text;
    }
  }
}

TEST_F(CorpusFormatsTest, RefusesCompressedFilesThatAreDamaged) {
  const std::string bytes = asPlain(manyDocuments());
  for (const auto& [name, whole] : {std::pair{"a.gz", gzip(bytes)}, std::pair{"a.zst", zstd(bytes)}}) {
    for (const size_t at : {whole.size() / 3, whole.size() - 6}) {
      std::string packed = whole;
      packed[at] = static_cast<char>(packed[at] ^ 0x55);
      const std::string text = failure({.files = {write(name, packed)}});
      // A damaged byte may also be seen first by what reads the text.
      EXPECT_TRUE(text.find(" data is damaged (fetch") != std::string::npos ||
                  text.find("ends early") != std::string::npos || text.find("UTF-8") != std::string::npos ||
                  text.find("NUL") != std::string::npos)
          << name << " " << at << " " << text;
    }
    const std::string trailing = failure({.files = {write(name, whole + "and more")}});
    EXPECT_NE(trailing.find("data is damaged"), std::string::npos) << trailing;
    const std::string misnamed = failure({.files = {write(name, "plain words\n")}});
    EXPECT_NE(misnamed.find("but its bytes are not of that kind"), std::string::npos) << misnamed;
    EXPECT_NE(failure({.files = {write(name, "")}}).find("it is empty"), std::string::npos);
  }
}

TEST_F(CorpusFormatsTest, RefusesZstdThatNeedsMuchMemory) {
  EXPECT_NE(failure({.files = {write("a.zst", zstd("text\n", 28))}})
                .find("unpacking it takes more than 128 MB of memory (pack it again without --long"),
            std::string::npos);
}

TEST_F(CorpusFormatsTest, BoundsLinesAndDocuments) {
  // Many frames of a megabyte each: small as they lie, and the bound is seen in what is unpacked.
  const auto repeated = [](const std::string& bytes) {
    const std::string frame = zstd(bytes);
    std::string all;
    for (int count = 0; count < 65; ++count) {
      all += frame;
    }
    return all;
  };
  const std::string megabyte(1 << 20, 'x');
  EXPECT_NE(failure({.files = {write("line.zst", repeated(megabyte))}}).find("line 1 is longer than 64 MB"),
            std::string::npos);
  EXPECT_NE(failure({.files = {write("document.zst", zstd("First.\n\n") + repeated(megabyte + "\n"))}})
                .find("line 3 begins a document of more than 64 MB (put a blank line between documents"),
            std::string::npos);
}

}  // namespace
}  // namespace heddle
