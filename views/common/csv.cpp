#include "views/common/csv.h"

#include <QByteArray>

#include "engine/base/file.h"

namespace heddle::ui {
namespace {

void addRow(QString& text, const QStringList& fields) {
  for (qsizetype i = 0; i < fields.size(); ++i) {
    if (i > 0) {
      text += QLatin1Char(',');
    }
    const QString& field = fields[i];
    const bool quoted = field.contains(QLatin1Char(',')) || field.contains(QLatin1Char('"')) ||
                        field.contains(QLatin1Char('\n')) || field.contains(QLatin1Char('\r'));
    if (!quoted) {
      text += field;
      continue;
    }
    QString escaped = field;
    escaped.replace(QLatin1Char('"'), QLatin1String("\"\""));
    text += QLatin1Char('"') + escaped + QLatin1Char('"');
  }
  text += QLatin1Char('\n');
}

}  // namespace

QByteArray csvText(const CsvTable& table) {
  QString text;
  addRow(text, table.header);
  for (const QStringList& row : table.rows) {
    addRow(text, row);
  }
  return text.toUtf8();
}

Status writeCsv(const CsvTable& table, const std::filesystem::path& path) {
  const QByteArray text = csvText(table);
  return writeFileAtomic(path, {text.constData(), static_cast<size_t>(text.size())});
}

}  // namespace heddle::ui
