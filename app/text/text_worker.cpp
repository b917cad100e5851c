#include "app/text/text_worker.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QHash>
#include <algorithm>

namespace heddle::ui {
namespace {

constexpr qint64 kProgressEvery_ms = 100;

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

enum class Marks { kHashes, kSpaces, kNone };  // how a vocabulary tells word starts from the rest

Marks marksOf(const Tokenizer& tokenizer) {
  const std::string_view kind = tokenizer.kind();
  return kind.starts_with("wordpiece")                              ? Marks::kHashes
         : kind == "unigram" || kind == "bpe" || kind == "byte-bpe" ? Marks::kSpaces
                                                                    : Marks::kNone;
}

bool startsWithSpaceMark(const std::string& piece) {
  return piece.starts_with("\u2581") || piece.starts_with("\u0120");
}

PieceKind kindOf(const Tokenizer& tokenizer, Marks marks, int32_t id) {
  if (tokenizer.isSpecial(id)) {
    return PieceKind::kSpecial;
  }
  const std::string& piece = tokenizer.text(id);
  const bool continues = (marks == Marks::kHashes && piece.starts_with("##") && piece.size() > 2) ||
                         (marks == Marks::kSpaces && !startsWithSpaceMark(piece));
  return continues ? PieceKind::kContinuation : PieceKind::kWordStart;
}

int32_t lengthOf(Marks marks, const std::string& piece) {
  QString shown = text(piece);
  if (marks == Marks::kHashes && shown.size() > 2 && shown.startsWith(QLatin1String("##"))) {
    shown.remove(0, 2);
  } else if (marks == Marks::kSpaces && startsWithSpaceMark(piece)) {
    shown.remove(0, 1);
  }
  return static_cast<int32_t>(shown.toUcs4().size());
}

bool isSpace(char byte) {
  return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

}  // namespace

TokenBand readBand(const Grains& grains, const QByteArray& utf8) {
  const Tokenizer& tokenizer = grains.fine();
  const Marks marks = marksOf(tokenizer);
  GrainedText grained;
  grains.encode({utf8.constData(), static_cast<size_t>(utf8.size())}, grained);
  TokenBand band;
  band.has_coarse = grains.coarseKind() != CoarseKind::kNone;
  band.tokens.reserve(grained.fine.size());
  QHash<int32_t, QString> pieces;  // a text's tokens share them
  const auto pieceOf = [&](int32_t id) {
    auto known = pieces.constFind(id);
    return known != pieces.constEnd() ? *known : *pieces.insert(id, text(tokenizer.text(id)));
  };
  for (const Piece& piece : grained.fine) {
    PieceKind kind = kindOf(tokenizer, marks, piece.id);
    if (piece.id == tokenizer.special().unk) {
      kind = PieceKind::kUnknown;
    } else if (marks == Marks::kSpaces && kind == PieceKind::kContinuation &&
               (piece.begin == 0 || isSpace(utf8[piece.begin - 1]))) {
      kind = PieceKind::kWordStart;  // the first word of a text has no mark
    }
    band.tokens.push_back({.id = piece.id,
                           .piece = pieceOf(piece.id),
                           .begin = piece.begin,
                           .end = piece.end,
                           .kind = kind,
                           .unit = -1});
  }
  band.units.reserve(grained.units.size());
  for (const Unit& unit : grained.units) {
    for (int32_t i = 0; i < unit.count; ++i) {
      band.tokens[static_cast<size_t>(unit.first + i)].unit = static_cast<int32_t>(band.units.size());
    }
    band.units.push_back({.first = unit.first,
                          .count = unit.count,
                          .coarse = unit.coarse,
                          .text = unit.coarse >= 0 ? text(grains.coarseText(unit.coarse)) : QString()});
  }
  return band;
}

Vocabulary vocabularyOf(const Grains& grains) {
  const Tokenizer& tokenizer = grains.fine();
  const Marks marks = marksOf(tokenizer);
  Vocabulary vocabulary;
  vocabulary.coarse_kind = grains.coarseKind() == CoarseKind::kWords
                               ? QCoreApplication::translate("TextView", "word")
                               : QCoreApplication::translate("TextView", "phrase");
  vocabulary.entries.reserve(static_cast<size_t>(grains.coarseSize()));
  for (int32_t id = 0; id < grains.coarseSize(); ++id) {
    const bool fine = id < grains.fineSize();
    const std::string& piece = fine ? tokenizer.text(id) : grains.coarseText(id);
    vocabulary.entries.push_back({.piece = text(piece),
                                  .kind = fine ? kindOf(tokenizer, marks, id) : PieceKind::kCoarse,
                                  .length = lengthOf(fine ? marks : Marks::kNone, piece)});
  }
  return vocabulary;
}

void TextWorker::list(const QString& folder) {
  std::vector<TokenizerChoice> found;
  const QFileInfoList folders =
      QDir(folder).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Time | QDir::Reversed);
  for (const QFileInfo& each : folders) {
    const QString path = each.absoluteFilePath();
    if (!QFileInfo::exists(path + QStringLiteral("/tokenizer.json"))) {
      continue;  // unfinished
    }
    const auto grains = shelf_->open(path);
    // What is broken stays in the list: choosing it says why.
    found.push_back({.path = path,
                     .name = tokenizerName(path, grains ? grains->get() : nullptr),
                     .detail = grains ? tokenizerDetail(**grains) : tr("cannot be opened"),
                     .chosen = false});
  }
  Q_EMIT listed(found);
}

void TextWorker::open(const QString& path) {
  const auto grains = shelf_->open(path);
  if (!grains) {
    Q_EMIT openFailed(path, asProblem(grains.error()));
    return;
  }
  Q_EMIT opened({.path = path,
                 .name = tokenizerName(path, grains->get()),
                 .detail = tokenizerDetail(**grains),
                 .chosen = true});
}

void TextWorker::read(const QString& given, const QStringList& paths, quint64 number) {
  auto read = std::make_shared<TokenizedText>();
  const std::string whole = given.toStdString();
  const std::string cut = cutTo(whole, kMostBytes);
  read->utf8 = QByteArray::fromStdString(cut);
  for (const QString& path : paths) {
    if (newest_ > number) {
      return;
    }
    const auto grains = shelf_->open(path);
    if (!grains) {
      Q_EMIT openFailed(path, asProblem(grains.error()));
      continue;
    }
    TokenBand band = readBand(**grains, read->utf8);
    band.name = tokenizerName(path, grains->get());
    read->bands.push_back(std::move(band));
  }
  Q_EMIT textRead(read,
                  cut.size() < whole.size() ? tr("Only the first %1 of %2 characters are shown")
                                                  .arg(QString::fromStdString(cut).toUcs4().size())
                                                  .arg(given.toUcs4().size())
                                            : QString(),
                  number);
}

void TextWorker::readVocabulary(const QString& path) {
  const auto grains = shelf_->open(path);
  if (!grains) {
    Q_EMIT openFailed(path, asProblem(grains.error()));
    return;
  }
  auto vocabulary = std::make_shared<Vocabulary>(vocabularyOf(**grains));
  vocabulary->name = tokenizerName(path, grains->get());
  Q_EMIT vocabularyRead(path, vocabulary);
}

void TextWorker::count(const QString& path, const TextSource& source, quint64 number) {
  const auto grains = shelf_->open(path);
  if (!grains) {
    Q_EMIT openFailed(path, asProblem(grains.error()));
    Q_EMIT counted(path, {}, {}, number);
    return;
  }
  std::vector<int64_t> counts(static_cast<size_t>((*grains)->coarseSize()), 0);
  GrainedText grained;
  QElapsedTimer since_told;
  since_told.start();
  const Result<TextSource> known = resolved(source);
  const Status done =
      !known ? Status(known.error()) : readParagraphs(*known, [&](std::string_view paragraph, double share) {
        (*grains)->encode(paragraph, grained);
        for (const Piece& piece : grained.fine) {
          ++counts[static_cast<size_t>(piece.id)];
        }
        for (const Unit& unit : grained.units) {
          if (unit.coarse >= 0) {
            ++counts[static_cast<size_t>(unit.coarse)];
          }
        }
        if (since_told.hasExpired(kProgressEvery_ms)) {
          since_told.restart();
          Q_EMIT countProgressed(share, number);
        }
        return newest_ <= number;
      });
  if (!done) {
    Q_EMIT failed(asProblem(done.error()));
  }
  if (!done || newest_ > number) {
    counts.clear();
  }
  Q_EMIT counted(path, counts, source.name, number);
}

void TextWorker::fetchDocument(const TextSource& source, quint64 draw) {
  const Result<TextSource> known = resolved(source);
  const Result<std::string> document =
      known ? takeDocument(*known, draw, kMostBytes) : Result<std::string>(known.error());
  if (!document) {
    Q_EMIT failed(asProblem(document.error()));
    return;
  }
  Q_EMIT documentFetched(text(*document));
}

void TextWorker::resolve(const TextSource& source) {
  const Result<TextSource> known = resolved(source);
  const QString recipe = recipes_.filePath(QStringLiteral("source.toml"));
  const Status written = known ? writeAsRecipe(*known, recipe.toStdString()) : Status(known.error());
  if (!written) {
    Q_EMIT resolveFailed(asProblem(written.error()));
    return;
  }
  Q_EMIT resolvedSource(recipe);
}

}  // namespace heddle::ui
