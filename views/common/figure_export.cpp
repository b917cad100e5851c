#include "views/common/figure_export.h"

#include <qcustomplot.h>

#include <QBuffer>
#include <QFontMetricsF>
#include <QImage>
#include <QPageSize>
#include <QPdfWriter>
#include <QWidget>
#ifdef HEDDLE_HAVE_SVG
#include <QSvgGenerator>
#endif

#include <cmath>
#include <utility>

#include "engine/base/file.h"
#include "views/common/palette.h"

namespace heddle::ui {
namespace {

constexpr double kScreenDpi = 96;
constexpr double kCaptionGap = 6;

QFont captionFont(const QPaintDevice* device) {
  QFont font;
  font.setPixelSize(10);
  return device == nullptr ? font : QFont(font, device);
}

double captionHeight(const FigureOptions& options) {
  if (options.caption.isEmpty()) {
    return 0;
  }
  return kCaptionGap + QFontMetricsF(captionFont(nullptr)).lineSpacing() * options.caption.size();
}

// Papers are white: a view in the dark theme is drawn with a light palette and gets its own back.
class PaperColors {
 public:
  explicit PaperColors(Figure& figure) {
    auto* widget = dynamic_cast<QWidget*>(&figure);
    if (widget == nullptr || !isDark(widget->palette())) {
      return;
    }
    widget_ = widget;
    before_ = widget->testAttribute(Qt::WA_SetPalette) ? widget->palette() : QPalette();
    QPalette paper = widget->palette();
    for (const QPalette::ColorRole role : {QPalette::Window, QPalette::Base}) {
      paper.setColor(role, Qt::white);
    }
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text}) {
      paper.setColor(role, Qt::black);
    }
    widget->setPalette(paper);
  }
  ~PaperColors() {
    if (widget_ != nullptr) {
      widget_->setPalette(before_);
    }
  }
  PaperColors(const PaperColors&) = delete;
  PaperColors& operator=(const PaperColors&) = delete;

 private:
  QWidget* widget_ = nullptr;
  QPalette before_;
};

void drawPage(Figure& figure, const FigureOptions& options, const QSizeF& size, double scale,
              QPaintDevice& device) {
  QCPPainter painter;
  painter.begin(&device);
  // Images too: they have another resolution than the screen for which dense lines are filled.
  painter.setMode(QCPPainter::pmVectorized);
  painter.scale(scale, scale);
  painter.fillRect(QRectF(QPointF(0, 0), size), Qt::white);
  painter.save();
  figure.drawFigure(painter);
  painter.restore();
  painter.setFont(captionFont(&device));
  painter.setPen(QPen(Qt::darkGray));
  const double line_height = QFontMetricsF(captionFont(nullptr)).lineSpacing();
  double top = figure.figureSize().height() + kCaptionGap;
  for (const QString& line : options.caption) {
    painter.drawText(QRectF(4, top, size.width() - 8, line_height), Qt::AlignLeft | Qt::AlignVCenter, line);
    top += line_height;
  }
  painter.end();
}

QByteArray pngBytes(Figure& figure, const FigureOptions& options, const QSizeF& size) {
  const double scale = options.dpi / kScreenDpi;
  QImage image((size * scale).toSize(), QImage::Format_ARGB32_Premultiplied);
  image.fill(Qt::white);
  image.setDotsPerMeterX(static_cast<int>(std::lround(kScreenDpi / 0.0254)));
  image.setDotsPerMeterY(image.dotsPerMeterX());
  drawPage(figure, options, size, scale, image);
  image.setDotsPerMeterX(static_cast<int>(std::lround(options.dpi / 0.0254)));
  image.setDotsPerMeterY(image.dotsPerMeterX());
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  image.save(&buffer, "PNG");
  return buffer.data();
}

QByteArray pdfBytes(Figure& figure, const FigureOptions& options, const QSizeF& size) {
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setResolution(static_cast<int>(kScreenDpi));
  writer.setPageSize(QPageSize(size * 72.0 / kScreenDpi, QPageSize::Point, {}, QPageSize::ExactMatch));
  writer.setPageMargins(QMarginsF(0, 0, 0, 0));
  writer.setTitle(options.caption.join(QStringLiteral("; ")));
  drawPage(figure, options, size, 1, writer);
  return buffer.data();
}

#ifdef HEDDLE_HAVE_SVG
QByteArray svgBytes(Figure& figure, const FigureOptions& options, const QSizeF& size) {
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setResolution(static_cast<int>(kScreenDpi));
  generator.setSize(size.toSize());
  generator.setViewBox(QRectF(QPointF(0, 0), size));
  generator.setDescription(options.caption.join(QStringLiteral("; ")));
  drawPage(figure, options, size, 1, generator);
  return buffer.data();
}
#endif

}  // namespace

QStringList figureFormats() {
#ifdef HEDDLE_HAVE_SVG
  return {QStringLiteral("SVG"), QStringLiteral("PDF"), QStringLiteral("PNG")};
#else
  return {QStringLiteral("PDF"), QStringLiteral("PNG")};
#endif
}

Status exportFigure(Figure& figure, const std::filesystem::path& path, const FigureOptions& options) {
  const auto write = prepareExport(figure, path, options);
  return write ? (*write)() : Status{write.error()};
}

Result<std::function<Status()>> prepareExport(Figure& figure, const std::filesystem::path& path,
                                              const FigureOptions& options) {
  const QSizeF figure_size = figure.figureSize();
  const QString format = QString::fromStdString(path.extension().string()).toUpper().remove(QLatin1Char('.'));
  const bool as_table = format == QLatin1String("CSV");
  CsvTable table = as_table ? figure.shownData() : CsvTable{};
  if (as_table ? table.rows.empty() : figure_size.isEmpty()) {
    return Error{
        "Exporting to " + path.string() + ": the view shows nothing that could be exported",
        as_table ? "show something first" : "show something first; a table alone is exported as .csv"};
  }
  if (as_table) {
    return std::function<Status()>([table = std::move(table), path] { return writeCsv(table, path); });
  }
  if (!figureFormats().contains(format)) {
    return Error{"Exporting to " + path.string() + ": figures cannot be written in this format",
                 "choose a name that ends in ." +
                     figureFormats().join(QStringLiteral(", .")).toLower().toStdString() + " or .csv"};
  }
  const QSizeF size(figure_size.width(), figure_size.height() + captionHeight(options));
  const PaperColors paper(figure);
  QByteArray bytes;
  if (format == QLatin1String("PNG")) {
    bytes = pngBytes(figure, options, size);
  } else if (format == QLatin1String("PDF")) {
    bytes = pdfBytes(figure, options, size);
  }
#ifdef HEDDLE_HAVE_SVG
  if (format == QLatin1String("SVG")) {
    bytes = svgBytes(figure, options, size);
  }
#endif
  return std::function<Status()>([bytes, path] {
    return writeFileAtomic(path, {bytes.constData(), static_cast<size_t>(bytes.size())});
  });
}

}  // namespace heddle::ui
