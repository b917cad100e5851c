#include "app/session.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "engine/base/file.h"

namespace heddle::ui {
namespace {

constexpr int kVersion = 1;

QString packed(const QByteArray& bytes) {
  return QString::fromLatin1(bytes.toBase64());
}

QByteArray unpacked(const QJsonValue& value) {
  return QByteArray::fromBase64(value.toString().toLatin1());
}

QStringList strings(const QJsonValue& value) {
  QStringList list;
  const QJsonArray array = value.toArray();
  for (const QJsonValue& entry : array) {
    list.append(entry.toString());
  }
  return list;
}

}  // namespace

std::filesystem::path sessionFile(const Workspace& workspace) {
  return workspace.root / "settings.json";
}

Result<Session> loadSession(const Workspace& workspace) {
  const std::filesystem::path path = sessionFile(workspace);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return Session{};
  }
  const Result<std::string> text = readFile(path);
  if (!text) {
    return text.error();
  }
  QJsonParseError broken;
  const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromStdString(*text), &broken);
  if (!document.isObject()) {
    return Error{"The window's settings in " + path.string() + " are not readable: " +
                     broken.errorString().toStdString() + " at byte " + std::to_string(broken.offset),
                 "the defaults are used; the file is replaced when the window closes"};
  }
  const QJsonObject json = document.object();
  Session session;
  session.geometry = unpacked(json[u"geometry"]);
  session.layout = unpacked(json[u"layout"]);
  session.run_columns = unpacked(json[u"run_columns"]);
  session.theme = json[u"theme"].toString(session.theme);
  session.run = json[u"run"].toString();
  if (json[u"chosen_runs"].isArray()) {
    session.chosen_runs = strings(json[u"chosen_runs"]);
  }
  const QJsonObject styles = json[u"run_styles"].toObject();
  for (auto style = styles.constBegin(); style != styles.constEnd(); ++style) {
    if (const int number = style->toInt(-1); number >= 0) {
      session.run_styles.insert(style.key(), number);
    }
  }
  session.runs_filter = json[u"runs_filter"].toString();
  session.view = json[u"view"].toInt(session.view);
  session.axis = json[u"axis"].toInt(session.axis);
  session.axis_metric = json[u"axis_metric"].toString();
  session.smoothing = std::clamp(json[u"smoothing"].toDouble(session.smoothing), 0.0, 0.999);
  session.smoothing_kind =
      smoothingKindFromKey(json[u"smoothing_kind"].toString().toStdString()).value_or(session.smoothing_kind);
  session.ignore_outliers = json[u"ignore_outliers"].toBool(session.ignore_outliers);
  session.show_raw = json[u"show_raw"].toBool(session.show_raw);
  session.all_segments = json[u"all_segments"].toBool(session.all_segments);
  session.summarize_range = json[u"summarize_range"].toBool(session.summarize_range);
  session.log_x = json[u"log_x"].toBool(session.log_x);
  session.log_y = json[u"log_y"].toBool(session.log_y);
  session.metrics = strings(json[u"metrics"]);
  session.text_a = json[u"text_a"].toString();
  session.text_b = json[u"text_b"].toString();
  session.layer = json[u"layer"].toInt(session.layer);
  session.head = json[u"head"].toInt(session.head);
  const QJsonObject kept = json[u"text"].toObject();
  session.text.text = kept[u"text"].toString();
  session.text.tokenizers = strings(kept[u"tokenizers"]);
  session.text.files = strings(kept[u"files"]);
  session.text.source = kept[u"source"].toString();
  session.text.page = kept[u"page"].toInt(session.text.page);
  session.text.preparation = kept[u"preparation"].toString();
  return session;
}

Status saveSession(const Workspace& workspace, const Session& session) {
  QJsonObject json;
  json[u"version"] = kVersion;
  json[u"geometry"] = packed(session.geometry);
  json[u"layout"] = packed(session.layout);
  json[u"run_columns"] = packed(session.run_columns);
  json[u"theme"] = session.theme;
  json[u"run"] = session.run;
  if (session.chosen_runs) {
    json[u"chosen_runs"] = QJsonArray::fromStringList(*session.chosen_runs);
  }
  QJsonObject styles;
  for (auto style = session.run_styles.constBegin(); style != session.run_styles.constEnd(); ++style) {
    styles[style.key()] = style.value();
  }
  json[u"run_styles"] = styles;
  json[u"runs_filter"] = session.runs_filter;
  json[u"view"] = session.view;
  json[u"axis"] = session.axis;
  json[u"axis_metric"] = session.axis_metric;
  json[u"smoothing"] = session.smoothing;
  json[u"smoothing_kind"] = QString::fromStdString(std::string(smoothingKey(session.smoothing_kind)));
  json[u"ignore_outliers"] = session.ignore_outliers;
  json[u"show_raw"] = session.show_raw;
  json[u"all_segments"] = session.all_segments;
  json[u"summarize_range"] = session.summarize_range;
  json[u"log_x"] = session.log_x;
  json[u"log_y"] = session.log_y;
  json[u"metrics"] = QJsonArray::fromStringList(session.metrics);
  json[u"text_a"] = session.text_a;
  json[u"text_b"] = session.text_b;
  json[u"layer"] = session.layer;
  json[u"head"] = session.head;
  QJsonObject text;
  text[u"text"] = session.text.text;
  text[u"tokenizers"] = QJsonArray::fromStringList(session.text.tokenizers);
  text[u"files"] = QJsonArray::fromStringList(session.text.files);
  text[u"source"] = session.text.source;
  text[u"page"] = session.text.page;
  text[u"preparation"] = session.text.preparation;
  json[u"text"] = text;
  return writeFileAtomic(sessionFile(workspace), QJsonDocument(json).toJson().toStdString());
}

}  // namespace heddle::ui
