#include "engine/kernels/cpu/product.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "engine/kernels/parallel.h"

namespace heddle::cpu {
namespace {

struct Free {
  void operator()(float* memory) const { std::free(memory); }
};
struct Scratch {
  std::unique_ptr<float, Free> memory;
  int64_t count = 0;
};

// Multiply-adds below which a block is not worth handing to another core: about ten microseconds.
constexpr int64_t kLeastWork = 1 << 20;

}  // namespace

float* threadScratch(int64_t count) {
  thread_local Scratch scratch;
  if (scratch.count < count) {
    const int64_t rounded = (count + 1023) / 1024 * 1024;
    scratch.memory.reset();
    scratch.count = 0;
    scratch.memory.reset(
        static_cast<float*>(std::aligned_alloc(64, static_cast<size_t>(rounded) * sizeof(float))));
    if (scratch.memory == nullptr) {
      throw std::bad_alloc();
    }
    scratch.count = rounded;
  }
  return scratch.memory.get();
}

void parallelGemm(const Gemm& product) {
  if (product.m == 0 || product.n == 0) {
    return;
  }
  // Several blocks a thread, so that a core that is slow or late costs little.
  const int64_t threads = detail::taskThreads(1 << 16);
  const int64_t work = product.m * product.n * std::max<int64_t>(product.k, 1);
  const int64_t wanted = threads == 1 ? 1 : std::min<int64_t>(4 * threads, work / kLeastWork);
  int64_t row_parts = 1, column_parts = 1;
  while (row_parts * column_parts < wanted) {
    const int64_t rows = product.m / row_parts, columns = product.n / column_parts;
    if (rows < 64 && columns < 128) {
      break;
    }
    (rows >= columns || columns < 128 ? row_parts : column_parts) *= 2;
  }
  // Cuts on multiples of 32 columns, the widest tile.
  const int64_t columns_each = ((product.n + column_parts - 1) / column_parts + 31) / 32 * 32;
  const KernelTable& table = kernels();
  parallelTasks(row_parts * column_parts, [&](int64_t task) {
    const int64_t row = product.m * (task / column_parts) / row_parts;
    const int64_t row_end = product.m * (task / column_parts + 1) / row_parts;
    const int64_t column = std::min(product.n, task % column_parts * columns_each);
    const int64_t column_end = std::min(product.n, column + columns_each);
    if (row == row_end || column == column_end) {
      return;
    }
    Gemm block = product;
    block.m = row_end - row;
    block.n = column_end - column;
    block.a += product.a_transposed ? row : row * product.a_stride;
    block.b += product.b_transposed ? column * product.b_stride : column;
    block.c += row * product.c_stride + column;
    block.bias = product.bias == nullptr ? nullptr : product.bias + column;
    table.gemm(block, threadScratch(kGemmScratch));
  });
}

at::Tensor asFloat(const at::Tensor& tensor) {
  if (tensor.scalar_type() == at::kFloat) {
    return tensor.contiguous();
  }
  const at::Tensor from = tensor.contiguous();
  if (from.scalar_type() != at::kBFloat16) {
    return from.to(at::kFloat);
  }
  at::Tensor to = at::empty(from.sizes(), from.options().dtype(at::kFloat));
  const auto* source = static_cast<const uint16_t*>(from.const_data_ptr());
  auto* target = to.mutable_data_ptr<float>();
  const KernelTable& table = kernels();
  parallelFor(0, from.numel(), 1 << 16, [&](int64_t begin, int64_t end) {
    table.from_half(source + begin, target + begin, end - begin);
  });
  return to;
}

}  // namespace heddle::cpu
