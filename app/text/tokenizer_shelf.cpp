#include "app/text/tokenizer_shelf.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QRegularExpression>

#include "engine/text/grains/tokenizer_folder.h"
#include "views/runs/runs_model.h"

namespace heddle::ui {
namespace {

QString tr(const char* words) {
  return QCoreApplication::translate("TokenizerShelf", words);
}

QString text(std::string_view utf8) {
  return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

// Published under the same name by everybody.
bool saysNothing(const QString& file) {
  static const QStringList kNames = {QStringLiteral("vocab.txt"),
                                     QStringLiteral("vocab.json"),
                                     QStringLiteral("merges.txt"),
                                     QStringLiteral("spiece.model"),
                                     QStringLiteral("tokenizer.model"),
                                     QStringLiteral("tokenizer.json"),
                                     QStringLiteral("sentencepiece.bpe.model"),
                                     QStringLiteral("spm.model")};
  return kNames.contains(file);
}

}  // namespace

Result<std::shared_ptr<const Grains>> TokenizerShelf::open(const QString& path) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = open_.find(path); known != open_.end()) {
      return known->second;
    }
  }
  Result<Grains> opened = openTokenizer(path.toStdString());
  if (!opened) {
    return opened.error();
  }
  auto grains = std::make_shared<const Grains>(std::move(*opened));
  const std::lock_guard lock(mutex_);
  open_[path] = grains;
  return std::shared_ptr<const Grains>(grains);
}

void TokenizerShelf::forget(const QString& path) {
  const std::lock_guard lock(mutex_);
  open_.erase(path);
}

QString tokenizerName(const QString& path, const Grains* grains) {
  return grains == nullptr ? tokenizerName(path, {}, 0)
                           : tokenizerName(path, grains->fine().kind(), grains->coarseSize());
}

QString tokenizerName(const QString& path, std::string_view kind, int64_t size) {
  const QFileInfo info(path);
  const QString own = info.isDir() ? info.fileName() : info.completeBaseName();
  const QString name = saysNothing(info.fileName()) ? QFileInfo(info.path()).fileName() : own;
  static const QRegularExpression kHash(QStringLiteral("^[0-9a-f]{16,}$"));
  if (!kHash.match(name).hasMatch()) {
    return name;
  }
  const QString first = name.left(4);
  return kind.empty() ? first : QStringLiteral("%1 %2 · %3").arg(text(kind), groupedInteger(size), first);
}

QString tokenizerDetail(const Grains& grains) {
  QString detail = text(grains.fine().kind());
  if (grains.lowercase()) {
    detail += tr(", lower-cased");
  }
  detail += tr(", %1 entries").arg(groupedInteger(grains.fineSize()));
  if (grains.coarseKind() != CoarseKind::kNone) {
    detail += (grains.coarseKind() == CoarseKind::kPhrases ? tr(" and %1 phrases") : tr(" and %1 words"))
                  .arg(groupedInteger(grains.coarseSize() - grains.fineSize()));
  }
  return detail;
}

}  // namespace heddle::ui
