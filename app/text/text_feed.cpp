#include "app/text/text_feed.h"

#include <QDir>
#include <QFileInfo>
#include <QRandomGenerator>
#include <algorithm>
#include <utility>

#include "app/text/comparison_reader.h"
#include "app/text/text_worker.h"
#include "app/text/tokenizer_shelf.h"
#include "views/text/comparison_page.h"
#include "views/text/corpora_page.h"
#include "views/text/text_page.h"
#include "views/text/vocabulary_page.h"

namespace heddle::ui {
namespace {

const QString kSample = QStringLiteral("sample");
const QString kChineseSample = QStringLiteral("sample-zh");
const QString kRun = QStringLiteral("run");

}  // namespace

TextFeed::TextFeed(TextView& view, Workspace workspace, QObject* parent)
    : QObject(parent),
      view_(view),
      workspace_(std::move(workspace)),
      shelf_(std::make_shared<TokenizerShelf>()),
      worker_(new TextWorker(shelf_)),
      counter_(new TextWorker(shelf_)),
      comparison_(tr("The comparison"), this),
      rows_(view.rows(), workspace_, this),
      source_id_(kSample) {
  worker_->moveToThread(&thread_);
  counter_->moveToThread(&counting_thread_);
  connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
  connect(&counting_thread_, &QThread::finished, counter_, &QObject::deleteLater);
  connectWorker();
  connectView();
  connectJobs();
  showSources();
  thread_.start();
  counting_thread_.start();
}

TextFeed::~TextFeed() {
  // The view may be gone already.
  worker_->disconnect(this);
  counter_->disconnect(this);
  comparison_.disconnect(this);
  worker_->supersede(reading_ + 1);
  counter_->supersede(counting_ + 1);
  for (QThread* thread : {&thread_, &counting_thread_}) {
    thread->quit();
    thread->wait();
  }
}

void TextFeed::connectWorker() {
  for (TextWorker* worker : {worker_, counter_}) {
    connect(worker, &TextWorker::failed, this, &TextFeed::problem);
    connect(worker, &TextWorker::openFailed, this, &TextFeed::openFailed);
  }
  connect(worker_, &TextWorker::listed, this, &TextFeed::listed);
  connect(worker_, &TextWorker::opened, this, &TextFeed::opened);
  connect(worker_, &TextWorker::textRead, this,
          [this](const TokenizedTextPtr& text, const QString& note, quint64 number) {
            if (number == reading_) {
              view_.text().setTokens(text, note);
            }
          });
  connect(worker_, &TextWorker::vocabularyRead, this,
          [this](const QString& path, const VocabularyPtr& vocabulary) {
            if (chosen().value(view_.vocabulary().tokenizer()) == path) {
              view_.vocabulary().setVocabulary(vocabulary);
            }
          });
  connect(worker_, &TextWorker::documentFetched, this,
          [this](const QString& text) { view_.text().setText(text); });
  connect(worker_, &TextWorker::resolvedSource, this, [this](const QString& recipe) {
    if (std::exchange(comparing_wanted_, false)) {
      compared_names_ = view_.bar().chosenNames();
      comparison_.start(comparisonArguments(chosen(), recipe));
    }
  });
  connect(worker_, &TextWorker::resolveFailed, this, [this](const Problem& failure) {
    comparing_wanted_ = false;
    view_.comparison().setProblem(failure.text, failure.hint);
    Q_EMIT problem(failure);
  });
  connect(counter_, &TextWorker::countProgressed, this, [this](double done, quint64 number) {
    if (number == counting_) {
      view_.vocabulary().setCountProgress(done);
    }
  });
  connect(
      counter_, &TextWorker::counted, this,
      [this](const QString& path, const std::vector<int64_t>& counts, const QString& where, quint64 number) {
        if (number == counting_) {
          view_.vocabulary().setCountProgress(-1);
          if (chosen().value(view_.vocabulary().tokenizer()) == path) {
            view_.vocabulary().setCounts(counts, where);
          }
        }
      });
}

void TextFeed::connectView() {
  connect(&view_, &TextView::tokenizerToggled, this, &TextFeed::toggle);
  connect(&view_, &TextView::tokenizerFileChosen, this, &TextFeed::addFile);
  connect(&view_, &TextView::sourceChosen, this, [this](const QString& id) {
    source_id_ = id.isEmpty() ? source_id_ : id;
    showSources();
  });
  connect(&view_, &TextView::sourceFileChosen, this, [this](const QString& path) {
    source_file_ = path;
    source_id_ = path;
    showSources();
  });
  connect(&view_.text(), &TextPage::textChanged, this, &TextFeed::readText);
  connect(&view_.text(), &TextPage::randomDocumentRequested, this, [this] {
    QMetaObject::invokeMethod(
        worker_, [worker = worker_, from = source(), draw = QRandomGenerator::global()->generate64()] {
          worker->fetchDocument(from, draw);
        });
  });
  connect(&view_.vocabulary(), &VocabularyPage::vocabularyRequested, this, &TextFeed::readVocabulary);
  connect(&view_.vocabulary(), &VocabularyPage::countRequested, this, &TextFeed::count);
  connect(&view_.vocabulary(), &VocabularyPage::countCancelled, this, [this] {
    counter_->supersede(++counting_);
    view_.vocabulary().setCountProgress(-1);
  });
  connect(&view_.comparison(), &ComparisonPage::compareRequested, this, [this] {
    comparing_wanted_ = true;
    compared_source_ = source().name;
    view_.comparison().setProgress(0, tr("Starting the engine…"));
    QMetaObject::invokeMethod(worker_, [worker = worker_, from = source()] { worker->resolve(from); });
  });
  connect(&view_.comparison(), &ComparisonPage::cancelRequested, this, [this] {
    comparing_wanted_ = false;
    comparison_.cancel();
    view_.comparison().setProgress(-1, {});
  });
  connect(&view_.corpora(), &CorporaPage::tokenizerRequested, this, [this](const QString& folder) {
    view_.setPage(TextPageKind::kText);
    addFile(folder);
  });
}

void TextFeed::connectJobs() {
  connect(&comparison_, &EngineJob::progressed, this, [this](double done, const QString& doing) {
    view_.comparison().setProgress(done, doing.isEmpty() ? tr("Reading %1…").arg(compared_source_) : doing);
  });
  connect(&comparison_, &EngineJob::answered, this, &TextFeed::acceptComparison);
  connect(&comparison_, &EngineJob::finished, this, [this] { view_.comparison().setProgress(-1, {}); });
  connect(&comparison_, &EngineJob::failed, this, [this](const Problem& failure) {
    view_.comparison().setProblem(failure.text, failure.hint);
    Q_EMIT problem(failure);
  });
  connect(&rows_, &RowsFeed::problem, this, &TextFeed::problem);
}

void TextFeed::restore(const TextSession& session) {
  wanted_ = session.tokenizers;
  files_ = session.files;
  if (!session.source.isEmpty()) {
    source_id_ = session.source;
    source_file_ = QFileInfo(source_id_).isAbsolute() ? source_id_ : QString();
  }
  view_.setPage(
      static_cast<TextPageKind>(std::clamp(session.page, 0, static_cast<int>(TextPageKind::kCorpora))));
  view_.text().setText(
      session.text.isEmpty()
          ? tr("The old gardener waters the roses before the rain comes. 北京大学的学生们喜欢自然语言处理。")
          : session.text);
  showSources();
}

TextSession TextFeed::session() const {
  constexpr int kMostRemembered = 20000;
  return {.text = view_.text().text().left(kMostRemembered),
          .tokenizers = chosen() + wanted_,
          .files = files_,
          .source = source_id_,
          .page = static_cast<int>(view_.page())};
}

void TextFeed::setRun(const QString& id, const QString& name) {
  if (id != run_ || name != run_name_) {
    run_ = id;
    run_name_ = name;
    rows_.setRun(id, name);
    showSources();
  }
}

void TextFeed::setVisible(bool visible) {
  const bool came = visible && !visible_;
  visible_ = visible;
  if (came) {
    listTokenizers();
  }
}

void TextFeed::listTokenizers() {
  if (visible_) {
    const QString folder = QString::fromStdString(workspace_.tokenizers().string());
    QMetaObject::invokeMethod(worker_, [worker = worker_, folder] { worker->list(folder); });
  }
}

TextSource TextFeed::source() const {
  if (source_id_ == kSample) {
    return sampleSource(tr("the sample text"), "en");
  }
  if (source_id_ == kChineseSample) {
    return sampleSource(tr("the Chinese sample text"), "zh");
  }
  if (source_id_ == kRun) {
    return {.name = tr("the text of %1").arg(run_name_),
            .recipe = RunFolder{workspace_.runs() / run_.toStdString()}.recipe()};
  }
  return fileSource(source_id_);
}

void TextFeed::showSources() {
  if (source_id_ == kRun && run_.isEmpty()) {
    source_id_ = kSample;
  }
  std::vector<SourceChoice> choices = {{kSample, tr("Sample text")},
                                       {kChineseSample, tr("Sample text, Chinese")}};
  if (!run_.isEmpty()) {
    choices.push_back({kRun, tr("Text of %1").arg(run_name_)});
  }
  if (!source_file_.isEmpty()) {
    choices.push_back({source_file_, QFileInfo(source_file_).fileName()});
  }
  view_.setSources(choices, source_id_);
}

QStringList TextFeed::chosen() const {
  QStringList paths;
  for (const TokenizerChoice& each : tokenizers_) {
    if (each.chosen) {
      paths.append(each.path);
    }
  }
  return paths;
}

void TextFeed::showTokenizers() {
  view_.setTokenizers(tokenizers_);
  readText();
}

void TextFeed::listed(std::vector<TokenizerChoice> found) {
  const bool first = tokenizers_.empty();
  for (TokenizerChoice& each : found) {
    const auto known = std::find_if(tokenizers_.begin(), tokenizers_.end(),
                                    [&](const TokenizerChoice& other) { return other.path == each.path; });
    if (known == tokenizers_.end()) {
      each.chosen = wanted_.removeAll(each.path) > 0;
      tokenizers_.push_back(each);
    }
  }
  // Somebody who comes for the first time sees the newest at work.
  if (first && wanted_.isEmpty() && files_.isEmpty() && chosen().isEmpty() && !tokenizers_.empty()) {
    tokenizers_.back().chosen = true;
  }
  for (const QString& path : std::as_const(files_)) {
    QMetaObject::invokeMethod(worker_, [worker = worker_, path] { worker->open(path); });
  }
  showTokenizers();
}

void TextFeed::opened(const TokenizerChoice& tokenizer) {
  const auto known = std::find_if(tokenizers_.begin(), tokenizers_.end(),
                                  [&](const TokenizerChoice& other) { return other.path == tokenizer.path; });
  // One that was opened in an earlier session is chosen if it was then.
  const bool chosen = wanted_.removeAll(tokenizer.path) > 0 || !files_.contains(tokenizer.path);
  if (!files_.contains(tokenizer.path)) {
    files_.append(tokenizer.path);
  }
  if (known == tokenizers_.end()) {
    tokenizers_.push_back(tokenizer);
    tokenizers_.back().chosen = chosen;
  } else {
    known->chosen = known->chosen || chosen;
  }
  showTokenizers();
}

void TextFeed::openFailed(const QString& path, const Problem& failure) {
  files_.removeAll(path);
  wanted_.removeAll(path);
  for (TokenizerChoice& each : tokenizers_) {
    if (each.path == path) {
      each.chosen = false;
    }
  }
  view_.setTokenizers(tokenizers_);
  Q_EMIT problem(failure);
}

void TextFeed::toggle(const QString& path, bool chosen) {
  for (TokenizerChoice& each : tokenizers_) {
    if (each.path == path) {
      each.chosen = chosen;
    }
  }
  showTokenizers();
}

void TextFeed::addFile(const QString& path) {
  const auto known = std::find_if(tokenizers_.begin(), tokenizers_.end(),
                                  [&](const TokenizerChoice& other) { return other.path == path; });
  if (known != tokenizers_.end()) {
    toggle(path, true);
    return;
  }
  QMetaObject::invokeMethod(worker_, [worker = worker_, path] { worker->open(path); });
}

void TextFeed::readText() {
  if (!visible_) {
    return;
  }
  worker_->supersede(++reading_);
  QMetaObject::invokeMethod(worker_, [worker = worker_, text = view_.text().text(), paths = chosen(),
                                      number = reading_] { worker->read(text, paths, number); });
}

void TextFeed::readVocabulary(int index) {
  const QString path = chosen().value(index);
  if (!path.isEmpty()) {
    QMetaObject::invokeMethod(worker_, [worker = worker_, path] { worker->readVocabulary(path); });
  }
}

void TextFeed::count(int index) {
  const QString path = chosen().value(index);
  if (path.isEmpty()) {
    return;
  }
  counter_->supersede(++counting_);
  view_.vocabulary().setCountProgress(0);
  QMetaObject::invokeMethod(counter_, [counter = counter_, path, from = source(), number = counting_] {
    counter->count(path, from, number);
  });
}

void TextFeed::acceptComparison(const QByteArray& line) {
  Result<ComparisonData> data = readComparison(line, compared_names_);
  if (!data) {
    const Problem failure = asProblem(data.error());
    view_.comparison().setProblem(failure.text, failure.hint);
    Q_EMIT problem(failure);
    return;
  }
  data->corpus = compared_source_;
  view_.comparison().setComparison(*data);
}

}  // namespace heddle::ui
