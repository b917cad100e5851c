// Runs CUDA kernels on the CPU, one block at a time, every thread a fibre: the same .cu sources, compiled as
// C++ against the headers of this folder, are checked without a GPU. It finds wrong indices, reads of dynamic
// shared memory that nothing has written (it starts as NaN), copies that nobody waited for, barriers that
// only some threads reach, vectors and rows of ldmatrix and cp.async that are not aligned, and grids or
// shared memory that no GPU of today grants. It says nothing about speed.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace heddle::emulation {

struct Index {
  unsigned x = 0, y = 0, z = 0;
};

// What may differ between two correct runs: the order of blocks, the order in which threads get on between
// barriers, and when an asynchronous copy happens. Results must not depend on any.
struct Schedule {
  bool reversed = false;      // last block first, last thread first
  bool eager_copies = false;  // at once instead of at the wait
};
void setSchedule(Schedule schedule);

// Runs `kernel` once in every thread of the grid. Ends the program with a message when threads wait for each
// other forever, or where a GPU would refuse the launch or stop the kernel.
void run(Index grid, Index block, size_t shared_bytes, const std::function<void()>& kernel);

// Inside a kernel:
unsigned char* sharedMemory();  // the block's dynamic shared memory, 16-byte aligned
void syncBlock();

// What one lane shows to its warp in one step of it, and what all 32 lanes have shown.
struct Words {
  uint64_t word[6] = {};
};
// Waits until every lane of the warp has called. The 32 results stay valid until the lane's next call but
// one.
const Words* exchange(const Words& mine);

// Ends the program unless the address is a multiple of `bytes`; `what` says what the kernel did with it.
void demandAligned(const void* address, size_t bytes, const char* what);

// An asynchronous copy of 16 bytes, zeros where `valid` is false.
void copyLater(void* to, const void* from, bool valid);
void commitCopies();
void waitForCopies(size_t pending);

}  // namespace heddle::emulation

inline heddle::emulation::Index threadIdx;
inline heddle::emulation::Index blockIdx;
inline heddle::emulation::Index blockDim;
inline heddle::emulation::Index gridDim;
