#include "app/text/corpus_feed.h"

#include <QFileInfo>
#include <utility>

#include "app/text/corpus_worker.h"
#include "engine/base/json.h"
#include "views/text/corpora_page.h"
#include "views/text/text_view.h"

namespace heddle::ui {

CorpusFeed::CorpusFeed(TextView& view, Workspace workspace, QObject* parent)
    : QObject(parent),
      view_(view),
      workspace_(std::move(workspace)),
      worker_(new CorpusWorker(workspace_)),
      job_(tr("Preparing the text"), this) {
  worker_->moveToThread(&thread_);
  connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
  connect(worker_, &CorpusWorker::listed, this, &CorpusFeed::listed);
  connect(worker_, &CorpusWorker::listFailed, this, [this](const Problem& failure) {
    view_.corpora().setProblem(failure.text, failure.hint);
    Q_EMIT problem(failure);
  });
  connect(&job_, &EngineJob::progressed, this, [this](double done, const QString& doing) {
    view_.corpora().setProgress(done, doing);
    Q_EMIT progressed(done, doing);
  });
  connect(&job_, &EngineJob::answered, this, [this](const QByteArray& line) {
    const Result<Json> answer = parseJson({line.constData(), static_cast<size_t>(line.size())}, "a line");
    if (answer && answer->contains("corpora") && !(*answer)["corpora"].empty()) {
      const auto folder = jsonValue((*answer)["corpora"][0], "folder", std::string());
      made_ = QFileInfo(QString::fromStdString(folder)).fileName();
    }
  });
  connect(&job_, &EngineJob::finished, this, [this] { end({}, false); });
  connect(&job_, &EngineJob::failed, this, &CorpusFeed::fail);
  connect(&view_.corpora(), &CorporaPage::cancelRequested, this, &CorpusFeed::cancel);
  thread_.start();
}

CorpusFeed::~CorpusFeed() {
  // The view may be gone already.
  worker_->disconnect(this);
  job_.disconnect(this);
  thread_.quit();
  thread_.wait();
}

QString CorpusFeed::commandLine(const Workspace& workspace) {
  return QStringLiteral("heddle-engine corpus build --recipe RECIPE.toml --workspace %1")
      .arg(QString::fromStdString(workspace.root.string()));
}

void CorpusFeed::prepare(const QString& recipe_toml) {
  if (busy_) {
    return;
  }
  busy_ = true;
  recipe_toml_ = recipe_toml;
  made_.clear();
  view_.corpora().setStatement({}, false);
  const QString doing = tr("Starting the engine…");
  view_.corpora().setProgress(0, doing);
  Q_EMIT busyChanged(true);
  Q_EMIT progressed(0, doing);
  job_.start({QStringLiteral("corpus"), QStringLiteral("build"), QStringLiteral("--recipe"),
              EngineJob::standardInput(), QStringLiteral("--workspace"),
              QString::fromStdString(workspace_.root.string()), QStringLiteral("--json")},
             recipe_toml);
}

void CorpusFeed::cancel() {
  if (busy_) {
    job_.cancel();
    end(tr("Preparing was cancelled. %1.").arg(CorporaPage::cancelHint()), false);
  }
}

void CorpusFeed::fail(const Problem& failure) {
  end(failure.hint.isEmpty() ? failure.text : failure.text + u" (" + failure.hint + u')', true);
  Q_EMIT problem(failure);
}

void CorpusFeed::end(const QString& statement, bool is_problem) {
  busy_ = false;
  view_.corpora().setProgress(-1, {});
  view_.corpora().setStatement(statement, is_problem);
  Q_EMIT progressed(-1, {});
  Q_EMIT busyChanged(false);
  Q_EMIT prepared();
  list();
}

void CorpusFeed::setVisible(bool visible) {
  const bool came = visible && !visible_;
  visible_ = visible;
  if (came) {
    list();
  }
}

void CorpusFeed::list() {
  if (visible_) {
    QMetaObject::invokeMethod(worker_, &CorpusWorker::list);
  }
}

void CorpusFeed::listed(const std::vector<CorpusDescription>& corpora) {
  view_.corpora().setCorpora(corpora);
  if (!made_.isEmpty()) {
    view_.corpora().select(made_);
    // A look that was under way when it was made has not found it: the next one will.
    if (view_.corpora().current() == made_) {
      made_.clear();
    }
  }
}

}  // namespace heddle::ui
