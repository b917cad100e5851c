// Times each fused operation beside the ATen calls it replaces, forward and backward together, in pairs: on a
// shared machine only ratios within one run mean anything. Prints medians, best times, and the share of the
// machine's ceiling, measured first, that the best time reaches (above 100 % for what stays in the cache).
//   kernels_bench [--threads N] [--rounds N] [--length N] [FILTER]

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "engine/kernels/cpu/kernel_table.h"
#include "engine/kernels/cpu/product.h"
#include "engine/kernels/ops.h"

namespace heddle {
namespace {

using at::Tensor;
using Work = std::function<void()>;

// One thread is timed by the CPU it uses, which other programs on the machine change little; several by the
// clock.
double now() {
  timespec time{};
  clock_gettime(at::get_num_threads() == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double seconds(const Work& work) {
  const double start = now();
  work();
  return now() - start;
}

double median(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + static_cast<ptrdiff_t>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

struct Settings {
  int rounds = 15;
  int64_t length = 128;
  std::string filter;
};

struct Ceilings {
  double flops;  // per second, fp32
  double bytes;  // per second, read and written
};

Ceilings measureCeilings(int rounds) {
  const Tensor a = at::randn({2048, 2048}), b = at::randn({2048, 2048});
  const Tensor large = at::zeros({64 << 20}), copy = at::zeros({64 << 20});
  std::vector<double> ours, theirs, copies;
  for (int round = 0; round < rounds; ++round) {
    ours.push_back(seconds([&] { linearNoBias(a, b); }));
    theirs.push_back(seconds([&] { at::mm(a, b.t()); }));
    copies.push_back(seconds([&] { copy.copy_(large); }));
  }
  const double flops = 2.0 * 2048 * 2048 * 2048;
  const double best =
      std::min(*std::min_element(ours.begin(), ours.end()), *std::min_element(theirs.begin(), theirs.end()));
  std::printf("product 2048^3: ours %.0f GFLOP/s, at::mm %.0f GFLOP/s (medians); copy %.1f GB/s\n",
              flops / median(ours) * 1e-9, flops / median(theirs) * 1e-9,
              2.0 * (256 << 20) / median(copies) * 1e-9);
  return {flops / best, 2.0 * (256 << 20) / *std::min_element(copies.begin(), copies.end())};
}

class Table {
 public:
  Table(const Settings& settings, const Ceilings& ceilings) : settings_(settings), ceilings_(ceilings) {
    std::printf("%-40s %9s %9s %7s | %9s %9s %7s %8s\n", "medians, then bests", "ours ms", "ATen ms", "ratio",
                "ours ms", "ATen ms", "ratio", "ceiling");
  }

  // `flops` and `bytes` are the least an implementation could do; the larger time of the two is the
  // ceiling's.
  void row(const std::string& name, double flops, double bytes, const Work& ours, const Work& aten) const {
    if (name.find(settings_.filter) == std::string::npos) {
      return;
    }
    ours();
    aten();
    std::vector<double> mine, theirs;
    for (int round = 0; round < settings_.rounds; ++round) {
      mine.push_back(seconds(ours));
      theirs.push_back(seconds(aten));
    }
    const double least = std::max(flops / ceilings_.flops, bytes / ceilings_.bytes);
    const double best = *std::min_element(mine.begin(), mine.end());
    const double their_best = *std::min_element(theirs.begin(), theirs.end());
    std::printf("%-40s %9.3f %9.3f %6.2fx | %9.3f %9.3f %6.2fx %7.0f%%\n", name.c_str(), median(mine) * 1e3,
                median(theirs) * 1e3, median(theirs) / median(mine), best * 1e3, their_best * 1e3,
                their_best / best, 100 * least / best);
    std::fflush(stdout);
  }

 private:
  const Settings& settings_;
  Ceilings ceilings_;
};

Tensor parameter(at::IntArrayRef shape) {
  Tensor value = (at::randn(shape) * 0.02).requires_grad_(true);
  value.mutable_grad() = at::zeros(shape);
  return value;
}
Tensor input(at::IntArrayRef shape) {
  return at::randn(shape).requires_grad_(true);
}

// Forward and backward; the gradient of inputs is dropped, that of parameters stays.
Work train(const std::function<Tensor()>& forward, const std::vector<Tensor>& inputs) {
  const Tensor slope = at::randn_like(forward().detach());
  return [=] {
    forward().backward(slope);
    for (const Tensor& tensor : inputs) {
      tensor.mutable_grad().reset();
    }
  };
}

PackedRows fullRows(int64_t rows, int64_t length) {
  const Tensor order = at::arange(rows * length, at::kInt);
  return {at::arange(0, rows * length + 1, length, at::kInt), at::floor_divide(order, length).to(at::kInt),
          order.remainder(length).to(at::kInt), length, 0};
}

void benchLinear(const Table& table, int64_t tokens, int64_t in, int64_t out) {
  const Tensor x = input({tokens, in}), weight = parameter({out, in}), bias = parameter({out});
  table.row("linear " + std::to_string(tokens) + " x " + std::to_string(in) + " to " + std::to_string(out),
            6.0 * static_cast<double>(tokens * in * out), 0,
            train([=] { return linear(x, weight, bias); }, {x}),
            train([=] { return at::linear(x, weight, bias); }, {x}));
}

void benchLayer(const Table& table, const std::string& size, int64_t hidden, int64_t heads, int64_t length) {
  const int64_t rows = std::max<int64_t>(1, 2048 / length), tokens = rows * length;
  const PackedRows packed = fullRows(rows, length);
  const DropoutSite site{0.1, 42, 7};
  const double area = static_cast<double>(tokens * hidden);
  benchLinear(table, tokens, hidden, 3 * hidden);
  benchLinear(table, tokens, hidden, hidden);
  benchLinear(table, tokens, hidden, 4 * hidden);
  benchLinear(table, tokens, 4 * hidden, hidden);

  const Tensor qkv = input({tokens, 3 * hidden});
  // Two products forward, five backward.
  table.row(
      size + " attention", 14.0 * area * static_cast<double>(length), 0,
      train([=] { return packedAttention(qkv, packed, heads, site); }, {qkv}),
      train(
          [=] {
            const Tensor split = qkv.view({rows, length, 3, heads, hidden / heads}).permute({2, 0, 3, 1, 4});
            return at::scaled_dot_product_attention(split[0], split[1], split[2], {}, site.p)
                .transpose(1, 2)
                .reshape({tokens, hidden});
          },
          {qkv}));

  const Tensor x = input({tokens, hidden}), residual = input({tokens, hidden});
  const Tensor bias = parameter({hidden}), weight = parameter({hidden}), shift = parameter({hidden});
  // x, residual, out; grad_out, x, residual, grad_x, grad_residual.
  table.row(size + " dropout, add, LayerNorm", 0, 8 * 4 * area,
            train([=] { return dropoutAddLayerNorm(x, bias, residual, weight, shift, 1e-12, packed, site); },
                  {x, residual}),
            train(
                [=] {
                  return at::layer_norm(at::dropout(x + bias, site.p, true) + residual, {hidden}, weight,
                                        shift);
                },
                {x, residual}));

  const Tensor wide = input({tokens, 4 * hidden}), wide_bias = parameter({4 * hidden});
  // x, out; grad_out, x, grad_x.
  table.row(size + " bias, GELU", 0, 5 * 4 * 4 * area,
            train([=] { return biasActivation(wide, wide_bias, Activation::kGelu); }, {wide}),
            train([=] { return at::gelu(wide + wide_bias); }, {wide}));
}

void benchEnds(const Table& table, const std::string& size, int64_t hidden) {
  constexpr int64_t kVocab = 30522, kTokens = 2048, kMasked = 307;
  const Tensor words = parameter({kVocab, hidden}), bias = parameter({kVocab});
  const Tensor ids = at::randint(0, kVocab, {kTokens}, at::kInt), long_ids = ids.to(at::kLong);
  // Rows read, written; gradient rows read, sums read and written.
  table.row(size + " embedding", 0, 5 * 4.0 * static_cast<double>(kTokens * hidden),
            train([=] { return embeddingRows(words, ids); }, {}),
            train([=] { return at::embedding(words, long_ids); }, {}));

  const Tensor masked = input({kMasked, hidden}), labels = at::randint(0, kVocab, {kMasked}, at::kInt);
  const Tensor long_labels = labels.to(at::kLong);
  table.row(size + " vocabulary loss of 307 positions", 6.0 * static_cast<double>(kMasked * hidden * kVocab),
            0, train([=] { return vocabularyLoss(masked, words, bias, labels).loss_sum; }, {masked}),
            train(
                [=] {
                  return at::cross_entropy_loss(at::linear(masked, words, bias), long_labels, {},
                                                at::Reduction::Sum);
                },
                {masked}));

  const int64_t count = kVocab * hidden;
  Tensor param = at::randn({count}), grad = at::randn({count}), m = at::zeros({count}),
         v = at::zeros({count});
  const Tensor step = at::ones({});
  const AdamStep options{1e-4, 0.9, 0.999, 1e-6, 0.01, 1, true, 1};
  // Four buffers read and written.
  table.row(
      size + " Adam over the word table", 0, 8 * 4.0 * static_cast<double>(count),
      [=] { adamStep(param, grad, m, v, {}, options); },
      [=] {
        at::_fused_adamw_({param}, {grad}, {m}, {v}, {}, {step}, 1e-4, 0.9, 0.999, 0.01, 1e-6, false, false);
        grad.zero_();
      });
  table.row(
      size + " norm over the word table", 0, 4.0 * static_cast<double>(count), [=] { l2Norm(grad); },
      [=] { at::linalg_vector_norm(grad); });
}

}  // namespace
}  // namespace heddle

int main(int argc, char** argv) {
  using namespace heddle;
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const bool has_value = i + 1 < argc;
    if (std::strcmp(argv[i], "--threads") == 0 && has_value) {
      at::set_num_threads(std::atoi(argv[++i]));
    } else if (std::strcmp(argv[i], "--rounds") == 0 && has_value) {
      settings.rounds = std::max(1, std::atoi(argv[++i]));
    } else if (std::strcmp(argv[i], "--length") == 0 && has_value) {
      settings.length = std::max(1, std::atoi(argv[++i]));
    } else {
      settings.filter = argv[i];
    }
  }
  constexpr const char* kLevels[] = {"scalar", "AVX2", "AVX-512"};
  std::printf("%d threads, %s, median of %d pairs\n", at::get_num_threads(),
              kLevels[static_cast<int>(cpu::simdLevel())], settings.rounds);
  const Table table(settings, measureCeilings(settings.rounds));
  const struct {
    const char* name;
    int64_t hidden, heads;
  } sizes[] = {{"tiny", 128, 2}, {"mini", 256, 4}, {"small", 512, 8}};
  for (const auto& size : sizes) {
    benchLayer(table, size.name, size.hidden, size.heads, settings.length);
    benchEnds(table, size.name, size.hidden);
  }
  return 0;
}
