// Which tokenisers are shown, and which text random documents and counts are taken from: a menu of all that
// are known, a way to make one, a chip for each that is chosen, and the source.

#pragma once

#include <QWidget>
#include <vector>

class QComboBox;
class QMenu;
class QPushButton;
class QToolButton;

namespace heddle::ui {

class FlowLayout;

struct TokenizerChoice {
  QString path;    // absolute; what it is known by
  QString name;    // short, for chips and gutters
  QString detail;  // "wordpiece, 8,000 entries"; empty until it was read
  bool chosen = false;
};

struct SourceChoice {
  QString id;  // what it is known by
  QString name;
};

class TokenizerBar final : public QWidget {
  Q_OBJECT
  Q_DISABLE_COPY_MOVE(TokenizerBar)

 public:
  static constexpr int kMostChosen = 8;

  explicit TokenizerBar(QWidget* parent = nullptr);

  void setTokenizers(std::vector<TokenizerChoice> choices);
  const std::vector<TokenizerChoice>& tokenizers() const { return choices_; }
  QStringList chosenNames() const;
  void setSources(const std::vector<SourceChoice>& sources, const QString& current);
  QString sourceName() const;
  QPushButton* menuButton() const { return menu_button_; }

 Q_SIGNALS:
  void tokenizerToggled(const QString& path, bool chosen);
  void tokenizerFileRequested(bool folder);
  // One shall be learnt from text.
  void prepareRequested();
  void sourceChosen(const QString& id);
  void sourceFileRequested(bool folder);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void fillMenu();
  void showChips();

  std::vector<TokenizerChoice> choices_;
  FlowLayout* flow_;
  QPushButton* menu_button_;
  QMenu* menu_;
  QComboBox* source_;
  QWidget* source_group_;
  std::vector<QToolButton*> chips_;
};

}  // namespace heddle::ui
