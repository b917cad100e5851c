// Draws the pictures of the README: screenshots WORKSPACE FOLDER opens the window on a workspace whose newest
// run has curves and checkpoints, without a display, and writes curves.png, attention.png and text.png.

#include <QApplication>
#include <QDockWidget>
#include <QHash>
#include <QImage>
#include <QLocale>
#include <QTabWidget>
#include <QTest>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <utility>

#include "app/main_window.h"
#include "app/problem_bar.h"
#include "app/theme.h"
#include "views/attention/attention_view.h"
#include "views/curves/curves_view.h"
#include "views/runs/runs_model.h"
#include "views/runs/runs_view.h"
#include "views/text/text_page.h"
#include "views/text/text_view.h"

namespace heddle::ui {
namespace {

constexpr int kPatienceMs = 60000;
constexpr QSize kPicture(1400, 900);

// With its most frequent colours only, which are nearly all of a window's: a third of the size.
QImage reduced(const QImage& image) {
  constexpr qsizetype kColors = 256;
  QHash<QRgb, int> counts;
  for (int y = 0; y < image.height(); ++y) {
    const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
    for (int x = 0; x < image.width(); ++x) {
      ++counts[line[x]];
    }
  }
  QList<QRgb> colors = counts.keys();
  std::sort(colors.begin(), colors.end(),
            [&](QRgb a, QRgb b) { return std::pair(counts[a], a) > std::pair(counts[b], b); });
  colors.resize(std::min(colors.size(), kColors));
  return image.convertToFormat(QImage::Format_Indexed8, colors, Qt::ThresholdDither | Qt::AvoidDither);
}

bool save(MainWindow& window, const std::filesystem::path& path) {
  // What was handed to the widgets is drawn by later turns of the event loop.
  QTest::qWait(500);
  QImage image(kPicture, QImage::Format_RGB32);
  window.render(&image);
  constexpr int kSmallest = 0;  // the strongest compression; a PNG loses nothing by it
  const bool saved = reduced(image).save(QString::fromStdString(path.string()), "PNG", kSmallest);
  if (!saved) {
    std::fprintf(stderr, "screenshots: %s could not be written\n", path.c_str());
  }
  return saved;
}

bool wait(MainWindow& window, const char* what, const std::function<bool()>& condition) {
  const bool came = QTest::qWaitFor(condition, kPatienceMs);
  if (!came) {
    std::fprintf(stderr, "screenshots: no %s within a minute; the window says: %s\n", what,
                 qPrintable(window.problems().current().text));
  }
  return came;
}

int draw(const std::filesystem::path& workspace, const std::filesystem::path& folder) {
  MainWindow window({.workspace = {workspace}, .first_run = false});
  window.resize(kPicture);
  window.show();
  // The docks took their widths from a screen that is not there.
  window.resizeDocks({window.findChild<QDockWidget*>(QStringLiteral("dock-runs")),
                      window.findChild<QDockWidget*>(QStringLiteral("dock-inspector"))},
                     {340, 270}, Qt::Horizontal);
  window.start();
  applyTheme(*qApp, Theme::kLight);
  const auto& model = window.runs().model();
  if (!wait(window, "run", [&] { return model.rowCount() > 0; })) {
    return 1;
  }
  window.runs().setCurrentRun(model.index(0, 0).data(RunsModel::kIdRole).toString());
  if (!wait(window, "curve", [&] { return !window.curves().shownData().rows.empty(); }) ||
      !save(window, folder / "curves.png")) {
    return 1;
  }
  window.views().setCurrentIndex(1);
  if (!wait(window, "attention map", [&] { return !window.attention().map().empty(); }) ||
      !save(window, folder / "attention.png")) {
    return 1;
  }
  TextView& text = window.textView();
  window.views().setCurrentIndex(2);
  const auto& known = text.bar().tokenizers();
  if (!wait(window, "tokeniser", [&] { return !known.empty(); })) {
    return 1;
  }
  for (size_t i = 0; i < known.size(); ++i) {
    if (!known[i].chosen) {
      Q_EMIT text.tokenizerToggled(QString(known[i].path), true);
    }
  }
  text.text().setText(QStringLiteral(
      "The next day the old gardener walked to the botanical garden. She unfolded an umbrella before the "
      "rain, "
      "and hurried to the town hall. The children marched to the railway station near the river."));
  BandsView& bands = text.text().bands();
  const auto read = [&] {
    return bands.text() != nullptr && bands.text()->bands.size() == known.size() && bands.lineCount() > 0;
  };
  if (!wait(window, "tokens", read)) {
    return 1;
  }
  for (int step = 0; step < 7; ++step) {
    QTest::keyClick(&bands, Qt::Key_Right);
  }
  return save(window, folder / "text.png") ? 0 : 1;
}

}  // namespace
}  // namespace heddle::ui

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: screenshots WORKSPACE FOLDER\n");
    return 2;
  }
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QLocale::setDefault(QLocale::c());
  QApplication application(argc, argv);
  return heddle::ui::draw(std::filesystem::absolute(argv[1]), argv[2]);
}
