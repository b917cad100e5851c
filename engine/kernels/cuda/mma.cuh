// Tensor-core products of bf16 tiles in shared memory with fp32 sums, one warp at a time, and asynchronous
// copies that fill those tiles. Register layouts: PTX ISA, "Matrix fragments for mma.m16n8k16" and
// "ldmatrix". With g = lane / 4, t = lane % 4 a thread holds of a 16 x 8 result rows g (words 0, 1) and g + 8
// (words 2, 3), columns 2 t and 2 t + 1.

#pragma once

#include "engine/kernels/cuda/numbers.cuh"

namespace heddle::cuda {

__device__ __forceinline__ uint32_t sharedAddress(const void* at) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(at));
}

// Four 8 x 8 tiles; lanes 8 i .. 8 i + 7 give the addresses of the rows of tile i (16 bytes each).
__device__ __forceinline__ void loadTiles(uint32_t (&tiles)[4], const Bf16* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(tiles[0]), "=r"(tiles[1]), "=r"(tiles[2]), "=r"(tiles[3])
               : "r"(sharedAddress(row))
               : "memory");
}
__device__ __forceinline__ void loadTilesTransposed(uint32_t (&tiles)[4], const Bf16* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(tiles[0]), "=r"(tiles[1]), "=r"(tiles[2]), "=r"(tiles[3])
               : "r"(sharedAddress(row))
               : "memory");
}

// sum [16 x 8] += a [16 x 16] b [16 x 8]
__device__ __forceinline__ void multiplyAdd(float (&sum)[4], const uint32_t (&a)[4], uint32_t b0,
                                            uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// 16 bytes from global to shared memory, or zeros where not `valid`; `from` must be readable even then.
__device__ __forceinline__ void copyAsync(Bf16* to, const Bf16* from, bool valid) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(sharedAddress(to)), "l"(from),
               "r"(valid ? 16 : 0)
               : "memory");
}
__device__ __forceinline__ void commitCopies() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}
// Waits until at most `kPending` of this thread's latest groups are still under way.
template <int kPending>
__device__ __forceinline__ void waitForCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
}

}  // namespace heddle::cuda
