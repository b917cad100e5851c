#include "views/attention/attention_data.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <thread>

namespace heddle::ui {
namespace {

constexpr int kThumbSide = 40;

// Both cases are computed and one is chosen, so that the compiler makes one vector loop of it; small weights
// of long texts are subnormal halves, which the usual trick of a float product would make slow.
float weightOf(uint16_t half) {
  const uint32_t magnitude = half & 0x7FFFU;
  const float small = static_cast<float>(static_cast<int32_t>(magnitude)) * 0x1p-24F;
  const uint32_t special = magnitude >= 0x7C00U ? 112U << 23 : 0U;
  const float normal = std::bit_cast<float>((magnitude << 13) + (112U << 23) + special);
  return magnitude < 0x400U ? small : normal;
}

HeadSummary summarizeHead(std::span<const uint16_t> cells, int size, int side) {
  const auto width = static_cast<size_t>(size);
  const auto blocks = static_cast<size_t>(side);
  HeadSummary summary;
  summary.thumb.assign(blocks * blocks, 0.0F);
  std::vector<float> row(width);
  std::vector<size_t> first(blocks + 1);
  for (size_t block = 0; block <= blocks; ++block) {
    first[block] = block * width / blocks;
  }
  const float even = 1.0F / static_cast<float>(size);
  float largest_deviation = 0;
  for (size_t block_row = 0; block_row < blocks; ++block_row) {
    float* thumb_row = summary.thumb.data() + block_row * blocks;
    for (size_t query = first[block_row]; query < first[block_row + 1]; ++query) {
      const uint16_t* half = cells.data() + query * width;
      float largest = 0;
      float smallest = 1;
      for (size_t key = 0; key < width; ++key) {
        const float weight = weightOf(half[key]);
        row[key] = weight;
        largest = std::max(largest, weight);
        smallest = std::min(smallest, weight);
      }
      float total = 0;
      for (size_t block = 0; block < blocks; ++block) {
        float sum = 0;
        for (size_t key = first[block]; key < first[block + 1]; ++key) {
          sum += row[key];
        }
        thumb_row[block] += sum;
        total += sum;
      }
      if (!std::isfinite(total)) {
        ++summary.bad_rows;
        continue;
      }
      summary.largest = std::max(summary.largest, largest);
      largest_deviation = std::max({largest_deviation, largest - even, even - smallest});
    }
    const auto rows = static_cast<float>(first[block_row + 1] - first[block_row]);
    for (size_t block = 0; block < blocks; ++block) {
      thumb_row[block] /= rows * static_cast<float>(first[block + 1] - first[block]);
      if (std::isfinite(thumb_row[block])) {
        summary.thumb_largest = std::max(summary.thumb_largest, thumb_row[block]);
      }
    }
  }
  summary.uniform = size > 2 && summary.bad_rows == 0 && largest_deviation < 0.02F * even;
  return summary;
}

}  // namespace

MapSummary summarize(const AttentionMap& map) {
  MapSummary summary;
  if (map.empty()) {
    return summary;
  }
  summary.side = std::min(map.size(), kThumbSide);
  const int count = map.layers * map.heads;
  summary.heads.resize(static_cast<size_t>(count));
  const int workers = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 16);
  const auto work = [&](int worker) {
    for (int index = worker; index < count; index += workers) {
      summary.heads[static_cast<size_t>(index)] =
          summarizeHead(map.head(index / map.heads, index % map.heads), map.size(), summary.side);
    }
  };
  std::vector<std::jthread> threads;
  for (int worker = 1; worker < workers; ++worker) {
    threads.emplace_back(work, worker);
  }
  work(0);
  return summary;
}

std::vector<float> toFloat(std::span<const uint16_t> half) {
  std::vector<float> cells(half.size());
  std::transform(half.begin(), half.end(), cells.begin(), halfToFloat);
  return cells;
}

std::vector<float> halved(const std::vector<float>& cells, int size) {
  const int next = (size + 1) / 2;
  std::vector<float> result(static_cast<size_t>(next) * static_cast<size_t>(next));
  const auto at = [&](int row, int column) {
    return cells[static_cast<size_t>(std::min(row, size - 1)) * static_cast<size_t>(size) +
                 static_cast<size_t>(std::min(column, size - 1))];
  };
  for (int row = 0; row < next; ++row) {
    for (int column = 0; column < next; ++column) {
      result[static_cast<size_t>(row) * static_cast<size_t>(next) + static_cast<size_t>(column)] =
          (at(2 * row, 2 * column) + at(2 * row, 2 * column + 1) + at(2 * row + 1, 2 * column) +
           at(2 * row + 1, 2 * column + 1)) /
          4;
    }
  }
  return result;
}

QImage cellImage(std::span<const float> cells, int size, float largest, const ColorTable& colors) {
  QImage image(size, size, QImage::Format_RGB32);
  for (int row = 0; row < size; ++row) {
    auto* line = reinterpret_cast<QRgb*>(image.scanLine(row));
    const float* weights = cells.data() + static_cast<size_t>(row) * static_cast<size_t>(size);
    for (int column = 0; column < size; ++column) {
      line[column] = colors[static_cast<size_t>(colorIndex(weights[column], largest))];
    }
  }
  return image;
}

KeptKeys keepMass(std::span<const float> row, double mass) {
  const auto weight = [&](int key) {
    const float value = row[static_cast<size_t>(key)];
    return std::isfinite(value) ? static_cast<double>(value) : 0.0;
  };
  KeptKeys kept;
  kept.keys.resize(row.size());
  std::iota(kept.keys.begin(), kept.keys.end(), 0);
  std::stable_sort(kept.keys.begin(), kept.keys.end(), [&](int a, int b) { return weight(a) > weight(b); });
  double total = 0;
  for (const int key : kept.keys) {
    total += weight(key);
  }
  double seen = 0;
  size_t count = 0;
  while (count < kept.keys.size() && weight(kept.keys[count]) > 0 && (mass >= 1 || seen < mass * total)) {
    seen += weight(kept.keys[count]);
    ++count;
  }
  kept.keys.resize(count);
  kept.hidden = mass >= 1 ? 0 : std::max(total - seen, 0.0);
  return kept;
}

int labelStride(double cell_pixels, double label_pixels) {
  if (!(cell_pixels > 0)) {
    return 1 << 20;
  }
  for (int decade = 1; decade < (1 << 20); decade *= 10) {
    for (const int step : {1, 2, 5}) {
      if (decade * step * cell_pixels >= label_pixels) {
        return decade * step;
      }
    }
  }
  return 1 << 20;
}

QString tokenLabel(const AttentionToken& token) {
  constexpr qsizetype kLongest = 14;
  const QString text = QString::fromStdString(token.text);
  return text.size() <= kLongest ? text : text.left(7) + QStringLiteral("…") + text.right(6);
}

double GridLayout::cell() const {
  if (layers == 0 || heads == 0) {
    return 0;
  }
  return std::max(std::min((size.width() - left) / heads, (size.height() - top) / layers), 1.0);
}

QRectF GridLayout::cellRect(int layer, int head) const {
  const double side = cell();
  const double gap = side > 12 ? 2 : 0.5;
  return {left + head * side, top + layer * side, side - gap, side - gap};
}

std::optional<QPoint> GridLayout::cellAt(const QPointF& position) const {
  const double side = cell();
  if (side <= 0 || position.x() < left || position.y() < top) {
    return std::nullopt;
  }
  const QPoint place(static_cast<int>((position.x() - left) / side),
                     static_cast<int>((position.y() - top) / side));
  return place.x() < heads && place.y() < layers ? std::optional(place) : std::nullopt;
}

}  // namespace heddle::ui
