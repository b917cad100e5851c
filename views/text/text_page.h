// A text of the user's, or a document out of a source, with all chosen tokenisers below it.

#pragma once

#include <QWidget>
#include <memory>

#include "views/text/bands_view.h"

namespace heddle::ui {

class TextPage final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(TextPage)

 public:
  explicit TextPage(QWidget* parent = nullptr);
  ~TextPage() override;

  QString text() const;
  // As if it was typed.
  void setText(const QString& text);
  void setTokenizers(int chosen);
  void setSource(const QString& name);
  // `note`: what is not shown and why; empty = all is shown. Clears a problem.
  void setTokens(TokenizedTextPtr tokens, const QString& note);
  // Shown in place of the bands until the next ones.
  void setProblem(const QString& text, const QString& hint);
  BandsView& bands() const;

 Q_SIGNALS:
  // Once the typing rests.
  void textChanged(const QString& text);
  void randomDocumentRequested();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::ui
