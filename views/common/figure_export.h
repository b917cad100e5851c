// Figures on disk: what a view shows as SVG, PDF or PNG, on white whatever the theme. Views that can be
// exported are Figures.

#pragma once

#include <QSizeF>
#include <QStringList>
#include <filesystem>
#include <functional>

#include "engine/base/result.h"
#include "views/common/csv.h"

class QCPPainter;

namespace heddle::ui {

class Figure {
 public:
  virtual ~Figure() = default;

  // Device-independent pixels; empty when nothing is shown that has a picture.
  virtual QSizeF figureSize() const = 0;

  // Draws from (0, 0) to figureSize(): vectors wherever the view is not an image by nature.
  virtual void drawFigure(QCPPainter& painter) = 0;

  // Exactly the values that are shown.
  virtual CsvTable shownData() const = 0;
};

struct FigureOptions {
  int dpi = 150;        // of PNG; 96 is the size on the screen
  QStringList caption;  // lines under the figure: runs, checkpoint, filter, program version
};

// "SVG", "PDF", "PNG": those of this build.
QStringList figureFormats();

// The format is the file's suffix: .svg, .pdf, .png, or .csv for shownData(). Atomic: the file is complete or
// unchanged. Errors: an empty figure or table, a suffix this build cannot write, a path that cannot be
// written.
Status exportFigure(Figure& figure, const std::filesystem::path& path, const FigureOptions& options = {});

// Its first half, which draws: the rest, which any thread may run once, only writes. For disks that take
// their time.
Result<std::function<Status()>> prepareExport(Figure& figure, const std::filesystem::path& path,
                                              const FigureOptions& options = {});

}  // namespace heddle::ui
