// Frames of the views, offscreen: the limits are 200 ms for the first frame of 144 heads x 512 tokens, 16 ms
// for a pan or zoom, 16.7 ms for a frame of 100 curves x 10,000 points, and 16 ms for a frame of a text under
// four tokenisers, however long it is.

#include <benchmark/benchmark.h>

#include <QElapsedTimer>
#include <QScrollBar>
#include <QThread>
#include <QtTest/QTest>
#include <cmath>
#include <random>

#include "views/attention/attention_data.h"
#include "views/attention/attention_view.h"
#include "views/attention/matrix_view.h"
#include "views/curves/curve_chart.h"
#include "views/curves/curves_view.h"
#include "views/text/bands_view.h"
#include "views/text/vocabulary_model.h"

namespace heddle::ui {
namespace {

constexpr int kLayers = 12;
constexpr int kHeads = 12;
constexpr int kTokens = 512;

// Rows that add up to one, with weights from 0.5 down to subnormal halves.
AttentionMap largeMap() {
  std::vector<AttentionToken> tokens(kTokens, AttentionToken{.text = "token"});
  std::vector<uint16_t> probs;
  probs.reserve(size_t{kLayers} * kHeads * kTokens * kTokens);
  for (int head = 0; head < kLayers * kHeads; ++head) {
    for (int query = 0; query < kTokens; ++query) {
      for (int key = 0; key < kTokens; ++key) {
        const double distance = std::abs(query - key - head % 5);
        probs.push_back(floatToHalf(static_cast<float>(0.5 * std::exp(-0.05 * (1 + head % 7) * distance))));
      }
    }
  }
  return makeAttentionMap(std::move(tokens), kLayers, kHeads, std::move(probs));
}

const AttentionMap& sharedMap() {
  static const AttentionMap map = largeMap();
  return map;
}

void summarizeMap(benchmark::State& state) {
  const AttentionMap& map = sharedMap();
  for (auto _ : state) {
    benchmark::DoNotOptimize(summarize(map));
  }
}
BENCHMARK(summarizeMap)->Unit(benchmark::kMillisecond)->UseRealTime();

void firstAttentionFrame(benchmark::State& state) {
  const AttentionMap& map = sharedMap();
  for (auto _ : state) {
    state.PauseTiming();
    auto view = std::make_unique<AttentionView>();
    view->resize(1300, 820);
    view->show();
    QCoreApplication::processEvents();
    state.ResumeTiming();
    view->setMap(map);
    QCoreApplication::processEvents();
    benchmark::DoNotOptimize(view->grab());
    state.PauseTiming();
    view.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(firstAttentionFrame)->Unit(benchmark::kMillisecond)->UseRealTime();

void nextHeadFrame(benchmark::State& state) {
  AttentionView view;
  view.resize(1300, 820);
  view.setMap(sharedMap());
  view.show();
  int head = 0;
  for (auto _ : state) {
    view.setHead(3, ++head % kHeads);
    QCoreApplication::processEvents();
    view.repaint();
  }
}
BENCHMARK(nextHeadFrame)->Unit(benchmark::kMillisecond)->UseRealTime();

void matrixPanFrame(benchmark::State& state) {
  MatrixView view;
  view.resize(1000, 800);
  view.setHead(toFloat(sharedMap().head(0, 0)), sharedMap().tokens, 0.5F);
  view.show();
  QCoreApplication::processEvents();
  for (auto _ : state) {
    view.redrawNow();
    view.repaint();
  }
}
BENCHMARK(matrixPanFrame)->Unit(benchmark::kMillisecond)->UseRealTime();

// Of `count` curves, of which a share in thousandths is visible: all of them are bands, a small part is thin
// lines.
void curvesZoomFrame(benchmark::State& state) {
  const auto count = static_cast<int>(state.range(0));
  const double share = static_cast<double>(state.range(1)) / 1000;
  constexpr int kPoints = 10000;
  std::mt19937 generator(1);
  std::normal_distribution<double> noise(0, 0.2);
  CurvesView view;
  std::vector<CurveRun> runs;
  std::vector<CurveSeries> series;
  for (int run = 0; run < count; ++run) {
    const QString id = QString::number(run);
    runs.push_back({.id = id, .name = id, .style = run});
    CurveSeries each{.run_id = id, .metric = QStringLiteral("train/loss"), .axis = Axis::kStep, .raw = {}};
    for (int step = 0; step < kPoints; ++step) {
      each.raw.push_back(
          {.x = double(step), .y = 2 + 8 * std::exp(-step / 1500.0) + noise(generator), .step = step});
    }
    series.push_back(std::move(each));
  }
  view.resize(800, 500);
  view.setVisibleRuns(runs);
  view.setMetricNames({QStringLiteral("train/loss")});
  view.setSeries(std::move(series));
  view.show();
  auto* chart = view.findChild<CurveChart*>();
  // Long smoothing runs beside; its result is part of every frame.
  if (!QTest::qWaitFor(
          [&] { return !chart->curves().empty() && chart->curves().back().curve.smooth != nullptr; })) {
    state.SkipWithError("the curves were not smoothed in time");
  }
  int frame = 0;
  for (auto _ : state) {
    chart->setXRange({double(++frame % 50), kPoints * share - frame % 50});
    QCoreApplication::processEvents();
    chart->repaint();
  }
}
BENCHMARK(curvesZoomFrame)
    ->ArgNames({"curves", "visible"})
    ->Args({10, 1000})
    ->Args({24, 1000})
    ->Args({24, 100})
    ->Args({100, 1000})
    ->Args({100, 100})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// A run of a million steps, panned.
void longRunFrame(benchmark::State& state) {
  constexpr int kPoints = 1000000;
  std::mt19937 generator(1);
  std::normal_distribution<double> noise(0, 0.2);
  std::vector<CurvePoint> raw;
  for (int step = 0; step < kPoints; ++step) {
    raw.push_back(
        {.x = double(step), .y = 2 + 8 * std::exp(-step / 150000.0) + noise(generator), .step = step});
  }
  const auto points = std::make_shared<const CurvePoints>(std::move(raw));
  CurveChart chart({QStringLiteral("train/loss")});
  chart.resize(800, 500);
  chart.setCurves({{.curve = {.run_id = QStringLiteral("1"),
                              .metric = QStringLiteral("train/loss"),
                              .raw = points,
                              .smooth = points},
                    .name = QStringLiteral("1")}});
  chart.show();
  int frame = 0;
  for (auto _ : state) {
    chart.setXRange({double(++frame % 50), double(kPoints - frame % 50)});
    QCoreApplication::processEvents();
    chart.repaint();
  }
}
BENCHMARK(longRunFrame)->Unit(benchmark::kMillisecond)->UseRealTime();

void trackerFrame(benchmark::State& state) {
  CurveChart chart({QStringLiteral("train/loss")});
  chart.resize(800, 500);
  std::vector<CurvePoint> wave;
  for (int step = 0; step < 10000; ++step) {
    wave.push_back({.x = double(step), .y = std::sin(step * 0.01), .step = step});
  }
  const auto points = std::make_shared<const CurvePoints>(std::move(wave));
  std::vector<DrawnCurve> curves;
  for (int run = 0; run < 100; ++run) {
    curves.push_back({.curve = {.run_id = QString::number(run),
                                .metric = QStringLiteral("train/loss"),
                                .raw = points,
                                .smooth = points},
                      .name = QString::number(run),
                      .style = run});
  }
  chart.setCurves(std::move(curves));
  chart.show();
  QCoreApplication::processEvents();
  int step = 0;
  for (auto _ : state) {
    chart.setTracker(++step % 10000);
    QCoreApplication::processEvents();
  }
}
BENCHMARK(trackerFrame)->Unit(benchmark::kMillisecond)->UseRealTime();

// Words of six letters, cut into pieces of `piece` characters; pairs of words are coarse tokens.
TokenBand cutText(const QByteArray& utf8, int piece, bool coarse) {
  TokenBand band{.name = QStringLiteral("tokeniser"), .has_coarse = coarse, .tokens = {}, .units = {}};
  for (int32_t word = 0; word + 6 <= utf8.size(); word += 7) {
    const auto first = static_cast<int32_t>(band.tokens.size());
    for (int32_t at = 0; at < 6; at += piece) {
      const int32_t end = std::min(at + piece, 6);
      const QString text = QString::fromLatin1(utf8.mid(word + at, end - at));
      band.tokens.push_back({.id = at,
                             .piece = at == 0 ? text : QStringLiteral("##") + text,
                             .begin = word + at,
                             .end = word + end,
                             .kind = at == 0 ? PieceKind::kWordStart : PieceKind::kContinuation,
                             .unit = static_cast<int32_t>(band.units.size())});
    }
    const auto count = static_cast<int32_t>(band.tokens.size()) - first;
    if (coarse && word / 7 % 2 == 1) {
      band.units.back().count += count;
    } else {
      band.units.push_back(
          {first, count, coarse ? word : -1, coarse ? QStringLiteral("a phrase") : QString()});
    }
  }
  return band;
}

TokenizedTextPtr longText(int64_t bytes) {
  auto text = std::make_shared<TokenizedText>();
  std::mt19937 generator(1);
  while (text->utf8.size() < bytes) {
    for (int letter = 0; letter < 6; ++letter) {
      text->utf8 += static_cast<char>('a' + generator() % 26);
    }
    text->utf8 += ' ';
  }
  text->bands = {cutText(text->utf8, 6, false), cutText(text->utf8, 3, true), cutText(text->utf8, 2, true),
                 cutText(text->utf8, 1, false)};
  return text;
}

// A text of so many bytes until it is drawn. Counted is the longest that the window waits meanwhile;
// "until_shown" is the whole.
void firstTextFrame(benchmark::State& state) {
  const TokenizedTextPtr text = longText(state.range(0));
  BandsView view;
  view.resize(1300, 820);
  view.show();
  QCoreApplication::processEvents();
  double until_shown = 0;
  for (auto _ : state) {
    QElapsedTimer whole;
    whole.start();
    double longest = 0;
    const auto step = [&](const auto& work) {
      QElapsedTimer one;
      one.start();
      work();
      longest = std::max(longest, static_cast<double>(one.nsecsElapsed()) * 1e-9);
    };
    step([&] { view.setText(text); });
    while (view.busy()) {
      QThread::usleep(100);
      step([] { QCoreApplication::processEvents(); });
    }
    step([&] { view.viewport()->repaint(); });
    state.SetIterationTime(longest);
    until_shown += static_cast<double>(whole.nsecsElapsed()) * 1e-6;
  }
  state.counters["until_shown_ms"] = until_shown / static_cast<double>(state.iterations());
}
BENCHMARK(firstTextFrame)
    ->Arg(1000)
    ->Arg(10000)
    ->Arg(30000)
    ->Arg(200000)
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime();

// Shows a text and waits for it.
void show(BandsView& view, const TokenizedTextPtr& text) {
  view.setText(text);
  view.show();
  while (view.busy()) {
    QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
  }
}

void scrollTextFrame(benchmark::State& state) {
  BandsView view;
  view.resize(1300, 820);
  show(view, longText(state.range(0)));
  int at = 0;
  for (auto _ : state) {
    view.verticalScrollBar()->setValue(at = (at + 37) % view.verticalScrollBar()->maximum());
    view.viewport()->repaint();
  }
}
BENCHMARK(scrollTextFrame)->Arg(10000)->Arg(200000)->Unit(benchmark::kMillisecond)->UseRealTime();

// Lines are broken anew for every width.
void resizeTextFrame(benchmark::State& state) {
  BandsView view;
  view.resize(1300, 820);
  show(view, longText(state.range(0)));
  int width = 0;
  for (auto _ : state) {
    view.resize(1000 + (width = (width + 37) % 300), 820);
    QCoreApplication::processEvents();
    view.viewport()->repaint();
  }
}
BENCHMARK(resizeTextFrame)->Arg(10000)->Arg(200000)->Unit(benchmark::kMillisecond)->UseRealTime();

void filterVocabulary(benchmark::State& state) {
  auto vocabulary = std::make_shared<Vocabulary>();
  for (int id = 0; id < 100000; ++id) {
    vocabulary->entries.push_back({QStringLiteral("piece%1").arg(id), PieceKind::kWordStart, 8});
  }
  VocabularyModel model;
  model.setVocabulary(vocabulary);
  bool odd = false;
  for (auto _ : state) {
    odd = !odd;
    model.setFilter(odd ? QStringLiteral("ce 77") : QStringLiteral("ce 78"), false);
  }
}
BENCHMARK(filterVocabulary)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace heddle::ui
