#include "app/text/rows_feed.h"

#include <utility>

#include "views/text/rows_page.h"

namespace heddle::ui {

RowsFeed::RowsFeed(RowsPage& page, Workspace workspace, QObject* parent)
    : QObject(parent), page_(page), workspace_(std::move(workspace)), job_(tr("Making training rows"), this) {
  connect(&page_, &RowsPage::rowsRequested, this, &RowsFeed::start);
  connect(&page_, &RowsPage::rowsCancelled, this, [this] {
    job_.cancel();
    page_.setBusy(false);
  });
  connect(&job_, &EngineJob::progressed, this,
          [this](double, const QString& doing) { page_.setBusy(true, doing); });
  connect(&job_, &EngineJob::answered, this, [this](const QByteArray& line) {
    if (Result<TrainingRow> row = decodeTrainingRow({line.constData(), static_cast<size_t>(line.size())})) {
      rows_.push_back(std::move(*row));
    }
  });
  connect(&job_, &EngineJob::finished, this, [this] { page_.setRows(std::exchange(rows_, {})); });
  connect(&job_, &EngineJob::failed, this, [this](const Problem& failure) {
    page_.setProblem(failure.text, failure.hint);
    Q_EMIT problem(failure);
  });
}

RowsFeed::~RowsFeed() {
  job_.disconnect(this);
}

void RowsFeed::setRun(const QString& id, const QString& name) {
  setSubject(id, {}, name);
}

void RowsFeed::setRecipe(const QString& name, const QString& recipe_toml) {
  setSubject({}, recipe_toml, name);
}

void RowsFeed::setSubject(const QString& run, const QString& recipe_toml, const QString& name) {
  if (run != run_ || recipe_toml != recipe_toml_) {
    job_.cancel();
    page_.setSubject({});
  }
  run_ = run;
  recipe_toml_ = recipe_toml;
  page_.setSubject(name);
}

void RowsFeed::show() {
  start(page_.step(), page_.rowCount());
}

void RowsFeed::start(qint64 step, int rows) {
  const QStringList subject = run_.isEmpty()
                                  ? QStringList{QStringLiteral("--recipe"), EngineJob::standardInput()}
                                  : QStringList{QStringLiteral("--run"), run_};
  rows_.clear();
  page_.setBusy(true);
  // The engine counts batches from 0: the first step is made of batch 0.
  job_.start(QStringList{QStringLiteral("corpus"), QStringLiteral("rows")} + subject +
                 QStringList{QStringLiteral("--workspace"), QString::fromStdString(workspace_.root.string()),
                             QStringLiteral("--step"), QString::number(step - 1), QStringLiteral("--count"),
                             QString::number(rows), QStringLiteral("--json")},
             recipe_toml_);
}

}  // namespace heddle::ui
